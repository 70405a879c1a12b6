"""One voice under many identities: clusters of calls that are each other's nearest. Pure.

Two clusters join when each is the other's nearest and they are nearer than the threshold. A cluster lies at
the mean of its members. Adding one voice costs one pass over the clusters, so a service can go on adding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from voiceprint.backend import Backend
from voiceprint.voiceprint import Vector, Vectors

CHANCE_PAIRS = 0.05  # pairs of strangers expected above the threshold, among all pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where two parts of a cluster were joined, and the nearest two voices of these."""

    voices: tuple[int, int]  # numbers in the order of adding
    score: float  # of the two parts' centres


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Voices that are taken for one."""

    members: tuple[int, ...]  # numbers in the order of adding
    weakest: Link | None  # lowest score at which two parts of it were joined; None: a single voice


class Clusters:
    """Grows voice by voice. Not thread-safe."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._members: list[list[int]] = []
        self._weakest: list[Link | None] = []
        self._voices: list[Vector] = []
        # Rows of clusters, with room to grow: copying all of them at every voice took most of the time.
        self._sums = np.zeros((0, 0), dtype=np.float32)
        self._centres = np.zeros((0, 0), dtype=np.float32)

    def add(self, whitened: Vector) -> None:
        """One voice more, a row of `Backend.whitened`."""
        number, place = len(self._voices), len(self._members)
        if place == len(self._sums):
            room = np.zeros((max(64, place), len(whitened)), dtype=np.float32)
            self._sums, self._centres = (
                np.concatenate((held, room)) if place else room.copy() for held in (self._sums, self._centres)
            )
        self._voices.append(whitened)
        self._members.append([number])
        self._weakest.append(None)
        self._put(place, whitened)
        changed = place
        while (partner := self._mutual(changed)) is not None:
            changed = self._join(changed, *partner)

    def add_all(self, whitened: Vectors) -> None:
        for row in whitened:
            self.add(row)

    def found(self, *, at_least: int = 2) -> list[Cluster]:
        """Largest first."""
        clusters = [
            Cluster(members=tuple(sorted(members)), weakest=weakest)
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
        count = len(self._members)
        if count < 2:
            return None
        scores = self._centres[:count] @ self._centres[number]
        scores[number] = -np.inf
        best = int(scores.argmax())
        return best, float(scores[best])

    def _join(self, first: int, second: int, score: float) -> int:
        low, high = sorted((first, second))
        links = [self._weakest[low], self._weakest[high], Link(voices=self._closest(low, high), score=score)]
        self._weakest[low] = min((link for link in links if link is not None), key=lambda link: link.score)
        self._members[low] += self._members[high]
        self._put(low, self._sums[low] + self._sums[high])
        # The last cluster takes the free place; it is never `low`.
        last = len(self._members) - 1
        self._put(high, self._sums[last])
        self._members[high], self._weakest[high] = self._members[last], self._weakest[last]
        self._members.pop()
        self._weakest.pop()
        return low

    def _put(self, place: int, total: Vector) -> None:
        self._sums[place] = total
        self._centres[place] = total / (np.linalg.norm(total) + 1e-12)

    def _closest(self, first: int, second: int) -> tuple[int, int]:
        """The nearest two voices of two clusters."""
        ones, twos = self._members[first], self._members[second]
        scores = np.stack([self._voices[i] for i in ones]) @ np.stack([self._voices[i] for i in twos]).T
        row, column = np.unravel_index(int(scores.argmax()), scores.shape)
        one, two = sorted((ones[row], twos[column]))
        return one, two


class NamedCluster(TypedDict):
    """As it is shown to staff."""

    members: list[str]
    weakest_link: tuple[str, str]  # of two members: listen to these first
    weakest_link_llr: float


def clustered(named: Sequence[tuple[str, Vector, float]], backend: Backend) -> list[NamedCluster]:
    """Clusters of (name, raw embedding, seconds of speech); see CHANCE_PAIRS."""
    if len(named) < 2:
        return []
    pairs = len(named) * (len(named) - 1) / 2
    clusters = Clusters(backend.threshold_at(CHANCE_PAIRS / pairs))
    clusters.add_all(backend.whitened(np.stack([vector for _, vector, _ in named])))
    shown = []
    for cluster in clusters.found():
        assert cluster.weakest is not None  # two voices at least
        one, two = cluster.weakest.voices
        shorter_s = min(named[i][2] for i in cluster.members)
        shown.append(
            NamedCluster(
                members=[named[i][0] for i in cluster.members],
                weakest_link=(named[one][0], named[two][0]),
                weakest_link_llr=round(backend.llr(cluster.weakest.score, shorter_s), 2),
            )
        )
    return shown
