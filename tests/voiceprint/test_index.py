"""Exact neighbours, also while voices are added; nothing that is no vector gets in."""

import threading

import numpy as np
import pytest

from decision_hook.contract import SurveyError
from voiceprint.index import FaissIndex

rng = np.random.default_rng(0)


def unit(count: int, dimensions: int = 48) -> np.ndarray:
    drawn = rng.standard_normal((count, dimensions)).astype(np.float32)
    vectors: np.ndarray = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return vectors


def test_an_empty_index_finds_nothing() -> None:
    assert FaissIndex(48).search(unit(1)[0], 5) == []


def test_neighbours_are_those_of_an_exhaustive_search() -> None:
    vectors, probes = unit(2_000), unit(20)
    index = FaissIndex(48)
    index.add(np.arange(500, 2_500), vectors)
    for probe in probes:
        expected = np.argsort(-(vectors @ probe))[:7] + 500
        assert [neighbour.key for neighbour in index.search(probe, 7)] == expected.tolist()
    assert len(index.search(probes[0], 9_999)) == 2_000


@pytest.mark.parametrize(
    "wrong", [np.ones((2, 3), np.float32), np.full((1, 48), np.nan, np.float32)], ids=["shape", "NaN"]
)
def test_wrong_vectors_are_refused(wrong: np.ndarray) -> None:
    index = FaissIndex(48)
    with pytest.raises(SurveyError, match="voice index"):
        index.add(np.arange(1), wrong)
    with pytest.raises(SurveyError, match="voice index"):
        index.search(wrong[0], 1)
    assert len(index) == 0


def test_searching_while_adding() -> None:
    index, known = FaissIndex(48), unit(1)
    index.add(np.array([7]), known)
    wrong: list[int] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            if index.search(known[0], 3)[0].key != 7:
                wrong.append(1)

    searchers = [threading.Thread(target=search) for _ in range(2)]
    for searcher in searchers:
        searcher.start()
    for start in range(1_000, 21_000, 200):
        index.add(np.arange(start, start + 200), unit(200))
    done.set()
    for searcher in searchers:
        searcher.join()
    assert not wrong
    assert len(index) == 20_001
