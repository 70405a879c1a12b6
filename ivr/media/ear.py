"""What the peer sent, re-cut into 20 ms frames on our time axis. Pure."""

from collections import deque

import numpy as np

from dialogue.line import FRAME_MS, FRAME_SAMPLES, Samples
from ivr.media.mouth import SILENCE
from ivr.media.protocol import WIRE

FRAME_BYTES = 2 * FRAME_SAMPLES
# The backlog is judged by its smallest value over this many ticks: what never empties only delays us.
JUDGED_TICKS = 50
TOLERATED_FRAMES = 2  # the one that is due, and one against jitter: without it, gaps would tear speech
QUIET_RMS = 100.0  # about -50 dBFS, below any telephone voice: such a frame can go without harm


class Ear:
    """The caller's audio of one call: push what arrives, take one frame per tick.

    A peer that stalls and then sends minutes at once must not put the conversation minutes behind.
    What was late was filled with silence when it was due, so it is dropped: at once when more than
    `max_ms` wait, otherwise in the caller's pauses, until the backlog is small again.
    """

    def __init__(self, *, max_ms: int) -> None:
        self._max_frames = max(1, max_ms // FRAME_MS)
        self._arrived = bytearray()  # less than a frame
        self._frames: deque[Samples] = deque()
        self._smallest = 0  # backlog before taking, over the ticks judged so far
        self._judged = 0
        self.dropped_ms = 0
        self.filled_ms = 0  # silence put in because nothing had come

    @property
    def backlog_ms(self) -> int:
        return len(self._frames) * FRAME_MS

    def push(self, pcm: bytes) -> None:
        """Any even number of bytes, int16 little-endian."""
        if not self._arrived and len(pcm) == FRAME_BYTES:  # nearly always
            self._frames.append(np.frombuffer(pcm, WIRE).astype(np.int16, copy=False))
        else:
            self._cut(pcm)
        while len(self._frames) > self._max_frames:
            self._drop()

    def take(self) -> Samples:
        """The frame that is due now, (160,); silence if none has come."""
        self._catch_up()
        if not self._frames:
            self.filled_ms += FRAME_MS
            return SILENCE
        return self._frames.popleft()

    def _cut(self, pcm: bytes) -> None:
        self._arrived += pcm
        whole = len(self._arrived) // FRAME_BYTES
        if whole:
            cut = whole * FRAME_BYTES
            samples = np.frombuffer(bytes(self._arrived[:cut]), WIRE).astype(np.int16, copy=False)
            self._frames.extend(samples.reshape(whole, FRAME_SAMPLES))
            del self._arrived[:cut]

    def _catch_up(self) -> None:
        backlog = len(self._frames)
        self._smallest = backlog if self._judged == 0 else min(self._smallest, backlog)
        self._judged += 1
        if self._judged < JUDGED_TICKS:
            return
        if self._smallest > TOLERATED_FRAMES:
            if _is_quiet(self._frames[0]):
                self._drop()
                self._smallest -= 1
            self._judged = JUDGED_TICKS - 1  # go on at the next tick
        else:
            self._judged = 0

    def _drop(self) -> None:
        self._frames.popleft()
        self.dropped_ms += FRAME_MS


def _is_quiet(frame: Samples) -> bool:
    wide = frame.astype(np.float32)
    return float(np.dot(wide, wide)) < QUIET_RMS**2 * FRAME_SAMPLES
