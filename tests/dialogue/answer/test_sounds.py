"""The judge where the engine tells sounds: what was written down matters less than what was heard."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from decision_hook.contract import AnswerEvidence, Grade
from decision_hook.contract import FactKind as K
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.intent.intent import Intent
from dialogue.answer.judge import AnswerJudge
from dialogue.answer.phone_evidence import PhoneEvidence
from dialogue.answer.sounds import Listener, Sounds
from dialogue.answer.values import AskedQuestion, HeardAnswer
from dialogue.hearing.port import Transcript
from tests.dialogue.answer.asked import TODAY, asked, phone_intents, tables
from tests.dialogue.answer.sounding import sounds
from tests.fakes.recognizer import FakeRecognizer

YEAR = asked(K.YEAR, "2016", key="hire_year", words="您是哪一年入职的？")
NAME = asked(K.NAME, "黄美玲", key="contact_name")
INCOME = asked(K.AMOUNT, "4000", key="monthly_income")


@pytest.fixture
def judge() -> Iterator[AnswerJudge]:
    with ThreadPoolExecutor(1) as executor:
        words = IntentClassifier(tables())
        yield AnswerJudge(FakeRecognizer(), words, tables(), executor, phone_intents(), today=lambda: TODAY)


def heard(written: str, said: str) -> HeardAnswer:
    return HeardAnswer(
        samples=np.zeros(8_000, dtype=np.int16),
        segments=((1_000, 1_800),),
        started_ms=1_000,
        ended_ms=1_800,
        prompt_end_ms=500,
        latency_ms=500,
        transcript=Transcript(text=written, phones=sounds(said)),
    )


async def weighed(judge: AnswerJudge, question: AskedQuestion, written: str, said: str) -> AnswerEvidence:
    return await judge.weigh(heard(written, said), question)


@pytest.mark.parametrize(
    ("question", "written", "said", "grade"),
    [
        (YEAR, "您是哪一年", "二零一六年", Grade.MATCH),
        (NAME, "黄梅林", "黄美玲", Grade.MATCH),
        (NAME, "黄梅林", "黄美华", Grade.UNCLEAR),  # the words fit, the sounds do not
        (NAME, "理建郭", "李建国", Grade.MISMATCH),
        (INCOME, "四千", "四千六", Grade.UNCLEAR),
        (YEAR, "我要专人攻服务", "我要转人工服务", Grade.HUMAN),
        (NAME, "在硕一片", "再说一遍", Grade.REPEAT),
        (YEAR, "", "我不记得了", Grade.DONT_KNOW),
        (YEAR, "您答错了", "你打错了", Grade.WRONG_PERSON),
        (YEAR, "", "嗯", Grade.UNCLEAR),
    ],
)
async def test_what_was_heard_decides(
    judge: AnswerJudge, question: AskedQuestion, written: str, said: str, grade: Grade
) -> None:
    found = await weighed(judge, question, written, said)
    assert found.grade is grade


@pytest.mark.parametrize("written", ["{}，不对，{}", "{}五对{}", "{}，{}"])
async def test_what_is_said_behind_a_correction_counts(judge: AnswerJudge, written: str) -> None:
    wrong, right = "零九年", "一六年"
    corrected = await weighed(judge, YEAR, written.format(wrong, right), f"{wrong}不对{right}")
    assert corrected.grade is Grade.MATCH
    taken_back = await weighed(judge, YEAR, written.format(right, wrong), f"{right}不对{wrong}")
    assert taken_back.grade is Grade.MISMATCH


def listened(said: str, written: str, kind: K = K.YEAR) -> Sounds:
    listener = Listener(tables(), IntentClassifier(tables()), phone_intents())
    return listener.listen(None, written, sounds(said), kind)


def test_words_that_only_resemble_a_phrase_must_be_heard() -> None:
    """转人工 was written down, which sounds like one thing or the other."""
    assert listened("转人工", "专人攻").guess(open_answer=False).intent is Intent.HUMAN
    assert listened("我在青岛上班", "专人攻", K.FREE).guess(open_answer=False).intent is Intent.ANSWER


def test_a_long_story_may_hold_a_phrase() -> None:
    story = "我一般早上八点起来然后先送孩子我不知道几点到单位"
    assert listened(story, story, K.FREE).guess(open_answer=True).intent is Intent.ANSWER


def told_so(
    shares: Mapping[Intent, float],
    fact: PhoneEvidence | None = None,
    *,
    length: int = 5,
    phrase_score: float | None = None,
) -> Sounds:
    return Sounds(
        fact=fact,
        intents={intent: shares.get(intent, 0.0) for intent in Intent},
        sure_above=0.7,
        aside_above=0.5,
        length=length,
        phrase_score=phrase_score,
    )


def test_a_request_must_be_surer_in_a_story_than_alone() -> None:
    shares = {**dict.fromkeys(Intent, 0.0), Intent.LATER: 0.9, Intent.ANSWER: 0.1}
    short, story = told_so(shares, length=4), told_so(shares, length=12)
    assert short.guess(open_answer=True).intent is Intent.LATER
    assert story.guess(open_answer=False).intent is Intent.LATER
    assert story.guess(open_answer=True).intent is Intent.ANSWER


def test_a_value_that_explains_the_reply_is_no_request() -> None:
    shares = {**dict.fromkeys(Intent, 0.0), Intent.HUMAN: 0.95, Intent.ANSWER: 0.05}
    fits = PhoneEvidence(fit=-0.1, worst=-0.3, lead=9.0, rival_fit=-6.0, score=-7.0)

    def told(score: float | None, intent: Intent = Intent.HUMAN, fit: float = -0.1) -> tuple[Intent, bool]:
        fact = replace(fits, score=score, fit=fit) if score is not None else None
        intents = {**shares, intent: 0.95, Intent.HUMAN: 0.95 if intent is Intent.HUMAN else 0.0}
        sounds = told_so(intents, fact)
        guess = sounds.guess(open_answer=False)
        return guess.intent, sounds.certain(guess)

    assert told(-7.0)[0] is Intent.ANSWER
    assert told(-25.0) == (Intent.HUMAN, False)  # asked about again: one may be among other words
    assert told(-40.0, fit=-8.0) == (Intent.HUMAN, True)
    assert told(None) == (Intent.HUMAN, True)
    assert told(-7.0, Intent.DONT_KNOW)[0] is Intent.DONT_KNOW


def test_a_phrase_far_ahead_of_any_value_is_certain_enough_to_end_the_call() -> None:
    """你打错了 holds something like 七年, but that explains far less of it."""
    value = PhoneEvidence(fit=-2.6, worst=-5.0, lead=1.0, rival_fit=-4.0, score=-17.8)

    def certain(p: float, phrase_score: float | None) -> bool:
        shares = {Intent.WRONG_PERSON: p, Intent.ANSWER: 1 - p}
        sounds = told_so(shares, value, phrase_score=phrase_score)
        return sounds.certain(sounds.guess(open_answer=False))

    assert certain(0.85, phrase_score=-5.0)
    assert not certain(0.75, phrase_score=-5.0)
    assert not certain(0.98, phrase_score=-12.0)
    assert not certain(0.98, phrase_score=None)


def test_what_counts_against_the_caller_must_be_surer_where_a_value_may_be() -> None:
    def told(p: float, fit: float) -> Intent:
        fact = PhoneEvidence(fit=fit, worst=fit, lead=0.0, rival_fit=-9.0, score=-30.0)
        intents = {**dict.fromkeys(Intent, 0.0), Intent.DENIAL: p, Intent.ANSWER: 1 - p}
        return told_so(intents, fact).guess(open_answer=False).intent

    assert told(0.8, fit=-8.0) is Intent.DENIAL
    assert told(0.8, fit=-1.0) is Intent.ANSWER
    assert told(0.95, fit=-1.0) is Intent.DENIAL


def test_a_phrase_that_explains_the_reply_better_than_any_value_is_one() -> None:
    value = PhoneEvidence(fit=-3.0, worst=-5.0, lead=1.0, rival_fit=-4.0, score=-10.0)
    shares = {Intent.WHO_ARE_YOU: 0.98, Intent.ANSWER: 0.02}
    for phrase_score, intent in ((-1.0, Intent.WHO_ARE_YOU), (-30.0, Intent.ANSWER), (None, Intent.ANSWER)):
        assert told_so(shares, value, phrase_score=phrase_score).guess(open_answer=False).intent is intent


@pytest.mark.parametrize(
    ("shares", "intent"),
    [
        ({Intent.OFF_TOPIC: 0.6, Intent.REPEAT: 0.35, Intent.ANSWER: 0.05}, Intent.OFF_TOPIC),
        ({Intent.OFF_TOPIC: 0.6, Intent.REPEAT: 0.2, Intent.ANSWER: 0.2}, Intent.ANSWER),
        ({Intent.OFF_TOPIC: 0.4, Intent.REPEAT: 0.35, Intent.SLOWER: 0.25}, Intent.ANSWER),
        ({Intent.REFUSAL: 0.6, Intent.OFF_TOPIC: 0.4}, Intent.ANSWER),  # would count against the caller
        ({Intent.HUMAN: 0.6, Intent.OFF_TOPIC: 0.4}, Intent.ANSWER),  # would end the call
    ],
)
def test_which_harmless_aside_it_is_need_not_be_sure_if_it_is_no_answer(
    shares: dict[Intent, float], intent: Intent
) -> None:
    assert told_so(shares).guess(open_answer=False).intent is intent
