"""The reasoned result of one call: advice, never an accusation."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from decision_hook.contract.decision import CreditDecision
from decision_hook.contract.evidence import AnswerEvidence
from decision_hook.contract.outcomes import CallOutcome, Hypothesis, Reason, Recommendation

# Where belief in "genuine" becomes advice, 0..1: from here on approved, if enough was heard and right ...
APPROVE_AT = 0.90
# ... and up to here taken for somebody else.
NOT_GENUINE_AT = 0.20


class ConsentKind(StrEnum):
    RECORDING = "recording"
    VOICEPRINT = "voiceprint"


class Consent(BaseModel):
    """What was agreed to, when, in which words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ConsentKind
    given: bool
    at_ms: int  # since the call was answered
    asked: str
    words: str  # what the caller said


class VoiceHit(BaseModel):
    """A candidate from the watch list. A person decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry: str  # watch-list entry id
    llr: float  # calibrated natural-log likelihood ratio, same voice against another
    score: float  # raw similarity
    expected_false_alarms: float  # per 1,000 calls at this score and list size
    rivals: int = 0  # further entries above the threshold


class VoiceResult(BaseModel):
    """What the voice search found, and how much it could have found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    searched: bool  # False: no consent, or too little speech; `why_not` tells
    why_not: str = ""
    hits: tuple[VoiceHit, ...] = ()
    net_speech_s: float = 0.0
    confidence: str = ""  # low (under 10 s of speech) or normal; "": not searched
    found_of_100: float | None = None  # of 100 listed voices, how many this set-up would find; None: unknown
    found_of_100_interval: tuple[float, float] | None = None  # 95 %, over the speakers it was measured on
    found_of_100_from: str = ""  # what that was measured on
    earlier_calls: int = 0  # of the same number, whose voiceprints are kept
    earlier_llr: float | None = (
        None  # this voice against theirs, pooled: natural log, one voice or two; None: none
    )
    pooled_calls: int = 0  # of these, whose speech was searched along with this call's: surely the same voice
    replay_of: str = ""  # earlier call whose audio was played again; "": none noticed
    voice_calls: int | None = None  # lately, in a voice taken for this one; None: not counted
    list_size: int = 0
    model: str = ""


class RunVersions(BaseModel):
    """What a result was made with, so that it can be replayed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shengwen: str
    bank: str = ""
    tables: str = ""
    recognizer: str = ""
    synthesizer: str = ""
    encoder: str = ""
    rules: str = ""
    seed: int | None = None


class CallVerdict(BaseModel):
    """Outcome, beliefs, reasons, evidence and advice of one attempt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    call: UUID  # the attempt's UUID
    application: str
    outcome: CallOutcome
    recommendation: Recommendation
    reasons: tuple[Reason, ...] = ()
    beliefs: dict[Hypothesis, float] = Field(default_factory=dict)  # probabilities; {}: no conversation
    answers: tuple[AnswerEvidence, ...] = ()
    consents: tuple[Consent, ...] = ()
    voice: VoiceResult = VoiceResult(searched=False, why_not="no conversation")
    decision: CreditDecision | None = None
    recording: str | None = None  # path below the recordings folder; None: nothing kept
    started_at: datetime
    answered_at: datetime | None = None
    duration_s: float = 0.0
    audio_dropped_ms: int = 0
    versions: RunVersions
