"""From two voiceprints to a calibrated log-likelihood ratio, and from a list's size to a threshold. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voiceprint.plda import Latents
from voiceprint.tables import MATED_PERCENT, DurationRow, VoiceprintTable
from voiceprint.voiceprint import Vector, Vectors

MIN_LN_SHARE = math.log(1e-7)  # the stranger pairs behind the tail cannot tell rarer ones apart


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    """What a list of this size, reviewed at this rate, can do."""

    list_size: int
    threshold: float  # score from which an entry is a candidate
    expected_candidates: float  # strangers' entries above it per 1,000 calls


class Backend:
    """Scores of one encoder's voiceprints. Shared; never changes."""

    def __init__(self, table: VoiceprintTable) -> None:
        self._table = table
        self._durations = sorted(table.file.durations, key=lambda row: row.speech_s)
        tail = sorted(table.file.strangers, key=lambda row: row.share)
        self._tail_ln_share = np.log([row.share for row in tail])  # rising
        self._tail_score = np.array([row.score for row in tail])  # falling

    @property
    def measured_on(self) -> str:
        origin = self._table.file.origin
        return f"{origin.human_voices} human voices, {origin.source}: {origin.note}"

    def latents(self, vectors: Vectors) -> Latents:
        """(n, r): centred on strangers, the line's directions weighed down."""
        return self._table.plda.latents(vectors)

    def listed_rows(self, latents: Latents) -> Vectors:
        """(n, r + 1) float32: what the index holds. Its inner products with `query` rank as `scores` does."""
        return self._table.plda.listed_rows(latents)

    def query(self, latent: Latents) -> Vector:
        """(r + 1,) float32 for one probe (1, r)."""
        return self._table.plda.query(latent)

    def scores(self, listed: Latents, probe: Latents) -> NDArray[np.float64]:
        """(n,): of each listed voice against one probe (1, r)."""
        scores: NDArray[np.float64] = self._table.plda.scores(listed, probe)[:, 0]
        return scores

    def llr(self, score: float, speech_s: float) -> float:
        """Natural-log likelihood ratio, one voice against two, for a probe of so much speech.

        Never more extreme than the number of trials behind the calibration can support.
        """
        below, above, share = self._around(speech_s)
        scale = below.scale + share * (above.scale - below.scale)
        offset = below.offset + share * (above.offset - below.offset)
        return min(math.log(above.n_strangers), max(-math.log(above.n_mated), scale * score + offset))

    def operating_point(self, list_size: int, candidates_per_1000_calls: float) -> OperatingPoint:
        """The threshold at which strangers raise so many candidates on a list of this size."""
        share = min(1.0, candidates_per_1000_calls / (1_000 * max(1, list_size)))
        threshold = self._score_at(math.log(share))
        return OperatingPoint(
            list_size=list_size,
            threshold=threshold,
            expected_candidates=self.false_alarms(threshold, list_size),
        )

    def false_alarms(self, score: float, list_size: int) -> float:
        """Entries of strangers expected at this score or above, per 1,000 calls of people not listed."""
        ln_share = min(0.0, max(MIN_LN_SHARE, self._ln_share_at(score)))
        return 1_000 * list_size * math.exp(ln_share)

    def found_share(self, threshold: float, speech_s: float) -> float:
        """Share 0..1 of listed voices that score above the threshold with a probe of so much speech."""
        below, above, share = self._around(speech_s)
        found = [_share_above(row.mated, threshold) for row in (below, above)]
        return found[0] + share * (found[1] - found[0])

    def _around(self, speech_s: float) -> tuple[DurationRow, DurationRow, float]:
        """The rows on either side, and how far between them, in the logarithm of time. Never outside."""
        rows = self._durations
        upper = next((i for i, row in enumerate(rows) if row.speech_s >= speech_s), len(rows) - 1)
        lower = max(0, upper - 1) if speech_s < rows[upper].speech_s else upper
        low, high = rows[lower], rows[upper]
        if low is high:
            return low, high, 0.0
        return low, high, math.log(speech_s / low.speech_s) / math.log(high.speech_s / low.speech_s)

    def _score_at(self, ln_share: float) -> float:
        return _line(ln_share, self._tail_ln_share, self._tail_score)

    def _ln_share_at(self, score: float) -> float:
        return _line(score, self._tail_score[::-1], self._tail_ln_share[::-1])


def _line(x: float, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> float:
    """Straight between the points (xs rising), and on along the outermost two beyond them."""
    i = int(np.clip(np.searchsorted(xs, x), 1, len(xs) - 1))
    slope = (ys[i] - ys[i - 1]) / (xs[i] - xs[i - 1])
    return float(ys[i - 1] + slope * (x - xs[i - 1]))


def _share_above(mated: Sequence[float], threshold: float) -> float:
    """From the quantiles at MATED_PERCENT; outside them, nearest whole claim: 99 or 1 %."""
    return 1.0 - float(np.interp(threshold, mated, np.array(MATED_PERCENT) / 100))
