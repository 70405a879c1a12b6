"""What the bench and its load generator say to each other, over a socket pair between parent and child."""

import pickle
import struct
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from ivr.bench.applicants import BenchPlayer
from ivr.bench.ledger import CallLog
from ivr.simulator.cue import Cue

_LENGTH = struct.Struct(">I")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldCalls:
    """To the crowd: one call per attempt, all at once, each speaking without end."""

    attempts: tuple[UUID, ...]
    host: str
    port: int
    speech: bytes  # int16 little-endian, 8 kHz; said again and again
    settle_s: float  # from the last connection on; not measured
    seconds: float  # measured


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdMeasures:
    """From the crowd: everybody is connected and settled; it counts from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdHeard:
    """From the crowd: our frames, as they arrived while it measured."""

    late_ms: NDArray[np.float32]  # one per frame that came
    lost: int
    sent: int  # the callers' frames, from the connections on
    unsent: int  # those that the server's socket did not take
    own_late_ms: float  # the latest that the crowd itself ever was
    cpu_cores: float  # its own


Message = (
    Rehearse | Rehearsed | Ring | PickedUp | Asked | TakeDown | Over | HoldCalls | CrowdMeasures | CrowdHeard
)


def send(writer: StreamWriter, message: Message) -> None:
    """Never blocks."""
    body = pickle.dumps(message)
    writer.write(_LENGTH.pack(len(body)) + body)


async def receive(reader: StreamReader) -> Message | None:
    """The next message; None when the other side is gone.

    Pickle is safe here: the other end is our own child or parent, on a socket without an address.
    """
    try:
        (size,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        message: Message = pickle.loads(await reader.readexactly(size))
    except (IncompleteReadError, ConnectionError):
        return None
    return message
