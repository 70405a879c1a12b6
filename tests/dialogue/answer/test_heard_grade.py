"""Grading by sounds: what is no answer, yes and no, and what yields to a value."""

from dataclasses import replace

import pytest

from decision_hook.contract import FactKind, Grade
from dialogue.answer.heard_grade import judge_by_sounds, yes_or_no
from dialogue.answer.intent.intent import Intent, IntentGuess
from dialogue.answer.match import Plan, plan
from dialogue.answer.phone_evidence import PhoneEvidence
from dialogue.answer.sounds import Sounds
from dialogue.answer.truth import truth_of
from dialogue.answer.values import AskedQuestion
from dialogue.hearing.port import Transcript
from tests.dialogue.answer.asked import TODAY, asked, tables

YEAR = asked(FactKind.YEAR, "2016", key="hire_year")
CAR = asked(FactKind.YES_NO, "no", key="car_loan")
FITS = PhoneEvidence(fit=-0.1, worst=-0.3, lead=9.0, rival_fit=-3.0, score=-1.0)
OTHER = PhoneEvidence(fit=-5.0, worst=-9.0, lead=-14.0, rival_fit=-0.2, score=-1.0)
PLAINLY = PhoneEvidence(fit=-9.0, worst=-12.0, lead=-15.0, rival_fit=0.0, score=-1.0)
UNLIKE = PhoneEvidence(fit=-7.0, worst=-12.0, lead=0.0, rival_fit=-7.0, score=-60.0)


def made(words: str, question: AskedQuestion = YEAR) -> Plan:
    truth = truth_of(question, today=TODAY)
    assert truth is not None
    return plan(truth, Transcript(text=words), tables(), asked=question.asked)


def intents(**shares: float) -> dict[Intent, float]:
    return {intent: shares.get(intent.value, 0.0) for intent in Intent}


def heard(fact: PhoneEvidence, intent: Intent, p: float) -> Sounds:
    shares = intents(**{intent.value: p})
    return Sounds(fact=fact, intents=shares, sure_above=0.7, aside_above=0.5, length=4)


def graded(words: str, fact: PhoneEvidence, intent: Intent, p: float, grade: Grade | None) -> Grade:
    sounds = heard(fact, intent, p)
    guess = IntentGuess(intent=intent, probability=p, source="sounds")
    found = judge_by_sounds(made(words), sounds, guess, grade, tables())
    assert found is not None
    return found.grade


def test_what_is_off_the_topic_yields_to_a_value_that_fits() -> None:
    assert graded("二零一六年", FITS, Intent.OFF_TOPIC, 0.95, Grade.OFF_TOPIC) is Grade.MATCH
    assert graded("阳光花园", UNLIKE, Intent.OFF_TOPIC, 0.75, Grade.OFF_TOPIC) is Grade.OFF_TOPIC


def test_a_value_found_in_something_else_is_unclear() -> None:
    among = replace(FITS, score=-25.0)
    assert graded("在看电视", among, Intent.OFF_TOPIC, 0.9, Grade.OFF_TOPIC) is Grade.UNCLEAR
    assert graded("二零一六年", among, Intent.OFF_TOPIC, 0.9, Grade.OFF_TOPIC) is Grade.MATCH  # in the words
    assert graded("在看电视", FITS, Intent.OFF_TOPIC, 0.9, Grade.OFF_TOPIC) is Grade.MATCH  # nothing else


def test_what_is_neither_right_nor_wrong_and_hardly_an_answer_is_off_the_topic() -> None:
    """今天天气挺好的 resembles 前年 a little."""
    little = PhoneEvidence(fit=-4.0, worst=-6.0, lead=0.0, rival_fit=-4.0, score=-35.0)
    assert graded("今天天气", little, Intent.OFF_TOPIC, 0.8, Grade.OFF_TOPIC) is Grade.OFF_TOPIC
    assert graded("今天天气", little, Intent.ANSWER, 0.8, None) is Grade.UNCLEAR


def test_a_wrong_value_found_in_a_refusal_is_unclear() -> None:
    """这是我的隐私，不说 holds something like 一二, for which the refusal is put again."""

    def put_again(words: str, p: float) -> Grade:
        guess = IntentGuess(intent=Intent.ANSWER, probability=1 - p, source="sounds")
        found = judge_by_sounds(made(words), heard(PLAINLY, Intent.REFUSAL, p), guess, None, tables())
        assert found is not None
        return found.grade

    assert put_again("可是我那一次", 0.85) is Grade.UNCLEAR
    assert put_again("可是我那一次", 0.5) is Grade.MISMATCH
    assert put_again("二零一三年", 0.85) is Grade.MISMATCH  # in the words


def test_another_value_is_no_other_topic() -> None:
    assert graded("二零一三年", OTHER, Intent.OFF_TOPIC, 0.75, Grade.OFF_TOPIC) is Grade.MISMATCH


def test_a_request_is_one_whatever_the_sounds_resemble() -> None:
    assert graded("阳光花园", OTHER, Intent.REPEAT, 0.8, Grade.REPEAT) is Grade.REPEAT


def test_an_uncertain_value_is_not_known() -> None:
    assert graded("二零一三年", OTHER, Intent.DONT_KNOW, 0.8, Grade.DONT_KNOW) is Grade.DONT_KNOW
    assert graded("二零一六年", FITS, Intent.DONT_KNOW, 0.8, Grade.DONT_KNOW) is Grade.MATCH


def test_a_yes_is_no_year() -> None:
    assert graded("是的", UNLIKE, Intent.YES, 0.9, None) is Grade.UNCLEAR


def test_a_yes_may_come_with_a_value() -> None:
    assert graded("", FITS, Intent.YES, 0.9, None) is Grade.MATCH


@pytest.mark.parametrize(
    ("shares", "grade"),
    [
        ({"no": 0.9, "yes": 0.05}, Grade.MATCH),
        ({"no": 0.5, "denial": 0.4, "yes": 0.02}, Grade.MATCH),
        ({"yes": 0.9, "no": 0.05}, Grade.MISMATCH),
        ({"yes": 0.5, "no": 0.4}, Grade.UNCLEAR),
        ({"no": 0.3, "answer": 0.7}, Grade.UNCLEAR),
    ],
)
def test_yes_and_no_are_weighed_against_each_other(shares: dict[str, float], grade: Grade) -> None:
    found = yes_or_no(made("", CAR), intents(**shares), tables().heard_intents)
    assert found.grade is grade
    assert (found.confidence is None) is (grade is Grade.UNCLEAR)


def test_words_that_say_the_opposite_make_a_yes_unclear() -> None:
    assert yes_or_no(made("没有", CAR), intents(yes=0.95), tables().heard_intents).grade is Grade.UNCLEAR
    assert yes_or_no(made("没有", CAR), intents(no=0.95), tables().heard_intents).grade is Grade.MATCH
    assert yes_or_no(made("有啊", CAR), intents(no=0.95), tables().heard_intents).grade is Grade.UNCLEAR
