"""One voice under many identities: found in any order, never chained through a stranger."""

import numpy as np
import pytest

from voiceprint.clusters import Clusters

rng = np.random.default_rng(4)


def unit(rows: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return scaled


def voices(counts: list[int], spread: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    centres = unit(rng.standard_normal((len(counts), 64)))
    who = np.repeat(np.arange(len(counts)), counts)
    return unit(centres[who] + spread * rng.standard_normal((len(who), 64))), who


@pytest.mark.parametrize("seed", range(5))
def test_calls_of_one_voice_come_together_in_any_order(seed: int) -> None:
    rows, who = voices([4, 3, 2, *[1] * 20])
    order = np.random.default_rng(seed).permutation(len(rows))
    clusters = Clusters(threshold=0.6)
    clusters.add_all(rows[order])
    found = [sorted({int(who[order[i]]) for i in cluster.members}) for cluster in clusters.found()]
    assert found == [[0], [1], [2]]
    assert [len(cluster.members) for cluster in clusters.found()] == [4, 3, 2]


def test_the_weakest_link_is_the_lowest_score_that_joined() -> None:
    a = np.array([1, 0, 0], np.float32)
    clusters = Clusters(threshold=0.5)
    clusters.add_all(unit(np.array([a, a, [0.7, 0.714, 0]])))
    (cluster,) = clusters.found()
    assert cluster.members == (0, 1, 2)
    assert cluster.weakest is not None
    assert cluster.weakest.score == pytest.approx(0.7, abs=0.01)
    assert cluster.weakest.voices in ((0, 2), (1, 2))


def test_thousands_of_calls_are_clustered_one_by_one_within_seconds() -> None:
    rows, _ = voices([3, *[1] * 3_997])
    clusters = Clusters(threshold=0.8)
    clusters.add_all(rows[3:])
    assert clusters.found() == []
    clusters.add_all(rows[:3])  # the later ones of a list that was there
    assert [cluster.members for cluster in clusters.found()] == [(3_997, 3_998, 3_999)]


def test_below_the_threshold_nothing_joins() -> None:
    clusters = Clusters(threshold=0.9)
    assert clusters.found() == []
    clusters.add_all(voices([1] * 10)[0])
    assert clusters.found() == []
    assert len(clusters.found(at_least=1)) == 10
