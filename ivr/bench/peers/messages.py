"""What the bench and a peer's process say to each other."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from ivr.bench.notes import Prompted, Put
from ivr.simulator.cue import Cue


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Load the models and listen."""

    whisper: Path  # folder of CTranslate2 weights
    threads: int  # of the recogniser


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    version: str
    host: str  # of its AudioSocket server
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """A call is coming; put these questions in order, each when the one before is answered."""

    attempt: UUID
    puts: tuple[Put, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expecting:
    attempt: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """The first frame of a question went out."""

    attempt: UUID
    cue: Cue


class Window(NamedTuple):
    """32 ms of the caller, as the peer's voice activity took them."""

    at_s: float  # monotonic: when it was judged
    speech: bool  # probability and volume both above its thresholds


class Verdict(NamedTuple):
    """Its end-of-turn model has spoken."""

    at_s: float
    probability: float  # of the turn being over, 0..1


@dataclass(slots=True, kw_only=True)
class PeerNotes:
    """Filled while a call lasts. Times on the machine's monotonic clock."""

    prompts: list[Prompted]
    windows: list[Window]
    verdicts: list[Verdict]
    transcripts_s: list[float]  # a transcript with words came


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    attempt: UUID
    notes: PeerNotes


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCpu:
    """How much processor time has the peer's process used?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    used_s: float
