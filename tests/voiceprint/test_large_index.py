"""The coded index decides as an exhaustive search does, also while voices come and go."""

import threading

import numpy as np
import pytest

from decision_hook.contract import SurveyError
from voiceprint.large_index import LargeIndex

rng = np.random.default_rng(0)
DIMENSIONS = 64


def unit(count: int) -> np.ndarray:
    drawn = rng.standard_normal((count, DIMENSIONS)).astype(np.float32)
    vectors: np.ndarray = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return vectors


VOICES = unit(20_000)


@pytest.fixture
def index() -> LargeIndex:
    made = LargeIndex(DIMENSIONS, VOICES[:2_000])
    made.add(np.arange(len(VOICES)), VOICES)
    return made


def test_the_nearest_is_the_exhaustive_searchs(index: LargeIndex) -> None:
    near = VOICES[:50] + 0.08 * rng.standard_normal((50, DIMENSIONS)).astype(np.float32)
    for probe in [*unit(50), *near]:
        found = index.search(probe, 3)
        assert found[0].key == int((VOICES @ probe).argmax())
        assert found[0].inner_product == pytest.approx(float((VOICES @ probe).max()), abs=2e-3)


def test_removed_voices_are_not_found(index: LargeIndex) -> None:
    assert index.remove(np.array([7, 9, 123_456])) == 2
    assert index.remove(np.array([7])) == 0
    assert len(index) == len(VOICES) - 2
    assert 7 not in [near.key for near in index.search(VOICES[7], 50)]
    index.add(np.array([7]), VOICES[9:10])
    assert index.search(VOICES[9], 1)[0].key == 7


def test_what_is_no_voice_is_refused(index: LargeIndex) -> None:
    for wrong in (np.full((1, DIMENSIONS), np.nan, np.float32), np.ones((1, 3), np.float32)):
        with pytest.raises(SurveyError, match="voice index"):
            index.add(np.array([99_999]), wrong)
        with pytest.raises(SurveyError, match="voice index"):
            index.search(wrong[0], 1)
    for keys in (np.array([3]), np.array([99_998, 99_998])):
        with pytest.raises(SurveyError, match="there already"):
            index.add(keys, unit(len(keys)))
    with pytest.raises(SurveyError, match="too few"):
        LargeIndex(DIMENSIONS, unit(10))


def test_twenty_thousand_adds_during_searches(index: LargeIndex) -> None:
    wrong: list[int] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            if index.search(VOICES[5], 3)[0].key != 5:
                wrong.append(1)

    searcher = threading.Thread(target=search)
    searcher.start()
    for start in range(100_000, 120_000, 1_000):
        index.add(np.arange(start, start + 1_000), unit(1_000))
    done.set()
    searcher.join()
    assert not wrong
    assert len(index) == 40_000
