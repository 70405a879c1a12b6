"""What the bench and its load generator say to each other, over a socket pair between parent and child."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from ivr.bench.applicants import BenchPlayer
from ivr.bench.ledger import CallLog
from ivr.simulator.cue import Cue


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearse:
    """Render what these applicants can say to any of these cues."""

    players: tuple[BenchPlayer, ...]
    cues: tuple[Cue, ...]
    models: Path
    cache: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    done: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Answer this call: connect to host and port with the attempt's UUID."""

    attempt: UUID
    player: BenchPlayer
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedUp:
    attempt: UUID
    connected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The cue of a prompt that begins."""

    attempt: UUID
    cue: Cue


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeDown:
    attempt: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """The call has ended; what it was like at the far end."""

    attempt: UUID
    log: CallLog


Message = Rehearse | Rehearsed | Ring | PickedUp | Asked | TakeDown | Over
