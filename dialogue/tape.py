"""What the caller said, by time. In memory only."""

from collections import deque

import numpy as np

from dialogue.line import FRAME_MS, FRAME_SAMPLES, FrameHeard, Samples

MAX_MS = 20 * 60 * 1_000  # a call is cut long before


class Tape:
    """Frames of one call on the call's time axis. Frames come in order; a gap reads as silence."""

    def __init__(self, *, max_ms: int = MAX_MS) -> None:
        self._frames: deque[Samples] = deque(maxlen=max_ms // FRAME_MS)
        self._next_ms = 0

    @property
    def end_ms(self) -> int:
        return self._next_ms

    def append(self, frame: FrameHeard) -> None:
        missing = (frame.at_ms - self._next_ms) // FRAME_MS
        for _ in range(max(0, missing)):
            self._frames.append(np.zeros(FRAME_SAMPLES, dtype=np.int16))
        self._frames.append(frame.samples)
        self._next_ms = frame.at_ms + FRAME_MS

    def between(self, start_ms: int, end_ms: int) -> Samples:
        """Samples of [start_ms, end_ms), widened to whole frames, cut to what is kept."""
        first_kept_ms = self._next_ms - len(self._frames) * FRAME_MS
        start = max(0, (start_ms - first_kept_ms) // FRAME_MS)
        end = min(len(self._frames), -(-(end_ms - first_kept_ms) // FRAME_MS))
        if end <= start:
            return np.zeros(0, dtype=np.int16)
        return np.concatenate([self._frames[index] for index in range(start, end)])
