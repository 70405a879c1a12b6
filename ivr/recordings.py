"""The folder of recordings, as the pages see it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import CallVerdict

CALLER = 1  # channel of a recording; ours is 0


class RecordingFolder:
    """Implements decision_hook.console.ports.Recordings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def audio(self, verdict: CallVerdict) -> Path | None:
        if verdict.recording is None:
            return None
        path = self.folder / Path(verdict.recording).name  # never a path from elsewhere
        return path if path.is_file() else None

    def answers(self, verdict: CallVerdict) -> list[NDArray[np.int16]]:
        """What the caller said, answer by answer, at 8 kHz; [] if no recording was kept. Blocks."""
        path = self.audio(verdict)
        if path is None:
            return []
        import soundfile

        both, rate_hz = soundfile.read(path, dtype="int16", always_2d=True)
        spans = [(answer.started_ms, answer.ended_ms) for answer in verdict.answers]
        caller = both[:, CALLER]
        return [caller[start * rate_hz // 1_000 : end * rate_hz // 1_000] for start, end in spans]

    def peaks(self, verdict: CallVerdict, columns: int) -> Sequence[Sequence[int]] | None:
        path = self.audio(verdict)
        if path is None:
            return None
        import soundfile

        both, _ = soundfile.read(path, dtype="int16", always_2d=True)
        if len(both) == 0:
            return [[0], [0]]
        edges = np.linspace(0, len(both), columns + 1).astype(int)
        loudest = np.maximum.reduceat(np.abs(both.astype(np.int32)), np.minimum(edges[:-1], len(both) - 1))
        return [[round(float(level) / 327.68) for level in loudest[:, channel]] for channel in (0, 1)]
