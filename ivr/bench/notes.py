"""What one side of a bench call writes down while the call lasts. Times on the machine's monotonic clock."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from decision_hook.contract import FactKind
from dialogue.line import Samples
from ivr.simulator.cue import Cue


class Step(StrEnum):
    """Moments of a turn, in the order in which they usually come."""

    PAUSED = "paused"  # a pause was noticed; judging begins
    WEIGHED = "weighed"  # the words are judged
    DOUBTED = "doubted"  # the end-of-turn model has spoken, where the words do not tell
    ACKNOWLEDGED = "acknowledged"  # a short acknowledgement was queued
    UNDERSTOOD = "understood"  # the turn is over and the answer taken
    ASKED = "asked"  # the next prompt was queued


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    step: Step
    at_s: float
    complete: float | None = None  # what this step said about the turn being over, 0..1; None: nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompted:
    """A prompt of one call."""

    question_id: str  # "": asks nothing
    kind: FactKind
    at_ms: int  # on the call's own axis: where its first sample comes
    queued_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A question as it was put: what the applicant is told of it, and its sound."""

    cue: Cue
    audio: Samples  # 8 kHz


class HeardFrame(NamedTuple):
    """20 ms of the caller, as the judge of turns got them."""

    at_s: float  # when they came
    probability: float  # of speech, 0..1
    level_db: float  # below full scale


@dataclass(slots=True)
class CallNotes:
    """Filled while a call lasts."""

    prompts: list[Prompted] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    puts: list[Put] = field(default_factory=list)  # the questions among the prompts
    frames: list[HeardFrame] = field(default_factory=list)
