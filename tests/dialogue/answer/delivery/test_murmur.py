"""What is murmured in the gap before an answer."""

from dataclasses import replace

import numpy as np
import pytest

from dialogue.answer.delivery.murmur import murmurs, with_murmurs
from dialogue.answer.values import HeardAnswer
from dialogue.line import Samples

RNG = np.random.default_rng(7)


def noise(ms: int, db: float) -> Samples:
    return RNG.normal(0, 32_768 * 10 ** (db / 20), ms * 8).astype(np.int16)


def joined(*parts: Samples) -> Samples:
    return np.concatenate(parts)


@pytest.mark.parametrize(
    ("gap", "found"),
    [
        pytest.param(noise(2_000, -70), [], id="a quiet line"),
        pytest.param(
            joined(noise(400, -70), noise(600, -32), noise(1_800, -70)), [(400, 1_000)], id="a whisper"
        ),
        pytest.param(joined(noise(400, -70), noise(100, -30), noise(1_800, -70)), [], id="a click"),
        pytest.param(noise(2_500, -32), [], id="steady noise hides everything"),
        pytest.param(
            joined(noise(800, -40), noise(600, -32), noise(1_400, -40)),
            [],
            id="a noisy room: nothing is plain",
        ),
        pytest.param(
            joined(noise(400, -70), noise(300, -32), noise(120, -70), noise(300, -32), noise(1_800, -70)),
            [(400, 1_120)],
            id="words with a breath between",
        ),
        pytest.param(np.zeros(0, dtype=np.int16), [], id="no gap"),
    ],
)
def test_what_is_found_in_a_gap(gap: Samples, found: list[tuple[int, int]]) -> None:
    assert murmurs(gap) == found


def test_a_murmur_becomes_a_stretch_of_the_turn_at_its_own_time() -> None:
    whisper, answer = noise(600, -32), noise(1_000, -20)
    heard = HeardAnswer(
        samples=joined(noise(200, -70), answer, noise(200, -70)),
        segments=((13_200, 14_200),),
        started_ms=13_200,
        ended_ms=14_200,
        prompt_end_ms=10_000,
        latency_ms=3_200,
        before=joined(noise(500, -70), whisper, noise(1_900, -70)),
    )
    whole = with_murmurs(heard)
    assert whole.segments == ((10_500, 11_100), (13_200, 14_200))
    at = (whole.segments[0][0] - (whole.started_ms - 200)) * 8
    assert np.array_equal(whole.samples[at : at + len(whisper)], whisper)
    at = (whole.segments[1][0] - (whole.started_ms - 200)) * 8
    assert np.array_equal(whole.samples[at : at + len(answer)], answer)


def test_the_beginning_of_the_answer_is_no_murmur() -> None:
    heard = HeardAnswer(
        samples=noise(1_400, -20),
        segments=((11_200, 12_200),),
        started_ms=11_200,
        ended_ms=12_200,
        prompt_end_ms=10_000,
        latency_ms=1_200,
        before=joined(noise(600, -70), noise(400, -32)),
    )
    assert with_murmurs(heard) is heard


def test_what_was_told_apart_while_listening_is_kept_in_any_noise() -> None:
    """Steady noise hides a murmur; the voice that ended the first turn was heard all the same."""
    heard = HeardAnswer(
        samples=noise(1_400, -20),
        segments=((12_400, 13_400),),
        started_ms=12_400,
        ended_ms=13_400,
        prompt_end_ms=10_000,
        latency_ms=2_400,
        before=joined(noise(500, -40), noise(600, -34), noise(1_100, -40)),
        others=((10_500, 11_100),),
    )
    assert with_murmurs(replace(heard, others=())).segments == heard.segments
    assert with_murmurs(heard).segments == ((10_500, 11_100), (12_400, 13_400))
