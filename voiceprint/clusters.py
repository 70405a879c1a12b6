"""One voice under many identities: clusters of calls that are each other's nearest. Pure.

Two clusters join when each is the other's nearest and they are nearer than the threshold. A cluster lies at
the mean of its members. Adding one voice costs one pass over the clusters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from voiceprint.backend import Backend
from voiceprint.voiceprint import Vector, Vectors

CHANCE_PAIRS = 0.05  # pairs of strangers expected above the threshold, among all pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Voices that are taken for one."""

    members: tuple[int, ...]  # numbers in the order of adding
    weakest_link: float  # lowest score at which two parts of it were joined; 1.0 for a single voice


class Clusters:
    """Grows voice by voice. Not thread-safe."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._members: list[list[int]] = []
        self._sums: list[NDArray[np.float64]] = []
        self._weakest: list[float] = []
        self._added = 0

    def add(self, whitened: Vector) -> None:
        """One voice more, a row of `Backend.whitened`."""
        self._members.append([self._added])
        self._sums.append(whitened.astype(np.float64))
        self._weakest.append(1.0)
        self._added += 1
        changed = len(self._members) - 1
        while (partner := self._mutual(changed)) is not None:
            changed = self._join(changed, *partner)

    def add_all(self, whitened: Vectors) -> None:
        for row in whitened:
            self.add(row)

    def found(self, *, at_least: int = 2) -> list[Cluster]:
        """Largest first."""
        clusters = [
            Cluster(members=tuple(sorted(members)), weakest_link=weakest)
            for members, weakest in zip(self._members, self._weakest, strict=True)
            if len(members) >= at_least
        ]
        return sorted(clusters, key=lambda cluster: (-len(cluster.members), cluster.members))

    def _mutual(self, number: int) -> tuple[int, float] | None:
        """The cluster that is this one's nearest and has it as its nearest, above the threshold."""
        nearest = self._nearest(number)
        if nearest is None or nearest[1] < self._threshold:
            return None
        back = self._nearest(nearest[0])
        return nearest if back is not None and back[0] == number else None

    def _nearest(self, number: int) -> tuple[int, float] | None:
        if len(self._sums) < 2:
            return None
        centres = np.stack(self._sums)
        centres /= np.linalg.norm(centres, axis=1, keepdims=True) + 1e-12
        scores = centres @ centres[number]
        scores[number] = -np.inf
        best = int(scores.argmax())
        return best, float(scores[best])

    def _join(self, first: int, second: int, score: float) -> int:
        low, high = sorted((first, second))
        self._members[low] += self._members[high]
        self._sums[low] = self._sums[low] + self._sums[high]
        self._weakest[low] = min(self._weakest[low], self._weakest[high], score)
        for column in (self._members, self._sums, self._weakest):
            del column[high]
        return low


class NamedCluster(TypedDict):
    """As it is shown to staff."""

    members: list[str]
    weakest_link_llr: float


def clustered(named: Sequence[tuple[str, Vector, float]], backend: Backend) -> list[NamedCluster]:
    """Clusters of (name, raw embedding, seconds of speech); see CHANCE_PAIRS."""
    if len(named) < 2:
        return []
    pairs = len(named) * (len(named) - 1) / 2
    clusters = Clusters(backend.threshold_at(CHANCE_PAIRS / pairs))
    clusters.add_all(backend.whitened(np.stack([vector for _, vector, _ in named])))
    return [
        NamedCluster(
            members=[named[i][0] for i in cluster.members],
            weakest_link_llr=round(
                backend.llr(cluster.weakest_link, min(named[i][2] for i in cluster.members)), 2
            ),
        )
        for cluster in clusters.found()
    ]
