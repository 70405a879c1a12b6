"""New calls are held back while the machine is overloaded, and only then."""

import logging

import pytest

from config.settings import AdmissionSettings
from ivr.inference.admission import Admission, HeldBack, Strain

EASY = Strain(clock_late_ms=3.0, queue_wait_ms=400.0)
LATE = Strain(clock_late_ms=61.0, queue_wait_ms=400.0)
QUEUED = Strain(clock_late_ms=3.0, queue_wait_ms=2_100.0)
UNKNOWN = Strain(clock_late_ms=None, queue_wait_ms=0.0)


class Machine:
    """Strain and time, as the test says."""

    def __init__(self) -> None:
        self.strain, self.now_s = EASY, 100.0
        settings = AdmissionSettings(clock_late_ms=60.0, queue_wait_ms=2_000.0)
        self.admission = Admission(settings, lambda: self.strain, now_s=lambda: self.now_s)


@pytest.mark.parametrize(
    ("strain", "running", "admitted"),
    [
        pytest.param(EASY, 8, True, id="keeps up"),
        pytest.param(UNKNOWN, 8, True, id="no tick yet"),
        pytest.param(LATE, 1, False, id="late clock"),
        pytest.param(QUEUED, 1, False, id="long queue"),
        pytest.param(LATE, 0, True, id="nobody is there to suffer"),
    ],
)
def test_who_is_admitted(strain: Strain, running: int, admitted: bool) -> None:
    machine = Machine()
    machine.strain = strain
    assert machine.admission.admits(running) is admitted


def test_an_overload_is_logged_once_and_counted_with_its_length(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    caplog.set_level(logging.WARNING)
    assert machine.admission.held_back() == HeldBack(times=0, seconds=0.0)
    machine.strain = LATE
    for _ in range(3):
        assert not machine.admission.admits(4)
        machine.now_s += 5.0
    assert machine.admission.held_back() == HeldBack(times=1, seconds=15.0)
    machine.strain = EASY
    assert machine.admission.admits(4)
    machine.now_s += 60.0
    assert machine.admission.held_back() == HeldBack(times=1, seconds=15.0)
    machine.strain = QUEUED
    assert not machine.admission.admits(4)
    assert [record.getMessage() for record in caplog.records] == [
        "overload: new calls are held back beside 4 running: the 20 ms clock is 61 ms late, limit 60",
        "overload: over after 15 s, new calls begin again",
        "overload: new calls are held back beside 4 running: a model was waited for 2100 ms, limit 2000",
    ]
