from typing import Any

import pytest

from decision_hook.contract import FactKind, SurveyError
from dialogue.answer.truth import truth_of
from ivr.hearing.manifest import ManifestQuestion
from ivr.hearing.questions import Expects, near, question_of
from tests.dialogue.answer.asked import TODAY, tables


def question(expects: str, fact: Any = None, **more: Any) -> ManifestQuestion:
    return ManifestQuestion.model_validate({"expects": expects, "fact": fact, **more})


@pytest.mark.parametrize(
    ("expects", "fact", "kind"),
    [
        ("date", "1990-05-17", FactKind.DATE),
        ("year", 2016, FactKind.YEAR),
        ("month", "5", FactKind.MONTH),
        ("digits", "0417", FactKind.DIGITS),
        ("phone", "13812345678", FactKind.DIGITS),
        ("id_digits", "301X", FactKind.DIGITS),
        ("amount", "15000", FactKind.AMOUNT),
        ("integer", 3, FactKind.COUNT),
        ("place", "沈阳市", FactKind.PLACE),
        ("name", "张伟", FactKind.NAME),
        ("company", "华信贸易", FactKind.COMPANY),
        ("zodiac", "马", FactKind.TERM),
        ("choice", "本科", FactKind.TERM),
        ("yes_no", True, FactKind.YES_NO),
    ],
)
def test_every_kind_becomes_a_question_with_a_truth(expects: str, fact: object, kind: FactKind) -> None:
    asked = question_of(question(expects, fact), today=TODAY)
    assert asked.kind is kind
    assert asked.asked
    assert truth_of(asked, today=TODAY) is not None


def test_all_kinds_are_known_and_free_has_no_truth() -> None:
    assert question_of(question("free", "anything"), today=TODAY).expected is None
    for expects in Expects:
        assert question_of(question(expects), today=TODAY).expected is None


@pytest.mark.parametrize(
    ("expects", "fact", "on_file"),
    [
        ("date", "1990年5月17日", "1990-05-17"),
        ("year", "2016年", "2016"),
        ("amount", "一万五", "15000"),
        ("amount", "15,000元", "15000元"),
        ("integer", "三年", "3"),
        ("yes_no", "没有", "no"),
        ("yes_no", "是的", "yes"),
    ],
)
def test_facts_as_people_write_them(expects: str, fact: str, on_file: str) -> None:
    expected = question_of(question(expects, fact), today=TODAY).expected
    assert expected is not None
    assert expected.value == on_file


@pytest.mark.parametrize(
    ("expects", "fact"), [("date", "soon"), ("amount", "a lot"), ("yes_no", "maybe"), ("year", " ")]
)
def test_a_fact_that_does_not_fit_is_named(expects: str, fact: str) -> None:
    with pytest.raises(SurveyError, match=r"question\.fact"):
        question_of(question(expects, fact), today=TODAY)


def test_options_are_put_into_the_words() -> None:
    asked = question_of(question("choice", "本科", options=["高中", "大专", "本科"]), today=TODAY)
    assert asked.asked == "请问是高中、大专，还是本科？"


@pytest.mark.parametrize(
    ("expects", "fact", "said", "close"),
    [
        pytest.param("year", "2010", "二零零九年", True, id="one year"),
        pytest.param("year", "1999", "两千年", True, id="one year, no digit alike"),
        pytest.param("year", "2016", "二零零九年", False, id="other years"),
        pytest.param("digits", "3729", "三七二八", True, id="one digit"),
        pytest.param("digits", "3729", "五一八八", False, id="other digits"),
        pytest.param("amount", "15000", "一万六", True, id="one step"),
        pytest.param("amount", "15000", "八千三", False, id="another sum"),
        pytest.param("name", "张伟", "张丽", True, id="one syllable"),
        pytest.param("name", "张伟", "陈晓燕", False, id="another person"),
        pytest.param("date", "1990-05-17", "九零年五月十八号", True, id="one day"),
        pytest.param("date", "1990-05-17", "八五年十二月三号", False, id="another date"),
    ],
)
def test_near_and_far(expects: str, fact: str, said: str, close: bool) -> None:
    asked = question_of(question(expects, fact), today=TODAY)
    assert near(said, asked, tables(), today=TODAY) is close


def test_without_a_fact_nothing_is_near() -> None:
    assert near("三年", question_of(question("free"), today=TODAY), tables(), today=TODAY) is None
