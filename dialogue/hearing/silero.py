"""Silero voice activity at the telephone's own 8 kHz: a probability per 32 ms window."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from decision_hook.contract import SurveyError

WINDOW = 256  # samples at 8 kHz: 32 ms, the only length the model takes
_CONTEXT = 32  # samples of the window before, which the model wants in front
_RATE = np.array(8_000, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class SileroState:
    """What one audio stream carries from window to window."""

    memory: NDArray[np.float32]  # (2, 1, 128)
    context: NDArray[np.float32]  # (32,)


def fresh_state() -> SileroState:
    return SileroState(
        memory=np.zeros((2, 1, 128), dtype=np.float32), context=np.zeros(_CONTEXT, dtype=np.float32)
    )


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

    def step_many(
        self, windows: Sequence[tuple[SileroState, NDArray[np.float32]]]
    ) -> list[tuple[float, SileroState]]:
        """Probability of speech in each window, and the state after it. One window per stream.

        Windows: (256,) float32 of -1..1. Blocks; one run of the model for all.
        """
        fresh = np.concatenate([samples for _, samples in windows]).reshape(-1, WINDOW)
        before = np.concatenate([state.context for state, _ in windows]).reshape(-1, _CONTEXT)
        memory = np.concatenate([state.memory for state, _ in windows], axis=1)
        inputs = {"input": np.concatenate([before, fresh], axis=1), "state": memory, "sr": _RATE}
        probabilities, after = self._session.run(None, inputs)
        context = fresh[:, -_CONTEXT:].copy()
        # The states of a batch share its arrays (1 kB a window): copying each costs as much as the rest here.
        return [
            (probability, SileroState(memory=after[:, i : i + 1], context=context[i]))
            for i, probability in enumerate(probabilities[:, 0].tolist())
        ]

    def probabilities(self, wave: NDArray[np.float32]) -> NDArray[np.float32]:
        """One per 32 ms of a whole recording (-1..1, 8 kHz), the last window filled with silence. Blocks."""
        state, found = fresh_state(), []
        for window in np.pad(wave, (0, -len(wave) % WINDOW)).reshape(-1, WINDOW):
            [(probability, state)] = self.step_many([(state, window)])
            found.append(probability)
        return np.array(found, dtype=np.float32)
