import math
from statistics import median, quantiles

import pytest

from decision_hook.contract import FactKind
from ivr.bench.applicants import bench_player, everybody
from ivr.bench.hesitant import FILLERS, RENDERED_SILENCE_MS, SHARE, split
from ivr.simulator.cue import Cue
from ivr.simulator.reply import Wait


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("嗯，记得是三月", ("嗯，", "记得是三月"), id="at a comma"),
        pytest.param("三八四七", ("三八", "四七"), id="amid digits"),
        pytest.param("九八年五月十七号", ("九八年", "五月十七号"), id="after the year"),
        pytest.param("两万五千", ("两万", "五千"), id="after ten thousands"),
        pytest.param("我在恒通物流公司上班", ("我在", "恒通物流公司上班"), id="after the first word"),
        pytest.param("宋涛", (FILLERS[2], "宋涛"), id="no place inside: a filler"),
        pytest.param("一五年", (FILLERS[0], "一五年"), id="nothing follows the year"),
    ],
)
def test_where_somebody_stops_to_think(text: str, parts: tuple[str, str]) -> None:
    assert split(text) == parts


def test_pauses_have_the_spread_that_was_asked_for() -> None:
    cue = Cue(question_id="employment.hire_year", fact_keys=("hire_year",), kind=FactKind.YEAR)
    pauses: list[int] = []
    for call in range(0, 6_000, 3):
        respondent = bench_player(call, run="test").respondent()
        if not respondent.hesitates_at(cue.question_id):
            continue
        reply = respondent.reply(cue)
        assert reply is not None
        inside = [step.ms for step in reply.steps if isinstance(step, Wait)]
        assert inside
        pauses += inside
    lengths = [ms + RENDERED_SILENCE_MS for ms in pauses if ms]
    assert median(lengths) == pytest.approx(500, rel=0.1)
    assert quantiles(lengths, n=20)[-1] == pytest.approx(1_200, rel=0.15)


def test_nobody_hesitates_in_the_opening_and_asked_again_the_words_are_the_same() -> None:
    for made in everybody():
        respondent = made.respondent()
        for asked in ("opening.person", "consent.recording"):
            assert not respondent.hesitates_at(asked)
        cue = Cue(question_id="identity.age", fact_keys=("age",), kind=FactKind.COUNT)
        first, second = respondent.reply(cue), respondent.reply(cue)
        assert first is not None
        assert second is not None
        said = {say.text for say in (*first.says(), *second.says())} - set(FILLERS)
        assert said <= {say.text for say in made.respondent().rehearsal(cue)}


def test_everything_said_was_rehearsed() -> None:
    for made in everybody():
        respondent = made.respondent()
        for number in range(12):
            cue = Cue(question_id=f"life.{number}", fact_keys=(), kind=FactKind.FREE)
            reply = respondent.reply(cue)
            assert reply is not None
            ready = {say.text for say in respondent.rehearsal(cue)} | set(FILLERS)
            assert {say.text for say in reply.says()} <= ready


def test_one_applicant_hesitates_elsewhere_in_the_next_call() -> None:
    first, second = (bench_player(call, run="test").respondent() for call in (0, 3))
    asked = [f"q.{n}" for n in range(40)]
    assert [first.hesitates_at(name) for name in asked] != [second.hesitates_at(name) for name in asked]


def test_some_hesitate_and_some_do_not() -> None:
    respondent = everybody()[0].respondent()
    share = sum(respondent.hesitates_at(f"q.{n}") for n in range(400)) / 400
    assert math.isclose(share, SHARE, abs_tol=0.08)
