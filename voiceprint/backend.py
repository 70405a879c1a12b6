"""From two voiceprints to a calibrated log-likelihood ratio, and from a list's size to a threshold. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voiceprint.tables import MATED_PERCENT, DurationRow, VoiceprintTable
from voiceprint.voiceprint import Vector, Vectors
from voiceprint.whitening import Whitening

MIN_LN_SHARE = math.log(1e-7)  # the stranger pairs behind the tail cannot tell rarer ones apart


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundShare:
    """Of the listed voices, the share 0..1 that score above a threshold, and its 95 % interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    """What a list of this size, reviewed at this rate, can do."""

    list_size: int
    threshold: float  # score from which an entry is a candidate
    expected_candidates: float  # strangers' entries above it per 1,000 calls


class Backend:
    """Scores of one encoder's voiceprints. Shared; never changes."""

    def __init__(self, table: VoiceprintTable, whitening: Whitening | None = None) -> None:
        self._table = table
        self._whitening = whitening or table.whitening
        self._durations = sorted(table.file.durations, key=lambda row: row.speech_s)
        tail = sorted(table.file.strangers, key=lambda row: row.share)
        self._tail_ln_share = np.log([row.share for row in tail])  # rising
        self._tail_score = np.array([row.score for row in tail])  # falling

    @property
    def measured_on(self) -> str:
        origin = self._table.file.origin
        return f"{origin.tried} human voices, {origin.source}: {origin.note}"

    @property
    def durations(self) -> Sequence[DurationRow]:
        """Measured lengths of speech, rising."""
        return self._durations

    def centred_on(self, gallery: Vectors) -> "Backend":
        """The same numbers with the mean drawn towards the voices on the list, raw embeddings (n, d)."""
        return Backend(self._table, self._table.whitening.centred_on(gallery))

    def whitened(self, vectors: Vectors) -> Vectors:
        """(n, d): centred on strangers, the line's directions weighed down, length 1."""
        return self._whitening.apply(vectors)

    def scores(self, listed: Vectors, probe: Vector) -> NDArray[np.float64]:
        """(n,): cosines -1..1 of whitened voices (n, d) with one whitened probe (d,)."""
        scores: NDArray[np.float64] = (listed @ probe).astype(np.float64)
        return scores

    def llr(self, score: float, speech_s: float) -> float:
        """Natural-log likelihood ratio, one voice against two, for a probe of so much speech.

        Never more extreme than the number of trials behind the calibration can support.
        """
        return float(self.llrs(np.array([score]), np.array([speech_s]))[0])

    def llrs(self, scores: NDArray[np.float64], speech_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """`llr` of many, arrays of one shape."""
        lengths = np.round(speech_s, 1)
        found = np.zeros_like(scores)
        for length in np.unique(lengths):
            at = lengths == length
            low, high, share = self._around(float(length))
            scale = low.scale + share * (high.scale - low.scale)
            offset = low.offset + share * (high.offset - low.offset)
            found[at] = np.clip(
                scale * scores[at] + offset, -math.log(high.n_mated), math.log(high.n_strangers)
            )
        return found

    def operating_point(self, list_size: int, candidates_per_1000_calls: float) -> OperatingPoint:
        """The threshold at which strangers raise so many candidates on a list of this size."""
        share = min(1.0, candidates_per_1000_calls / (1_000 * max(1, list_size)))
        threshold = self.threshold_at(share)
        return OperatingPoint(
            list_size=list_size,
            threshold=threshold,
            expected_candidates=self.false_alarms(threshold, list_size),
        )

    def false_alarms(self, score: float, list_size: int) -> float:
        """Entries of strangers expected at this score or above, per 1,000 calls of people not listed."""
        ln_share = min(0.0, max(MIN_LN_SHARE, self._ln_share_at(score)))
        return 1_000 * list_size * math.exp(ln_share)

    def found_share(self, threshold: float, speech_s: float) -> FoundShare:
        """Of listed voices, those that score above the threshold with a probe of so much speech."""
        below, above, share = self._around(speech_s)

        def between(low: Sequence[float], high: Sequence[float]) -> float:
            found = [_share_above(quantiles, threshold) for quantiles in (low, high)]
            return found[0] + share * (found[1] - found[0])

        return FoundShare(
            share=between(below.mated, above.mated),
            low=between(below.mated_low, above.mated_low),
            high=between(below.mated_high, above.mated_high),
        )

    def point_at_fpir(self, list_size: int, fpir: float) -> OperatingPoint:
        """The threshold that this share 0..1 of unlisted callers reaches with the nearest of the list."""
        share = -math.expm1(math.log1p(-fpir) / max(1, list_size))
        threshold = self.threshold_at(share)
        return OperatingPoint(
            list_size=list_size,
            threshold=threshold,
            expected_candidates=self.false_alarms(threshold, list_size),
        )

    def threshold_at(self, share: float) -> float:
        """The score that this share 0..1 of stranger pairs reaches; beyond the measured tail by its slope."""
        return self._score_at(math.log(min(1.0, share)))

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
