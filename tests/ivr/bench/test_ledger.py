import numpy as np
import pytest

from ivr.bench.ledger import AUDIBLE, CallLedger
from ivr.simulator.mouth import Performance
from ivr.simulator.reply import Reply, Say, Wait

QUIET = np.zeros(160, dtype="<i2").tobytes()


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def loud_from(sample: int) -> bytes:
    frame = np.zeros(160, dtype="<i2")
    frame[sample:] = -AUDIBLE
    return frame.tobytes()


def test_sound_is_dated_to_the_sample() -> None:
    clock = Hands()
    ledger = CallLedger(clock)
    for pcm in (QUIET, loud_from(80), QUIET):
        ledger.heard(pcm)
        clock.now_s += 0.02
    log = ledger.log()
    assert log.zero_s == pytest.approx(100.0)
    assert list(log.sounds_s) == [pytest.approx(100.03)]


def test_zero_is_that_of_a_punctual_clock() -> None:
    clock = Hands()
    ledger = CallLedger(clock)
    for late_s in (0.015, 0.0, 0.008):
        clock.now_s += late_s
        ledger.heard(QUIET)
        clock.now_s += 0.02 - late_s
    assert ledger.log().zero_s == pytest.approx(100.0)


def performance(*, voiced_until: int) -> Performance:
    return Performance(
        pcm=np.zeros(10 * 160, dtype=np.int16), own_from=0, own_until=1_600, voiced_until=voiced_until
    )


REPLY = Reply(
    question_id="identity.age", after_ms=300, steps=(Say(text="嗯"), Wait(ms=420), Say(text="四十六"))
)


def test_a_turn_ends_with_its_last_audible_sample() -> None:
    clock = Hands()
    ledger = CallLedger(clock)
    ledger.sent()
    ledger.begins(REPLY, performance(voiced_until=3 * 160 + 41))
    for _ in range(10):
        ledger.sent()
        clock.now_s += 0.02
    (spoken,) = ledger.log().spoken
    assert spoken.question_id == "identity.age"
    assert spoken.began_s == pytest.approx(100.0)
    assert spoken.ends_s == pytest.approx(100.0 + 3 * 0.02 + 40 / 8_000)
    assert spoken.pauses_ms == (420,)


def test_a_turn_that_was_cut_short_keeps_its_planned_end_and_one_put_off_does_not_count() -> None:
    clock = Hands()
    ledger = CallLedger(clock)
    ledger.begins(REPLY, performance(voiced_until=1_600))  # put off before its first frame
    ledger.begins(REPLY, performance(voiced_until=1_600))
    for _ in range(4):
        ledger.sent()
        clock.now_s += 0.02
    (spoken,) = ledger.log().spoken
    assert spoken.ends_s == pytest.approx(100.2)
