"""From the evidence of a call to advice. Pure. A verdict never declines; rules and limit policy may."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from decision_hook.contract import (
    AnswerEvidence,
    CallOutcome,
    Consent,
    ConsentKind,
    FactSource,
    Grade,
    Hypothesis,
    Reason,
    Recommendation,
    VoiceResult,
)
from decision_hook.contract.evidence import prompter_nats
from decision_hook.contract.verdict import APPROVE_AT, NOT_GENUINE_AT

HARD_SOURCES = frozenset({FactSource.BANK, FactSource.BUREAU})  # a stolen form does not hold them
WRONG = frozenset({Grade.MISMATCH, Grade.DENIAL})
IGNORANT = frozenset({Grade.DONT_KNOW})
REFUSED_WORTH = 0.5  # of a wrong answer: whoever does not know also says that this is private
UNHEARD = frozenset({Grade.UNCLEAR, Grade.NO_ANSWER})
PROMPTED, READ_OUT, HESITANT = "prompted", "read_out", "hesitant"  # AnswerEvidence.state

Advice = tuple[Recommendation, tuple[Reason, ...]]


class Signal(StrEnum):
    """What the caller did besides answering."""

    ASKED_FOR_HUMAN = "asked_for_human"
    ASKED_FOR_LATER = "asked_for_later"
    SILENT = "silent"  # answered the telephone and said nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictPolicy:
    """Where beliefs become advice. Probabilities 0..1."""

    approve_at: float = APPROVE_AT
    not_genuine_at: float = 1 - NOT_GENUINE_AT  # with impostor the likelier of the two others
    coached_at: float = 0.50
    min_matches: int = 3  # approving needs facts that were heard and right
    min_wrong_hard_facts: int = 2  # accusing needs facts of the bank or bureau that were not known
    second_voice_nats: float = 1.5  # summed over the call, coached against genuine
    min_marked_answers: int = 2  # answers that sounded prompted, read out or hesitant
    unheard_share: float = 0.5  # of the answers about facts: the line was too bad


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFindings:
    """The evidence of one call."""

    outcome: CallOutcome
    beliefs: Mapping[Hypothesis, float]  # probabilities; empty: no conversation
    beliefs_without_delivery: Mapping[Hypothesis, float]  # the same, pauses and tone left out
    answers: Sequence[AnswerEvidence]
    sources: Mapping[str, FactSource]  # of the facts on file, by key
    voice: VoiceResult
    consents: Sequence[Consent]
    signals: frozenset[Signal] = frozenset()
    voice_used_up: bool = False  # it was asked about facts in as many calls lately as a voice may be


NOT_REACHED = (CallOutcome.BUSY, CallOutcome.NO_ANSWER, CallOutcome.UNREACHABLE, CallOutcome.ANNOUNCEMENT,
               CallOutcome.VOICEMAIL, CallOutcome.CONGESTION, CallOutcome.TRUNK_DOWN)  # fmt: skip

# Outcomes that speak for themselves, whatever was believed.
SETTLED: dict[CallOutcome, Advice] = {
    **{outcome: (Recommendation.CALL_AGAIN, (Reason.NOT_REACHED,)) for outcome in NOT_REACHED},
    # the number will not work tomorrow either: somebody must look at the form
    CallOutcome.NUMBER_REJECTED: (Recommendation.REFER, (Reason.NOT_REACHED,)),
    CallOutcome.REFUSED_RECORDING: (Recommendation.REFER, (Reason.REFUSED_RECORDING,)),
    CallOutcome.WRONG_PERSON: (Recommendation.CALL_AGAIN, (Reason.WRONG_PERSON,)),
    # the data's owner knows nothing of the application: somebody else filled it in
    CallOutcome.NOT_APPLIED: (Recommendation.REFER_FRAUD, (Reason.NOT_APPLIED,)),
    CallOutcome.CANCELLED: (Recommendation.NONE, ()),
}
# A call that broke off says these things, the first that applies.
BROKEN_OFF: dict[Signal, Advice] = {
    Signal.ASKED_FOR_HUMAN: (Recommendation.REFER, (Reason.ASKED_FOR_HUMAN,)),
    Signal.ASKED_FOR_LATER: (Recommendation.CALL_AGAIN, (Reason.ASKED_FOR_LATER,)),
    Signal.SILENT: (Recommendation.CALL_AGAIN, (Reason.SILENT,)),
}


def conclude(findings: CallFindings, policy: VerdictPolicy | None = None) -> Advice:
    """The recommendation and its reasons, the weightiest first. Approval, too, may come with reasons."""
    policy = policy or VerdictPolicy()
    if (settled := SETTLED.get(findings.outcome)) is not None:
        return settled
    recommendation, reasons = _without_and_with_delivery(findings, policy)
    if findings.outcome is CallOutcome.COMPLETED:
        return recommendation, _unique(reasons + _to_know(findings))
    return _broken_off(findings, recommendation, reasons)


def _broken_off(findings: CallFindings, recommendation: Recommendation, reasons: list[Reason]) -> Advice:
    """Partial, hung up, or the line failed: what is already certain stands, else the call is made again."""
    why = next((advice for signal, advice in BROKEN_OFF.items() if signal in findings.signals), None)
    if why is None:
        ended = Reason.HUNG_UP if findings.outcome is not CallOutcome.LINE_FAILED else Reason.NOT_REACHED
        why = (Recommendation.CALL_AGAIN, (ended,))
    grave = [reason for reason in reasons if reason is not Reason.UNDECIDED]
    if recommendation in (Recommendation.REFER, Recommendation.REFER_FRAUD) and grave:
        return recommendation, _unique([*grave, *why[1]])
    return why


def _without_and_with_delivery(
    findings: CallFindings, policy: VerdictPolicy
) -> tuple[Recommendation, list[Reason]]:
    """Pauses and tone may turn `approve` into `refer`, and nothing else."""
    recommendation, reasons = _judge(findings, findings.beliefs_without_delivery, policy)
    if recommendation is not Recommendation.APPROVE:
        return recommendation, reasons
    heard = [reason for reason in _judge(findings, findings.beliefs, policy)[1] if reason not in reasons]
    if not heard:
        return recommendation, reasons
    return Recommendation.REFER, [*(_delivery_reasons(findings, policy) or heard), *reasons]


def _judge(
    findings: CallFindings, beliefs: Mapping[Hypothesis, float], policy: VerdictPolicy
) -> tuple[Recommendation, list[Reason]]:
    """Every concern is looked at; the gravest sets the advice, all of them are reasons."""
    advice, reasons = Recommendation.APPROVE, list[Reason]()
    wrong = _wrong_reasons(findings)
    genuine, likeliest = beliefs.get(Hypothesis.GENUINE, 0.0), _likeliest(beliefs)
    prompter = second_voice_nats(findings.answers) >= policy.second_voice_nats
    # with a prompter in the room, "not genuine" may be his doing: impostor must be likely by itself
    against = beliefs.get(Hypothesis.IMPOSTOR, 0.0) if prompter else 1 - genuine
    if likeliest is Hypothesis.IMPOSTOR and against >= policy.not_genuine_at and wrong:
        enough = _wrong_hard(findings) >= policy.min_wrong_hard_facts
        advice = Recommendation.REFER_FRAUD if enough else Recommendation.REFER
        reasons += wrong
    if prompter:
        advice = _graver(advice, Recommendation.REFER)
        reasons.append(Reason.SECOND_VOICE)
    if likeliest is Hypothesis.COACHED and beliefs[Hypothesis.COACHED] >= policy.coached_at:
        advice = _graver(advice, Recommendation.REFER)
        reasons.append(Reason.PROMPTED)
    if findings.voice.hits:
        advice = _graver(advice, Recommendation.REFER)
        reasons.append(Reason.WATCHLIST_CANDIDATE)
    if findings.voice_used_up:
        advice = _graver(advice, Recommendation.REFER)
        reasons.append(Reason.VOICE_USED_UP)
    matches = len({a.fact_key for a in findings.answers if a.grade is Grade.MATCH and a.fact_key})
    sure = genuine >= policy.approve_at and matches >= policy.min_matches
    if advice is Recommendation.APPROVE and not sure:
        advice = Recommendation.REFER
        reasons.append(Reason.UNDECIDED)
        if _unheard_share(findings) > policy.unheard_share:
            reasons.append(Reason.LINE_UNCLEAR)
        reasons += wrong
    elif advice is Recommendation.REFER and _wrong_hard(findings) >= policy.min_wrong_hard_facts:
        reasons += wrong
    return advice, reasons


_GRAVITY = (Recommendation.APPROVE, Recommendation.REFER, Recommendation.REFER_FRAUD)


def _graver(one: Recommendation, other: Recommendation) -> Recommendation:
    return max(one, other, key=_GRAVITY.index)


def _likeliest(beliefs: Mapping[Hypothesis, float]) -> Hypothesis | None:
    return max(beliefs, key=lambda h: beliefs[h]) if beliefs else None


def second_voice_nats(answers: Iterable[AnswerEvidence]) -> float:
    """How much the call's second voices speak for a prompter against a caller alone."""
    return sum(prompter_nats(part) for answer in answers for part in answer.parts)


def _wrong_hard(findings: CallFindings) -> float:
    """Distinct facts of bank or bureau answered wrong, denied, or not known; refused ones count half."""
    hard = {key for key, source in findings.sources.items() if source in HARD_SOURCES}
    wrong = {a.fact_key for a in findings.answers if a.grade in WRONG | IGNORANT} & hard
    refused = {a.fact_key for a in findings.answers if a.grade is Grade.REFUSAL} & hard
    return len(wrong) + REFUSED_WORTH * len(refused - wrong)


def _wrong_reasons(findings: CallFindings) -> list[Reason]:
    """What the wrong facts were: said wrong, not known, or both; the commoner first."""
    about_facts = [answer for answer in findings.answers if answer.fact_key is not None]
    wrong = sum(answer.grade in WRONG for answer in about_facts)
    ignorant = sum(answer.grade in IGNORANT for answer in about_facts)
    found = [(wrong, Reason.FACTS_MISMATCH), (ignorant, Reason.FACTS_UNKNOWN)]
    return [reason for count, reason in sorted(found, key=lambda row: -row[0]) if count]


def _delivery_reasons(findings: CallFindings, policy: VerdictPolicy) -> list[Reason]:
    states = Counter(answer.state for answer in findings.answers)
    marks = ((PROMPTED, Reason.PROMPTED), (READ_OUT, Reason.READ_OUT), (HESITANT, Reason.HESITANT))
    return [reason for state, reason in marks if states[state] >= policy.min_marked_answers]


def _unheard_share(findings: CallFindings) -> float:
    """0 if no fact was asked."""
    about_facts = [answer for answer in findings.answers if answer.fact_key is not None]
    return sum(answer.grade in UNHEARD for answer in about_facts) / max(1, len(about_facts))


def _to_know(findings: CallFindings) -> list[Reason]:
    """What limits the verdict without changing it: the voice could not be looked for."""
    if findings.voice.searched:
        return []
    agreed = any(c.given for c in findings.consents if c.kind is ConsentKind.VOICEPRINT)
    return [Reason.VOICE_TOO_SHORT if agreed else Reason.NO_VOICE_CONSENT]


def _unique(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons))
