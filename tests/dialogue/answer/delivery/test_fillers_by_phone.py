"""What a phone model told, written as (phone, ms); what of it is a hesitation, a fake says."""

from collections.abc import Collection

import numpy as np
import pytest
from numpy.typing import NDArray

from dialogue.answer.delivery.fillers_by_phone import fillers_by_phone
from dialogue.answer.delivery.told_sounds import ToldSounds
from dialogue.hearing.phones import BLANK, FRAME_MS, PHONES

Spans = list[tuple[int, int]]
ANSWER = [("er4", 1_600), ("l", 1_720), ("ing2", 1_760)]
THAT = [("n", 300), ("a4", 340), ("g", 560), ("e5", 600)]


class Says:
    """FillerTeller: so sure of what begins at these times, and of the rest that it is none."""

    def __init__(self, *at_ms: int, sure: float = 0.97) -> None:
        self._at: Collection[int] = at_ms
        self._sure = sure

    def probabilities(self, told: ToldSounds) -> NDArray[np.float64]:
        return np.array([self._sure if first * FRAME_MS in self._at else 0.03 for first in told.first])


def told(*phones: tuple[str, int], sure: float = 0.9) -> NDArray[np.float32]:
    shares = np.full((120, len(PHONES)), 1e-6)
    shares[:, BLANK] = 1.0
    for name, at_ms in phones:
        shares[at_ms // 20, BLANK], shares[at_ms // 20, PHONES.index(name)] = 1 - sure, sure
    rows: NDArray[np.float32] = np.log(shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return rows


@pytest.mark.parametrize(
    ("phones", "filled", "sounds", "expected"),
    [
        pytest.param(
            [("呃", 300), *ANSWER],
            Says(300),
            [(240, 560), (1_500, 2_000)],
            [(240, 560)],
            id="a hum, then the answer",
        ),
        pytest.param(
            [("呃", 300), ("嗯", 420), *ANSWER],
            Says(300, 420),
            [(240, 560), (1_500, 2_000)],
            [(240, 560)],
            id="呃嗯",
        ),
        pytest.param(
            [("呃", 1_300), *ANSWER],
            Says(1_300),
            [(1_220, 2_000)],
            [(1_220, 1_540)],
            id="runs into the answer",
        ),
        pytest.param(
            [*ANSWER[1:], ("嗯", 1_900), ("sh", 2_200), ("i1", 2_240)],
            Says(1_900),
            [(1_640, 1_840), (1_860, 2_100), (2_180, 2_300)],
            [(1_860, 2_100)],
            id="between two words",
        ),
        pytest.param(
            [*THAT, *ANSWER],
            Says(300, 340, 560, 600),
            [(240, 800), (1_500, 2_000)],
            [(240, 800)],
            id="那个, and a pause",
        ),
        pytest.param([*THAT], Says(300, 340, 560, 600), [(240, 800)], [], id="nothing but 那个"),
        pytest.param(
            [("嗯", 300), ("嗯", 600)],
            Says(300, 600),
            [(240, 400), (540, 700)],
            [],
            id="嗯嗯 is an answer",
        ),
        pytest.param(
            [("呃", 300), *ANSWER], Says(300), [(280, 400), (1_500, 2_000)], [], id="too short to think"
        ),
        pytest.param(ANSWER, Says(), [(1_500, 2_000)], [], id="none"),
        pytest.param(
            [("呃", 300), *ANSWER], Says(300), [(1_500, 2_000)], [], id="told where there is no sound"
        ),
        pytest.param(
            [("呃", 300), *ANSWER],
            Says(300, sure=0.6),
            [(240, 560), (1_500, 2_000)],
            [],
            id="in doubt",
        ),
    ],
)
def test_fillers(phones: list[tuple[str, int]], filled: Says, sounds: Spans, expected: Spans) -> None:
    given = fillers_by_phone(told(*phones), sounds, filled, first_ms=0)
    assert len(given) == len(expected)
    assert np.ravel(given) == pytest.approx(np.ravel(expected), abs=40)


def test_times_are_of_the_call() -> None:
    sounds = [(60_240, 60_560), (61_500, 62_000)]
    [(start, end)] = fillers_by_phone(told(("呃", 300), *ANSWER), sounds, Says(300), first_ms=60_000)
    assert (start, end) == (60_240, 60_560)


def test_no_frames() -> None:
    assert fillers_by_phone(told()[:0], [], Says(), first_ms=0) == []
