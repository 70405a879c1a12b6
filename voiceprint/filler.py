"""Strangers drawn from the measured distribution, to make a short list as hard to search as a long one."""

import numpy as np
from numpy.typing import NDArray

from voiceprint.tables import VoiceprintTable
from voiceprint.voiceprint import Vectors


def draw_strangers(table: VoiceprintTable, count: int, rng: np.random.Generator) -> Vectors:
    """(count, d), non-negative and of length 1, as the encoder's own.

    A mean, plus the measured deviations between voices and between recordings of a voice, cut at zero.
    That the nearest of them is as near to a real probe as the nearest of as many real strangers is tested.
    """
    spread = table.strangers_spread
    weights = rng.standard_normal((count, len(spread)), dtype=np.float32)
    drawn: NDArray[np.float32] = np.maximum(table.strangers_mean + weights @ spread, 0.0)
    vectors: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return vectors
