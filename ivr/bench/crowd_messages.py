"""What the bench of the audio path and its crowd of callers say to each other, over ivr.bench.wire."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray


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
