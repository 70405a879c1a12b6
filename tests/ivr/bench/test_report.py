import pytest

from ivr.bench.figures import intervals, spread, wilson
from ivr.bench.report import Load, load_report, turn_report
from ivr.bench.turns import QUARTERS, Answered, CutOff


def answered(number: int, *, cut_off: CutOff | None = None) -> Answered:
    return Answered(
        question_id="a",
        kind=QUARTERS[number % 4],
        began_s=float(number) - 1.0,
        ends_s=float(number),
        question_s=float(number) + 0.6,
        pauses_ms=(),
        turn_ms=None if cut_off else 600.0 + number,
        ack_ms=None,
        cut_off=cut_off,
        stages_ms={} if cut_off else {"paused": 200.0, "heard": 400.0 + number},
    )


def test_the_keys_of_the_turn_report() -> None:
    heard = [answered(n) for n in range(19)] + [answered(19, cut_off=CutOff.PROMPT)]
    report = turn_report(heard, surplus=())
    assert report["n"] == 20
    assert report["turn_ms"] == {"p50": 609, "p95": 617, "p99": 618}
    assert report["cut_off_rate"] == 0.05
    assert set(report) >= {"ack_ms", "by_kind", "stages_ms"}


def test_the_keys_of_the_load_report() -> None:
    measured = Load(
        overloaded_s=1.25,
        calls=2,
        seconds=60.0,
        cpu_s=30.0,
        clock_late_p99_ms=1.5,
        clock_skipped=0,
        audio_dropped_ms=20,
        as_expected=3,
        ended=3,
    )
    report = load_report([answered(n) for n in range(12)], measured)
    assert report["calls"] == 2
    assert report["answers_per_s"] == 0.2
    assert report["answers_per_s_per_call"] == 0.1
    assert report["cpu_cores"] == 0.5
    assert report["audio_dropped_ms"] == 20
    assert (report["as_expected"], report["of"]) == (3, 3)
    assert isinstance(report["clock_late_ms"], dict)
    assert report["clock_late_ms"]["p99"] == 1.5


def test_nothing_measured_is_none_not_zero() -> None:
    assert spread([]) == {"p50": None, "p95": None, "p99": None}
    assert intervals([1.0])["p50"] is None
    assert turn_report([], surplus=())["cut_off_rate"] is None


def test_an_interval_holds_its_figure() -> None:
    values = [float(n) for n in range(200)]
    found = intervals(values)["p50"]
    assert found is not None
    low, high = found
    assert low < 99.5 < high
    assert high - low == pytest.approx(28, abs=8)  # 4 x 0.5 / sqrt(200) of the range


@pytest.mark.parametrize(
    ("hits", "n", "interval"),
    [(0, 0, [0.0, 1.0]), (0, 50, [0.0, 0.0714]), (50, 50, [0.9286, 1.0]), (1, 50, [0.0035, 0.105])],
)
def test_intervals_of_proportions(hits: int, n: int, interval: list[float]) -> None:
    assert wilson(hits, n) == interval
