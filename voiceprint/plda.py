"""Probabilistic linear discriminant analysis: how much likelier is one voice behind two voiceprints than two?

A voice is a point drawn between speakers, a recording a point drawn around it: line, words and mood move
it along known directions, which therefore count little. Scoring is SpeechBrain's.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceprint.voiceprint import Vector, Vectors

Latents = NDArray[np.float64]  # shape (n, r): recordings spread by 1 around their voice, voices by `between`


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plda:
    """The model, in the directions where voices differ most against recordings of one voice."""

    mean: NDArray[np.float32]  # (d,), of strangers over telephone lines
    projection: NDArray[np.float32]  # (d, r)
    between: NDArray[np.float32]  # (r,): variance between voices; within one voice it is 1

    def latents(self, vectors: Vectors) -> Latents:
        """(n, r) for (n, d)."""
        projected: Latents = (vectors - self.mean).astype(np.float64) @ self.projection
        return projected

    def listed_rows(self, latents: Latents) -> Vectors:
        """(n, r + 1): their inner products with `query` order the voices exactly as `scores` does."""
        alone = self.between.astype(np.float64) + 1  # variance of one recording
        joint = alone**2 - self.between.astype(np.float64) ** 2  # determinant of two of one voice
        own = 0.5 * latents**2 @ (1 / alone - alone / joint)
        rows: Vectors = np.column_stack((latents * (self.between / joint), own)).astype(np.float32)
        return rows

    def query(self, latent: Latents) -> Vector:
        """(r + 1,) for one probe (1, r)."""
        vector: Vector = np.append(latent[0], 1.0).astype(np.float32)
        return vector

    def scores(self, listed: Latents, probes: Latents) -> NDArray[np.float64]:
        """(n, m): natural-log likelihood ratio of one voice against two, for every pair; not yet calibrated.

        About 1 ms for 100 x 1 pairs. Blocks.
        """
        from speechbrain.processing.PLDA_LDA import fast_PLDA_scoring

        left, right = _statistics(listed), _statistics(probes)
        scored = fast_PLDA_scoring(
            left,
            right,
            _AllPairs(left.modelset, right.segset),
            mu=np.zeros(len(self.between)),
            F=np.diag(np.sqrt(self.between.astype(np.float64))),
            Sigma=np.eye(len(self.between)),
            check_missing=False,
        )
        matrix: NDArray[np.float64] = scored.scoremat
        return matrix


class _AllPairs:
    """What the scorer reads of SpeechBrain's `Ndx`, whose constructor is quadratic in the list."""

    def __init__(self, listed: NDArray[np.str_], probes: NDArray[np.str_]) -> None:
        self.modelset, self.segset = listed, probes
        self.trialmask = np.ones((len(listed), len(probes)), dtype=np.bool_)


def _statistics(latents: Latents) -> Any:
    from speechbrain.processing.PLDA_LDA import StatObject_SB

    names = np.arange(len(latents)).astype(str)
    unused = np.array([None] * len(latents))  # segment times
    return StatObject_SB(names, names, unused, unused, np.ones((len(latents), 1)), latents.copy())
