"""The telephone line as a conversation sees it. Implemented by ivr.media."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]  # shape (n,), mono, 8 kHz unless said otherwise

SAMPLE_RATE_HZ = 8_000
FRAME_MS = 20
FRAME_SAMPLES = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameHeard:
    """20 ms of the caller. Silence is filled in when the peer sends nothing."""

    samples: Samples  # (160,)
    at_ms: int  # start of the frame, since the call was answered


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed:
    digit: str  # one of 0-9 * #
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp:
    """The far end is gone. Always the last event."""

    at_ms: int


LineEvent = FrameHeard | KeyPressed | HungUp


class Line(Protocol):
    """One answered call: a mouth, an ear, and a clock that both share."""

    def now_ms(self) -> int:
        """Since the call was answered, on the shared 20 ms clock."""
        ...

    async def next_event(self) -> LineEvent:
        """Waits for the next event, at most about 20 ms while the call lives. After HungUp: HungUp again."""
        ...

    def speak(self, samples: Samples) -> None:
        """Appends a prompt to what is being said. Never blocks."""
        ...

    def speaking_ms(self) -> int:
        """How much is still to be said; 0 when silent."""
        ...

    def stop_speaking(self) -> int:
        """Silence from the next frame on, with a 5 ms fade. Returns the ms that were not said."""
        ...

    def duck(self, gain_db: float) -> None:
        """Changes the prompt's level from the next frame on; 0.0 restores it."""
        ...

    async def hang_up(self) -> None:
        """Says what is queued, then ends the call. Idempotent."""
        ...
