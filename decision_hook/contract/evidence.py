"""What one answer says, in log-likelihood, with the source of every number."""

from pydantic import BaseModel, ConfigDict, Field

from decision_hook.contract.outcomes import Grade, Hypothesis

FACT_PART = "fact"  # right or wrong, or known at all: weighs once per fact
SECOND_VOICE_PART = "second_voice"  # somebody prompts: evidence of its own
# How it was said. Their joint weight is capped: it can move `approve` to `refer` and nothing further.
DELIVERY_PARTS = frozenset({"latency", "pauses", "tone", "delivery"})


class EvidencePart(BaseModel):
    """One piece of evidence: natural-log likelihood under each hypothesis, and where it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str  # FACT_PART, SECOND_VOICE_PART, one of DELIVERY_PARTS, consistency …
    log_likelihood: dict[Hypothesis, float]  # ln P(observed | hypothesis); only differences matter
    source: str  # table and origin: "statistics:expert", "tone.yaml:simulated"
    n: int = 0  # samples behind the table; 0: expert's guess
    note: str = ""  # one line a reviewer reads; no personal data beyond what was said


def prompter_nats(part: EvidencePart) -> float:
    """How much a second voice speaks for a prompter against a caller alone; 0 for anything else.

    An answer in which nobody else was heard takes nothing away: a prompter who was heard was there.
    """
    if part.name != SECOND_VOICE_PART:
        return 0.0
    logs = part.log_likelihood
    return max(0.0, logs.get(Hypothesis.COACHED, 0.0) - logs.get(Hypothesis.GENUINE, 0.0))


class AnswerEvidence(BaseModel):
    """One reply to one question, saved the moment it is understood."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str  # question id
    topic: str = ""
    fact_key: str | None = None  # the fact it was judged against; None: none on file
    asked: str = ""  # the words that were spoken to the caller
    text: str = ""  # "" : no words recognised
    grade: Grade
    confidence: float | None = None  # probability that `grade` is right; None: not calibrated
    # ln P(answer | genuine) - ln P(answer | impostor), summed over parts; > 0 speaks for genuine
    llr: float = 0.0
    parts: tuple[EvidencePart, ...] = ()
    started_ms: int  # since the call was answered
    ended_ms: int
    latency_ms: int | None = None  # from the prompt's end to speech; None: spoke during it, or not at all
    state: str = ""  # fluent hesitant read_out prompted rushed unclear_line; "": not judged
    measures: dict[str, float] = Field(default_factory=dict)  # named with their unit: pause_ms, f0_semitones
    attempts: int = 1  # how often the question was put
    keyed: bool = False  # answered on the keypad
    said: str = ""  # the value that a follow-up may repeat, as heard; sums in yuan; "": none
    said_confidence: float | None = None  # probability that it was said; None: nothing to repeat
