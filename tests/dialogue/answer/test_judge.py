"""From a heard turn to an AnswerEvidence."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from decision_hook.contract import FactKind, Grade, Hypothesis
from dialogue.answer.evidence import fact_part, llr
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.judge import AnswerJudge
from dialogue.answer.values import AskedQuestion, HeardAnswer
from dialogue.hearing.port import Transcript
from question_bank.question import FollowUp, KeypadForm
from tests.dialogue.answer.asked import TODAY, asked, phone_intents, statistics, tables
from tests.fakes.recognizer import FakeRecognizer

K = FactKind


def heard(*, keys: str = "", transcript: Transcript | None = None, silent: bool = False) -> HeardAnswer:
    return HeardAnswer(
        samples=np.zeros(8_000, dtype=np.int16),
        segments=() if silent else ((1_000, 1_800),),
        started_ms=1_000,
        ended_ms=1_800,
        prompt_end_ms=500,
        latency_ms=500,
        keys=keys,
        transcript=transcript,
    )


def judge(recognizer: FakeRecognizer) -> AnswerJudge:
    executor = ThreadPoolExecutor(1)
    words = IntentClassifier(tables())
    return AnswerJudge(recognizer, words, tables(), executor, phone_intents(), today=lambda: TODAY)


YEAR = asked(K.YEAR, "2016", key="hire_year", words="您是哪一年入职的？")
CAR_LOAN = asked(K.YES_NO, "no", key="car_loan")


@pytest.mark.parametrize(
    ("question", "said", "grade"),
    [
        (YEAR, "一六年", Grade.MATCH),
        (YEAR, "零九年", Grade.MISMATCH),
        (YEAR, "这个我不太记得了", Grade.DONT_KNOW),
        (YEAR, "不太记得了，好像是一六年", Grade.MATCH),
        (YEAR, "不太记得了，好像是零几年", Grade.DONT_KNOW),
        (YEAR, "记不清，零九年吧", Grade.DONT_KNOW),
        (YEAR, "不方便说", Grade.REFUSAL),
        (YEAR, "我没有上班，没有工作", Grade.DENIAL),
        (YEAR, "你再说一遍", Grade.REPEAT),
        (YEAR, "说慢点", Grade.SLOWER),
        (YEAR, "你是谁啊", Grade.WHO_ARE_YOU),
        (YEAR, "给我转人工", Grade.HUMAN),
        (YEAR, "我在开会，晚点再打", Grade.LATER),
        (YEAR, "你打错了", Grade.WRONG_PERSON),
        (YEAR, "我没申请过信用卡", Grade.DENIAL),
        (YEAR, "是的", Grade.UNCLEAR),
        (YEAR, "年费多少啊", Grade.OFF_TOPIC),
        (CAR_LOAN, "没有", Grade.MATCH),
        (CAR_LOAN, "我没有车贷", Grade.MATCH),
        (CAR_LOAN, "有的", Grade.MISMATCH),
        (CAR_LOAN, "什么？", Grade.REPEAT),
        (asked(K.COUNT, "0", key="children_count"), "没有孩子", Grade.MATCH),
        (asked(K.FREE, None), "周末一般在家看电视，没时间出门", Grade.FREE),
        (asked(K.FREE, None), "不想说", Grade.REFUSAL),
        (asked(K.YEAR, None), "一六年", Grade.FREE),
        (asked(K.YEAR, None), "不知道", Grade.DONT_KNOW),
    ],
)
async def test_a_spoken_reply(question: AskedQuestion, said: str, grade: Grade) -> None:
    answer = await judge(FakeRecognizer([said])).weigh(heard(), question)
    assert answer.grade is grade
    assert answer.text == said
    assert answer.latency_ms == 500


async def test_a_match_speaks_for_the_genuine_and_says_where_that_comes_from() -> None:
    answer = await judge(FakeRecognizer(["一六年"])).weigh(heard(), YEAR)
    assert answer.llr > 0.5
    assert answer.confidence is not None
    assert [part.name for part in answer.parts] == ["fact"]
    assert answer.parts[0].source == "statistics:simulated"
    assert answer.parts[0].n == 12
    assert answer.fact_key == "hire_year"


async def test_an_unclear_reply_weighs_nothing() -> None:
    answer = await judge(FakeRecognizer(["十六二"])).weigh(heard(), YEAR)
    assert answer.grade is Grade.UNCLEAR
    assert answer.confidence is None
    assert answer.llr == 0.0


@pytest.mark.parametrize("copied", ["您是哪一年。", "您是哪一年入的？"])
async def test_the_question_itself_written_down_is_no_reply(copied: str) -> None:
    answer = await judge(FakeRecognizer([copied])).weigh(heard(), YEAR)
    assert answer.grade is Grade.UNCLEAR


async def test_silence_is_no_answer() -> None:
    answer = await judge(FakeRecognizer(["never asked"])).weigh(heard(silent=True), YEAR)
    assert answer.grade is Grade.NO_ANSWER
    assert answer.llr == 0.0


@pytest.mark.parametrize("given", ["", None])
async def test_no_words_or_no_engine_is_unclear(given: str | None) -> None:
    answer = await judge(FakeRecognizer([given])).weigh(heard(), YEAR)
    assert answer.grade is Grade.UNCLEAR


async def test_a_transcript_made_while_speaking_is_used() -> None:
    recognizer = FakeRecognizer(["零九年"])
    answer = await judge(recognizer).weigh(heard(transcript=Transcript(text="一六年")), YEAR)
    assert answer.grade is Grade.MATCH
    assert recognizer.heard == []


async def test_likelihoods_decide_a_misheard_year() -> None:
    likely = {"一六年": -3.0, "16年": -4.0, "一九年": -9.0}
    answer = await judge(FakeRecognizer(["一九年"], scores=likely)).weigh(heard(), YEAR)
    assert answer.grade is Grade.MATCH
    unlikely = {"一六年": -14.0, "16年": -15.0, "一九年": -2.0}
    answer = await judge(FakeRecognizer(["一九年"], scores=unlikely)).weigh(heard(), YEAR)
    assert answer.grade is Grade.MISMATCH


async def test_no_fact_on_file_gives_no_evidence() -> None:
    answer = await judge(FakeRecognizer(["一六年"])).weigh(heard(), asked(K.YEAR, None))
    assert answer.parts == ()
    assert answer.fact_key is None


OPTIONS = KeypadForm(ask="", min_digits=1, max_digits=1, means="option")


@pytest.mark.parametrize(
    ("question", "keys", "grade"),
    [
        (asked(K.DIGITS, "2516"), "2516#", Grade.MATCH),
        (asked(K.DIGITS, "2516"), "2517", Grade.MISMATCH),
        (asked(K.DIGITS, "2516"), "25", Grade.UNCLEAR),
        (asked(K.DIGITS, "251X"), "251*", Grade.MATCH),
        (YEAR, "2016", Grade.MATCH),
        (YEAR, "16", Grade.MATCH),
        (YEAR, "2009#", Grade.MISMATCH),
        (asked(K.DATE, "1990-05-17"), "19900517", Grade.MATCH),
        (asked(K.DATE, "1990-05-17"), "900517", Grade.MATCH),
        (asked(K.DATE, "1990-05-17"), "0517", Grade.MATCH),
        (asked(K.DATE, "1990-05-17"), "1990", Grade.PARTIAL),
        (asked(K.DATE, "1990-05-17"), "19910517", Grade.MISMATCH),
        (asked(K.MONTH, "5"), "05", Grade.MATCH),
        (asked(K.AMOUNT, "15000"), "15000", Grade.MATCH),
        (asked(K.AMOUNT, "15000"), "15500", Grade.MATCH),
        (asked(K.AMOUNT, "15000"), "9000", Grade.MISMATCH),
        (asked(K.COUNT, "2"), "2", Grade.MATCH),
        (asked(K.COUNT, "2"), "3", Grade.MISMATCH),
        (CAR_LOAN, "2", Grade.MATCH),
        (CAR_LOAN, "1", Grade.MISMATCH),
        (CAR_LOAN, "5", Grade.UNCLEAR),
        (
            asked(K.TERM, "软件", words="餐饮、软件还是物流？", options=("餐饮", "物流"), keypad=OPTIONS),
            "2",
            Grade.MATCH,
        ),
        (
            asked(K.TERM, "软件", words="餐饮、软件还是物流？", options=("餐饮", "物流"), keypad=OPTIONS),
            "3",
            Grade.MISMATCH,
        ),
        (
            asked(K.TERM, "软件", words="餐饮、软件还是物流？", options=("餐饮", "物流"), keypad=OPTIONS),
            "7",
            Grade.UNCLEAR,
        ),
        (asked(K.YEAR, None), "2016", Grade.FREE),
    ],
)
async def test_a_keyed_reply(question: AskedQuestion, keys: str, grade: Grade) -> None:
    answer = await judge(FakeRecognizer()).weigh(heard(keys=keys, silent=True), question)
    assert answer.grade is grade
    assert answer.keyed
    assert answer.text == keys


def test_less_confidence_is_less_evidence() -> None:
    sure = fact_part(Grade.MISMATCH, 0.99, statistics(), note="")
    unsure = fact_part(Grade.MISMATCH, 0.7, statistics(), note="")
    assert llr((sure,)) < llr((unsure,)) < 0


@pytest.mark.parametrize("grade", [Grade.UNCLEAR, Grade.REPEAT, Grade.NO_ANSWER, Grade.FREE, Grade.HUMAN])
def test_grades_that_say_nothing_about_a_fact_weigh_nothing(grade: Grade) -> None:
    part = fact_part(grade, None, statistics(), note="")
    assert set(part.log_likelihood) == set(Hypothesis)
    assert set(part.log_likelihood.values()) == {0.0}


@pytest.mark.parametrize(("on_file", "grade"), [("杭州", Grade.MATCH), ("长沙", Grade.MISMATCH)])
async def test_what_a_follow_up_repeats_is_what_was_heard_right_or_wrong(on_file: str, grade: Grade) -> None:
    """Nothing in it may tell whether the answer was right."""
    plain = asked(K.PLACE, on_file, key="home_city", words="您目前住在什么城市？")
    question = replace(plain.question, follow_ups=(FollowUp(ask="residence.landmark"),))
    transcript = Transcript(text="我住在杭州", alternatives=("我在杭州", "住杭州"), log_prob=-0.2)
    recognizer = FakeRecognizer([])
    answer = await judge(recognizer).weigh(heard(transcript=transcript), replace(plain, question=question))
    assert (answer.grade, answer.said) == (grade, "杭州")
    assert answer.said_confidence is not None
    assert answer.said_confidence > 0.92
    without = await judge(recognizer).weigh(heard(transcript=transcript), plain)
    assert (without.said, without.said_confidence) == ("", None)
