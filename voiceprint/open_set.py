"""A list searched with known speakers, and both kinds of error with speakers drawn anew. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voiceprint.metrics import Scores

BINS = 4_000  # of scores, for error rates of resamples; their own rounding is far below the intervals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Searched:
    """What a list of the enrolled answers to every other file."""

    found: Scores  # best score of listed speakers' probes; minus infinity where another entry was nearer
    found_speakers: NDArray[np.int64]
    unlisted: Scores  # best score of the others' probes
    unlisted_speakers: NDArray[np.int64]

    @classmethod
    def pooled(cls, parts: Sequence["Searched"]) -> "Searched":
        return cls(
            found=np.concatenate([part.found for part in parts]),
            found_speakers=np.concatenate([part.found_speakers for part in parts]),
            unlisted=np.concatenate([part.unlisted for part in parts]),
            unlisted_speakers=np.concatenate([part.unlisted_speakers for part in parts]),
        )

    def drawn_fnirs(self, share: float, samples: Sequence[NDArray[np.int64]]) -> list[float]:
        """FNIR at this FPIR for each sample: how often each speaker was drawn."""
        order = np.argsort(self.unlisted)
        rates = []
        for counts in samples:
            weights = np.cumsum(counts[self.unlisted_speakers[order]])
            mated = counts[self.found_speakers]
            if not weights[-1] or not mated.sum():
                continue  # all drawn speakers were on one side
            place = int(np.searchsorted(weights, (1 - share) * weights[-1]))
            threshold = self.unlisted[order[min(place, len(order) - 1)]]
            rates.append(float(np.sum(mated[self.found < threshold]) / mated.sum()))
        return rates


def search(
    matrix: Scores, speakers: NDArray[np.int64], enrolled: Mapping[int, NDArray[np.int64]]
) -> Searched:
    """`matrix` (n, n): cosines between files. An entry lies at the mean of its files, as on the list."""
    listed = np.array(list(enrolled))
    probes = np.setdiff1d(np.arange(len(speakers)), np.concatenate(list(enrolled.values())))
    against = np.stack([_against_mean(matrix, probes, files) for files in enrolled.values()], axis=1)
    best, winner = against.max(axis=1), listed[against.argmax(axis=1)]
    mated = np.isin(speakers[probes], listed)
    right = winner[mated] == speakers[probes][mated]
    return Searched(
        found=np.where(right, best[mated], -np.inf),
        found_speakers=speakers[probes][mated],
        unlisted=best[~mated],
        unlisted_speakers=speakers[probes][~mated],
    )


def _against_mean(matrix: Scores, probes: NDArray[np.int64], files: NDArray[np.int64]) -> Scores:
    """Cosines of the probes with the mean of these files, from the cosines between them all."""
    length = np.sqrt(max(1e-12, float(matrix[np.ix_(files, files)].sum())))
    scores: Scores = matrix[np.ix_(probes, files)].sum(axis=1) / length
    return scores


def drawn_eers(
    matrix: Scores, speakers: NDArray[np.int64], samples: Sequence[NDArray[np.int64]]
) -> list[float]:
    """EER over all pairs for each sample. A speaker drawn twice is two who are never compared."""
    rows, columns = np.triu_indices(len(speakers), 1)
    scores = matrix[rows, columns]
    edges = np.quantile(scores, np.linspace(0, 1, BINS + 1)[1:-1])
    bins = np.searchsorted(edges, scores)
    first, second = speakers[rows], speakers[columns]
    same = first == second
    rates = []
    for counts in samples:
        mated = np.bincount(bins[same], counts[first[same]], BINS)
        weights = counts[first[~same]] * counts[second[~same]]
        strangers = np.bincount(bins[~same], weights, BINS)
        if not mated.sum() or not strangers.sum():
            rates.append(0.5)
            continue
        missed = np.concatenate(([0.0], np.cumsum(mated))) / mated.sum()
        taken = 1 - np.concatenate(([0.0], np.cumsum(strangers))) / strangers.sum()
        nearest = int(np.argmin(np.abs(missed - taken)))
        rates.append(float(missed[nearest] + taken[nearest]) / 2)
    return rates
