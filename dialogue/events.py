"""What happens in a call, as past-tense values for whoever watches. Never logged: they hold words."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from decision_hook.contract import AnswerEvidence, CallOutcome, FactKind, Hypothesis


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStateChanged:
    call: UUID
    state: str  # dialling ringing answered opening consent warm_up survey closing ended


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptStarted:
    """A prompt begins to be spoken. `question_id` is "" for prompts that ask nothing."""

    call: UUID
    question_id: str
    fact_keys: tuple[str, ...]
    kind: FactKind
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerStarted:
    call: UUID
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerUnderstood:
    call: UUID
    answer: AnswerEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class BeliefsChanged:
    call: UUID
    probabilities: dict[Hypothesis, float]
    net_speech_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    call: UUID
    outcome: CallOutcome


CallEvent = CallStateChanged | PromptStarted | CallerStarted | AnswerUnderstood | BeliefsChanged | CallEnded


class CallObserver(Protocol):
    def observe(self, event: CallEvent) -> None:
        """Called on the event loop; must return at once and never raise."""
        ...
