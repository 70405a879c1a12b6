"""Voice activity of many calls at once: what the model remembers of each of them, in one block."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.silero import CONTEXT, WINDOW, SileroEngine, fresh_memory
from dialogue.line import Samples

# After a second of telephone silence the model's memory has gone deaf: on eight recorded calls it took
# 76-90 % of the loud windows for speech, and 91-98 % when it began afresh.
QUIET_DB = -55.0
FRESH_AFTER = 30  # quiet windows: 0.96 s

FULL_SCALE = np.float32(1 / 32_768)


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """What one call asks at one moment."""

    row: int  # its own in the block
    first: bool  # of this call: whatever the row remembers is another's
    samples: Samples  # (k * 256,), k >= 1


Moment = Sequence[Windows]  # of the calls that asked at the same moment, each at most once
Rows = NDArray[np.int64]


class VoiceBlock:
    """One row per call; for one thread. Whole arrays: an object per window costs as much as the model."""

    def __init__(self, engine: SileroEngine, *, rows: int) -> None:
        self._engine = engine
        self._memory = fresh_memory(rows)
        self._context = np.zeros((rows, CONTEXT), dtype=np.float32)
        self._quiet = np.zeros(rows, dtype=np.int64)  # windows of silence just now

    def hear(self, moments: Sequence[Moment]) -> list[list[list[float]]]:
        """A probability per window, per call, per moment. Blocks.

        Calls lie side by side in one run of the model, so no call may occur in two of the moments.
        """
        asked = [windows for moment in moments for windows in moment]
        rows = np.array([windows.row for windows in asked], dtype=np.int64)
        counts = np.array([windows.samples.size // WINDOW for windows in asked])
        ends = np.cumsum(counts)
        waves = np.concatenate([windows.samples for windows in asked]).reshape(-1, WINDOW) * FULL_SCALE
        quiet = np.square(waves).mean(axis=1) < 10 ** (QUIET_DB / 10)
        new = rows[[windows.first for windows in asked]]
        self._forget(new)
        self._quiet[new] = 0
        found = np.empty(len(waves), dtype=np.float32)
        for k in range(counts.max()):
            going = counts > k
            places = (ends - counts)[going] + k
            found[places] = self._step(rows[going], waves[places], quiet[places])
        flat, spans = found.tolist(), zip((ends - counts).tolist(), ends.tolist(), strict=True)
        return [[flat[slice(*next(spans))] for _ in moment] for moment in moments]

    def _step(self, rows: Rows, waves: NDArray[np.float32], quiet: NDArray[np.bool_]) -> NDArray[np.float32]:
        self._quiet[rows] = quiets = np.where(quiet, self._quiet[rows] + 1, 0)
        self._forget(rows[quiets >= FRESH_AFTER])
        inputs = np.concatenate((self._context[rows], waves), axis=1)
        probabilities, self._memory[:, rows] = self._engine.step(inputs, self._memory[:, rows])
        self._context[rows] = waves[:, -CONTEXT:]
        return probabilities

    def _forget(self, rows: Rows) -> None:
        self._memory[:, rows] = 0.0
        self._context[rows] = 0.0
