"""Silero voice activity at the telephone's own 8 kHz: a probability per 32 ms window."""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from decision_hook.contract import SurveyError

WINDOW = 256  # samples at 8 kHz: 32 ms, the only length the model takes
CONTEXT = 32  # samples of the window before, which the model wants in front
_RATE = np.array(8_000, dtype=np.int64)

Waves = NDArray[np.float32]  # (n, 32 + 256) of -1..1: one window of each of n streams, its context in front
Memory = NDArray[np.float32]  # (2, n, 128): what n streams carry from window to window


def fresh_memory(streams: int) -> Memory:
    return np.zeros((2, streams, 128), dtype=np.float32)


class SileroEngine:
    """The model, shared by all streams. Immutable after construction, safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Loads `path` (2 MB). Raises SurveyError if it is not the model."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as exc:  # onnxruntime's exceptions have no common base below Exception
            raise SurveyError(
                f"{path}: not a usable voice-activity model; gather the models with `shengwen models gather`"
            ) from exc

    def step(self, waves: Waves, memory: Memory) -> tuple[NDArray[np.float32], Memory]:
        """Probability of speech in each of n windows, (n,), and the memory after it. Blocks; one run for all.

        A stream's first window has zeros for its context.
        """
        probabilities, after = self._session.run(None, {"input": waves, "state": memory, "sr": _RATE})
        return probabilities[:, 0], after

    def probabilities(self, wave: NDArray[np.float32]) -> NDArray[np.float32]:
        """One per 32 ms of a whole recording (-1..1, 8 kHz), the last window filled with silence. Blocks."""
        memory, found = fresh_memory(1), []
        padded = np.pad(wave, (CONTEXT, -len(wave) % WINDOW))
        for begin in range(0, len(wave), WINDOW):
            probability, memory = self.step(padded[np.newaxis, begin : begin + CONTEXT + WINDOW], memory)
            found.append(probability[0])
        return np.array(found, dtype=np.float32)
