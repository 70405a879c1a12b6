from pathlib import Path

import pytest

from decision_hook.contract import SurveyError
from ivr.bench.curve import Ending, Replayed, curve
from ivr.bench.picture import draw
from ivr.bench.turns import Answered, AnswerKind, CutOff

SILENCES = (300, 600)


def heard(over: tuple[float, float], *, ready_s: float | None, question_s: float) -> Replayed:
    cut_off = CutOff.PROMPT if question_s < 10.0 else None
    answer = Answered(
        question_id="a",
        kind=AnswerKind.FACT,
        began_s=9.0,
        ends_s=10.0,
        question_s=question_s,
        pauses_ms=(),
        turn_ms=None if cut_off else (question_s - 10.0) * 1_000,
        ack_ms=None,
        cut_off=cut_off,
        stages_ms={},
    )
    return Replayed(answer=answer, endings=tuple(Ending(over_s=at_s, ready_s=ready_s) for at_s in over))


def test_the_present_silence_gives_back_what_was_measured() -> None:
    points = curve([heard((10.3, 10.6), ready_s=10.5, question_s=10.7)], SILENCES, present=1)
    assert points[1]["turn_ms"] == {"p50": 700, "p95": 700, "p99": 700}
    assert (points[1]["present"], points[0]["present"]) == (True, False)


def test_a_shorter_silence_gains_no_more_than_the_words_allow() -> None:
    (shorter, _) = curve([heard((10.3, 10.6), ready_s=10.5, question_s=10.7)], SILENCES, present=1)
    assert shorter["turn_ms"] == {"p50": 600, "p95": 600, "p99": 600}


def test_whoever_was_cut_off_gets_the_usual_rest() -> None:
    whole = heard((10.3, 10.6), ready_s=10.3, question_s=10.7)  # 100 ms from the end of the turn
    cut = heard((9.4, 10.6), ready_s=None, question_s=9.5)
    points = curve([whole, whole, cut], SILENCES, present=0)
    assert points[0]["cut_off_rate"] == pytest.approx(0.3333)
    assert points[1]["cut_off_rate"] == 0.0
    assert points[1]["turn_ms"] == {"p50": 1_000, "p95": 1_000, "p99": 1_000}


def test_what_never_ended_is_left_out() -> None:
    never = Replayed(answer=heard((10.3, 10.6), ready_s=None, question_s=10.7).answer, endings=(None, None))
    assert [point["n"] for point in curve([never], SILENCES, present=0)] == [0, 0]
    assert curve([], SILENCES, present=0)[0]["cut_off_rate"] is None


def test_the_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    points = curve([heard((10.3, 10.6), ready_s=10.3, question_s=10.7)], SILENCES, present=0)
    path = tmp_path / "new" / "curve.png"
    draw({"ours": points, "theirs": points}, path)
    assert path.read_bytes()[1:4] == b"PNG"
    with pytest.raises(SurveyError, match="cannot be written"):
        draw({"ours": points}, tmp_path / "curve.words")
