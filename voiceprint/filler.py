"""Strangers drawn from the measured distribution, to make a short list as hard to search as a long one."""

import numpy as np
from numpy.typing import NDArray

from voiceprint.tables import VoiceprintTable
from voiceprint.voiceprint import Vectors


def draw_strangers(table: VoiceprintTable, count: int, rng: np.random.Generator) -> Vectors:
    """(count, d) of length 1, as the encoder's own.

    A mean, plus the measured deviations between voices and between recordings of a voice.
    That the nearest of them is as near to a real probe as the nearest of as many real strangers is tested.
    """
    spread = table.strangers_spread
    weights = rng.standard_normal((count, len(spread)), dtype=np.float32)
    return like_embeddings(table.strangers_mean + weights @ spread, table.strangers_mean)


def like_embeddings(drawn: NDArray[np.float32], mean: NDArray[np.float32]) -> Vectors:
    """Rows (n, d) at length 1; cut at zero for an encoder that ends in a rectifier, as GE2E does."""
    if (mean >= 0).all():
        drawn = np.maximum(drawn, 0.0)
    vectors: Vectors = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return vectors
