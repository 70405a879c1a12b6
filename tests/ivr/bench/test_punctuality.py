"""Late, lost, or made up for: from arrival times alone."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.bench.crowd import frame_number, numbered
from ivr.bench.punctuality import punctuality
from ivr.media.protocol import Audio, HangUp, encode

FRAMES = np.arange(500)
ON_TIME_S: NDArray[np.float64] = np.linspace(7.0, 7.0 + 499 * 0.02, 500)


def test_an_even_pace_is_punctual_whenever_it_began() -> None:
    found = punctuality(FRAMES + 40, ON_TIME_S)
    assert found.late_ms.max() == pytest.approx(0, abs=1e-6)
    assert found.lost == 0


def test_a_late_frame_is_late_and_the_others_are_not() -> None:
    arrived_s = ON_TIME_S.copy()
    arrived_s[200] += 0.013
    found = punctuality(FRAMES, arrived_s)
    assert np.flatnonzero(found.late_ms > 0.001).tolist() == [200]
    assert found.late_ms[200] == pytest.approx(13)


def test_frames_that_are_made_up_for_are_late_and_not_lost() -> None:
    arrived_s = ON_TIME_S.copy()
    arrived_s[200:203] = 7.0 + 203 * 0.02 - np.array([0.012, 0.007, 0.002])
    found = punctuality(FRAMES, arrived_s)
    assert found.lost == 0
    assert found.late_ms[199:204] == pytest.approx([0, 48, 33, 18, 0], abs=1e-6)


def test_a_turn_left_out_is_lost_and_what_follows_is_punctual() -> None:
    arrived_s = ON_TIME_S.copy()
    arrived_s[200:] += 4 * 0.02  # the sender numbers on and never catches up
    arrived_s[300:] += 0.02
    found = punctuality(FRAMES, arrived_s)
    assert found.lost == 5
    assert found.late_ms.max() == pytest.approx(0, abs=1e-6)


def test_a_missing_number_is_lost() -> None:
    kept = np.delete(FRAMES, [100, 101, 350])
    assert punctuality(kept, ON_TIME_S[kept]).lost == 3


def test_the_end_of_a_call_forgives_nothing() -> None:
    arrived_s = ON_TIME_S.copy()
    arrived_s[-3:] += 0.05  # would perhaps have been made up
    found = punctuality(FRAMES, arrived_s)
    assert found.lost == 0
    assert found.late_ms[-3:] == pytest.approx([50] * 3)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_frame(count: int) -> None:
    found = punctuality(FRAMES[:count], ON_TIME_S[:count])
    assert (found.late_ms.size, found.lost) == (count, 0)


def test_frames_carry_their_number() -> None:
    frames = numbered(20_002)
    for number in (0, 1, 9_999, 10_000, 20_001):
        assert frame_number(encode(Audio(pcm=frames[number].tobytes()))) == number
    assert frame_number(encode(Audio(pcm=bytes(320)))) is None
    with pytest.raises(ConnectionError):
        frame_number(encode(HangUp()) + bytes(320))
