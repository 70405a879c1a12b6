"""How surely somebody hesitates, frame by frame: which pauses are filled."""

import numpy as np
import pytest
from numpy.typing import NDArray

from dialogue.answer.delivery.fillers_by_frame import fillers_by_frame

Spans = list[tuple[int, int]]
SOUNDS = [(200, 700), (1_500, 2_000)]


def told(*hesitations: tuple[int, int], sure: float = 0.97) -> NDArray[np.float32]:
    """So sure between these ms, and hardly anywhere else."""
    p = np.full(120, 0.04, dtype=np.float32)
    for start, end in hesitations:
        p[start // 20 : end // 20] = sure
    return p


@pytest.mark.parametrize(
    ("hesitating", "sounds", "expected"),
    [
        pytest.param(told((240, 560)), SOUNDS, [(240, 560)], id="a hum, then the answer"),
        pytest.param(told((240, 400), (480, 700)), SOUNDS, [(240, 700)], id="那个 is one"),
        pytest.param(
            told((240, 560), (1_500, 1_800)), SOUNDS, [(240, 560), (1_500, 1_800)], id="two, far apart"
        ),
        pytest.param(told((1_500, 1_960)), SOUNDS, [], id="nothing comes after it"),
        pytest.param(told((240, 360)), SOUNDS, [], id="too short to think"),
        pytest.param(told((240, 560), sure=0.85), SOUNDS, [], id="in doubt"),
        pytest.param(told(), SOUNDS, [], id="none"),
        pytest.param(told((240, 560)), [], [], id="no sound"),
        pytest.param(told()[:0], SOUNDS, [], id="no frames"),
    ],
)
def test_fillers(hesitating: NDArray[np.float32], sounds: Spans, expected: Spans) -> None:
    assert fillers_by_frame(hesitating, sounds, first_ms=0) == expected


def test_times_are_of_the_call() -> None:
    sounds = [(start + 60_000, end + 60_000) for start, end in SOUNDS]
    assert fillers_by_frame(told((240, 560)), sounds, first_ms=60_000) == [(60_240, 60_560)]
