"""The bench of the audio path: small, real, over sockets and two processes."""

import asyncio
from dataclasses import replace

import pytest

from config.settings import Settings
from decision_hook.contract import SurveyError
from ivr.bench import media
from ivr.bench.media import STEP, MediaBench, Trial, largest, open_media_bench
from ivr.media.server import MediaServer

GOOD = Trial(
    calls=400,
    seconds=10.0,
    late_p50_ms=0.4,
    late_p99_ms=4.9,
    late_max_ms=30.0,
    lost_ours=0,
    lost_theirs=0,
    speech=0.95,
    cpu_s=12.0,
    callers_cpu_cores=0.3,
    callers_late_ms=2.0,
)


@pytest.mark.parametrize(
    ("trial", "holds"),
    [
        pytest.param(GOOD, True, id="punctual and whole"),
        pytest.param(replace(GOOD, late_p99_ms=5.1), False, id="late"),
        pytest.param(replace(GOOD, lost_ours=1), False, id="a caller missed a frame"),
        pytest.param(replace(GOOD, lost_theirs=1), False, id="we missed a frame"),
    ],
)
def test_what_holds(trial: Trial, holds: bool) -> None:
    assert trial.holds is holds


def test_the_report_has_the_keys_that_stay() -> None:
    report = replace(GOOD, lost_ours=2, lost_theirs=3).report()
    assert (report["calls"], report["frames_lost"], report["cpu_cores"]) == (400, 5, 1.2)
    assert report["clock_late_ms"] == {"p50": 0.4, "p99": 4.9, "max": 30.0}


class Machine(MediaBench):
    """Carries so many calls, and fewer when it is measured for long."""

    def __init__(self, *, short: int, long: int) -> None:
        self.short, self.long = short, long
        self.tried: list[tuple[int, float]] = []

    async def trial(self, calls: int, seconds: float) -> Trial:
        self.tried.append((calls, seconds))
        carried = self.short if seconds <= media.TRIAL_S else self.long
        return replace(GOOD, calls=calls, lost_ours=0 if calls <= carried else 7)


@pytest.mark.parametrize(
    ("short", "long", "found"),
    [
        pytest.param(237, 237, 230, id="between"),
        pytest.param(237, 215, 210, id="less when measured for long"),
        pytest.param(5, 5, None, id="not even the smallest"),
        pytest.param(399, 399, 390, id="just below"),
    ],
)
async def test_the_search_finds_the_largest_that_holds(short: int, long: int, found: int | None) -> None:
    machine = Machine(short=short, long=long)
    trial = await largest(machine, below=400, seconds=30.0, tell=lambda _: None)
    assert (None if trial is None else trial.calls) == found
    assert all(calls % STEP == 0 and 0 < calls < 400 for calls, _ in machine.tried)
    assert len(machine.tried) < 12


@pytest.mark.models
async def test_a_few_real_calls() -> None:
    async with asyncio.timeout(60), open_media_bench(Settings()) as bench:
        trial = await bench.trial(5, 1.0)
    assert trial.speech > 0.9  # every frame came to the model and back
    assert 0 <= trial.late_p50_ms <= trial.late_p99_ms <= trial.late_max_ms
    assert trial.cpu_s > 0


@pytest.mark.models
async def test_calls_that_nobody_answers_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async with asyncio.timeout(60), open_media_bench(Settings()) as bench:
        monkeypatch.setattr(MediaServer, "start", _deaf)
        with pytest.raises(SurveyError, match="load generator could not make the calls"):
            await bench.trial(2, 1.0)


async def _deaf(_: object) -> tuple[str, int]:
    return "127.0.0.1", 9
