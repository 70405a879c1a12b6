"""Where speech begins, pauses and ends by its energy, after a model has found about where it is."""

import numpy as np
import pytest

from dialogue.line import Samples
from dialogue.turn.edges import Segments, edged
from tests.dialogue.answer.delivery.voices import WOMAN, pcm, spoken

FLOOR_DB, NOISY_DB = -70.0, -38.0


def line(*spoken_ms: tuple[int, int], floor_db: float = FLOOR_DB, length_ms: int = 5_000) -> Samples:
    """Speech at these times, at -22 dB, over noise."""
    sound = np.random.default_rng(3).standard_normal(length_ms * 8) * 10 ** (floor_db / 20)
    for number, (start, end) in enumerate(spoken_ms):
        sound[start * 8 : end * 8] += 10 ** (-22 / 20) * spoken(WOMAN, end - start, number)
    return pcm(sound)


@pytest.mark.parametrize(
    ("there", "found", "expected"),
    [
        pytest.param(((1_000, 2_000),), ((1_000, 2_000),), ((1_000, 2_000),), id="right already"),
        pytest.param(((1_000, 2_000),), ((1_280, 2_000),), ((1_000, 2_000),), id="a late onset"),
        pytest.param(((1_000, 2_000),), ((1_000, 2_150),), ((1_000, 2_000),), id="a late end"),
        pytest.param(
            ((1_000, 1_700), (2_100, 3_000)),
            ((1_000, 3_000),),
            ((1_000, 1_700), (2_100, 3_000)),
            id="a pause",
        ),
        pytest.param(((1_000, 1_700), (1_850, 3_000)), ((1_000, 3_000),), ((1_000, 3_000),), id="no pause"),
        pytest.param(
            ((1_000, 1_300), (1_700, 3_000)),
            ((1_700, 3_000),),
            ((1_000, 1_300), (1_700, 3_000)),
            id="a hum the model did not take for speech",
        ),
        pytest.param(((1_000, 1_060), (1_700, 3_000)), ((1_700, 3_000),), ((1_700, 3_000),), id="a click"),
        pytest.param(((100, 400), (1_700, 3_000)), ((1_700, 3_000),), ((1_700, 3_000),), id="long before"),
    ],
)
def test_on_a_quiet_line(there: Segments, found: Segments, expected: Segments) -> None:
    given = edged(found, line(*there), first_ms=0)
    assert np.ravel(given) == pytest.approx(np.ravel(expected), abs=40)


def test_in_noise_only_what_stands_out() -> None:
    samples = line((1_000, 1_700), (2_200, 3_000), floor_db=NOISY_DB)
    given = edged(((1_100, 3_180),), samples, first_ms=0)
    assert np.ravel(given) == pytest.approx((1_000, 1_700, 2_200, 3_000), abs=60)


def test_times_are_of_the_call() -> None:
    samples = line((1_000, 2_000))
    [(start, end)] = edged(((61_200, 62_000),), samples, first_ms=60_000)
    assert (start, end) == pytest.approx((61_000, 62_000), abs=40)


def test_nothing_begins_while_the_prompt_still_plays() -> None:
    samples = line((1_000, 2_000))
    assert edged(((1_280, 2_000),), samples, first_ms=0, not_before_ms=1_200)[0][0] == 1_200
    assert edged(((1_280, 2_000),), samples, first_ms=0, not_before_ms=1_900)[0][0] == 1_280


def test_a_soft_voice_before_is_not_the_caller() -> None:
    samples = line((1_700, 3_000)).astype(np.int32)
    samples[8_000:10_400] += (0.2 * line((1_000, 1_300))[8_000:10_400]).astype(np.int32)
    assert edged(((1_700, 3_000),), samples.astype(np.int16), first_ms=0)[0][0] == pytest.approx(
        1_700, abs=40
    )


@pytest.mark.parametrize(
    ("segments", "samples"),
    [
        pytest.param((), line((1_000, 2_000)), id="nobody spoke"),
        pytest.param(((0, 5_000),), line((0, 5_000)), id="nothing but speech"),
        pytest.param(((100, 200),), np.zeros(0, dtype=np.int16), id="no sound"),
        pytest.param(((9_000, 9_500),), line((1_000, 2_000)), id="outside of it"),
    ],
)
def test_without_knowing_the_line_all_stays(segments: Segments, samples: Samples) -> None:
    assert edged(segments, samples, first_ms=0) == segments


def test_digital_silence_stays_silence() -> None:
    found = edged(((1_000, 1_400),), np.zeros(24_000, dtype=np.int16), first_ms=0)
    assert found == ((1_000, 1_400),)


def test_a_constant_offset_is_no_sound() -> None:
    shifted = (line((1_000, 2_000)).astype(np.int32) + 9_000).astype(np.int16)
    [(start, end)] = edged(((1_280, 2_150),), shifted, first_ms=0)
    assert (start, end) == pytest.approx((1_000, 2_000), abs=40)
