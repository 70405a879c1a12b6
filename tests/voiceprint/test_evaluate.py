"""Error rates of a folder against counts by hand, their intervals, and the pictures."""

import numpy as np
import pytest

from voiceprint.metrics import equal_error_rate
from voiceprint.open_set import Searched, drawn_eers, search

rng = np.random.default_rng(6)


def scored(speakers: np.ndarray, apart: float) -> np.ndarray:
    noise = rng.normal(0, 1, (len(speakers), len(speakers)))
    matrix: np.ndarray = apart * (speakers[:, None] == speakers[None, :]) + (noise + noise.T) / 2
    return matrix


SPEAKERS = np.repeat(np.arange(12), 6)


def test_a_search_by_hand() -> None:
    speakers = np.array([0, 0, 0, 1, 1, 1, 2])
    matrix = np.zeros((7, 7))
    matrix[2, [0, 1]] = 0.8, 0.6  # 0's third file is near 0's entry
    matrix[5, [0, 1]] = 0.5, 0.5  # 1's third file is nearer to 0's entry than to its own
    matrix[5, [3, 4]] = 0.1, 0.3
    matrix[6, [3, 4]] = 0.4, 0.2  # the stranger's nearest is 1
    np.fill_diagonal(matrix, 1.0)
    matrix[0, 1] = matrix[1, 0] = 0.28  # 0's entry lies at the mean of two files: (1.4 / 1.6)
    matrix[3, 4] = matrix[4, 3] = -0.68  # the mean of 1's is shorter: 0.6 / 0.8
    found = search(matrix, speakers, {0: np.array([0, 1]), 1: np.array([3, 4])})
    np.testing.assert_allclose(found.found, [1.4 / 1.6, -np.inf])
    np.testing.assert_allclose(found.unlisted, [0.6 / 0.8])
    assert found.unlisted_speakers.tolist() == [2]


def test_drawing_everybody_once_gives_the_rate_itself() -> None:
    matrix = scored(SPEAKERS, 2.0)
    rows, columns = np.triu_indices(len(SPEAKERS), 1)
    same = SPEAKERS[rows] == SPEAKERS[columns]
    expected = equal_error_rate(matrix[rows, columns][same], matrix[rows, columns][~same])
    (drawn,) = drawn_eers(matrix, SPEAKERS, [np.ones(12, dtype=np.int64)])
    assert drawn == pytest.approx(expected, abs=0.003)


def test_a_speaker_who_is_not_drawn_does_not_count() -> None:
    matrix = scored(SPEAKERS, 6.0)
    matrix[:6, :6] = -9  # speaker 0 is never recognised
    everybody, without = np.ones(12, dtype=np.int64), np.array([0, *[1] * 10, 2])
    with_him, without_him = drawn_eers(matrix, SPEAKERS, [everybody, without])
    assert with_him > 0.02 > without_him


def test_missed_shares_by_hand() -> None:
    searched = Searched(
        found=np.array([0.9, 0.2, -np.inf]),
        found_speakers=np.array([0, 1, 1]),
        unlisted=np.linspace(0, 1, 101),
        unlisted_speakers=np.full(101, 2),
    )
    rates = searched.drawn_fnirs(0.5, [np.array([1, 1, 1]), np.array([3, 0, 1]), np.array([2, 1, 0])])
    assert rates == pytest.approx([2 / 3, 0.0])  # the last sample has no strangers
