"""Consent: only a plain yes counts."""

import numpy as np
import pytest

from dialogue.answer.consent import ConsentAnswer, ConsentJudge, denials
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.intent.intent import Intent
from dialogue.answer.values import HeardAnswer
from dialogue.hearing.port import Transcript
from tests.dialogue.answer.asked import tables
from tests.fakes.recognizer import FakeRecognizer

ASKED = "这次通话需要录音，您同意吗？"


def heard(keys: str = "", transcript: Transcript | None = None) -> HeardAnswer:
    return HeardAnswer(
        samples=np.zeros(800, dtype=np.int16),
        segments=((0, 100),),
        started_ms=0,
        ended_ms=100,
        prompt_end_ms=0,
        latency_ms=0,
        keys=keys,
        transcript=transcript,
    )


def judge(recognizer: FakeRecognizer) -> ConsentJudge:
    return ConsentJudge(recognizer, IntentClassifier(tables()), tables())


@pytest.mark.parametrize(
    ("said", "answer", "intent"),
    [
        ("同意", ConsentAnswer.AGREED, Intent.YES),
        ("可以的", ConsentAnswer.AGREED, Intent.YES),
        ("嗯", ConsentAnswer.AGREED, Intent.YES),
        ("行，没问题", ConsentAnswer.AGREED, Intent.YES),
        ("好的，你录吧", ConsentAnswer.AGREED, Intent.YES),
        ("是我，我就是本人", ConsentAnswer.AGREED, Intent.YES),
        ("不同意", ConsentAnswer.DECLINED, Intent.NO),
        ("不行，我不愿意", ConsentAnswer.DECLINED, Intent.NO),
        ("还是不要录了吧", ConsentAnswer.DECLINED, Intent.NO),
        ("可以不录吗", ConsentAnswer.UNCLEAR, Intent.ANSWER),
        ("同意什么", ConsentAnswer.UNCLEAR, Intent.ANSWER),
        ("你说什么", ConsentAnswer.UNCLEAR, Intent.REPEAT),
        ("你是谁啊", ConsentAnswer.UNCLEAR, Intent.WHO_ARE_YOU),
        ("你打错了", ConsentAnswer.UNCLEAR, Intent.WRONG_PERSON),
        ("他不在", ConsentAnswer.UNCLEAR, Intent.WRONG_PERSON),
        ("我没申请过信用卡", ConsentAnswer.UNCLEAR, Intent.NOT_APPLIED),
        ("您拨打的电话已关机", ConsentAnswer.UNCLEAR, Intent.ANNOUNCEMENT),
        ("同意，哦不对，不同意", ConsentAnswer.DECLINED, Intent.NO),
        ("", ConsentAnswer.UNCLEAR, Intent.ANSWER),
        ("这个嘛我想想", ConsentAnswer.UNCLEAR, Intent.ANSWER),
    ],
)
async def test_what_counts_as_agreed(said: str, answer: ConsentAnswer, intent: Intent) -> None:
    reply = await judge(FakeRecognizer([said])).hear(heard(), asked=ASKED)
    assert reply.answer is answer
    assert reply.intent is intent
    assert reply.words == said


async def test_another_reading_that_says_no_makes_it_unclear() -> None:
    transcript = Transcript(text="同意", alternatives=("不同意",))
    reply = await judge(FakeRecognizer()).hear(heard(transcript=transcript), asked=ASKED)
    assert reply.answer is ConsentAnswer.UNCLEAR


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("您同意录音吗", ConsentAnswer.UNCLEAR),
        ("您同意吗", ConsentAnswer.UNCLEAR),
        ("同意录音", ConsentAnswer.AGREED),
    ],
)
async def test_the_question_written_down_is_no_consent(said: str, answer: ConsentAnswer) -> None:
    asked = "通话过程会录音，请问您同意录音吗？"
    assert (await judge(FakeRecognizer([said])).hear(heard(), asked=asked)).answer is answer


async def test_a_denial_as_likely_makes_it_unclear() -> None:
    close = FakeRecognizer(["同意"], scores={"同意": -3.0, "不同意": -3.5})
    clear = FakeRecognizer(["同意"], scores={"同意": -1.0, "不同意": -9.0})
    assert (await judge(close).hear(heard(), asked=ASKED)).answer is ConsentAnswer.UNCLEAR
    assert (await judge(clear).hear(heard(), asked=ASKED)).answer is ConsentAnswer.AGREED


async def test_an_engine_without_a_result_is_unclear() -> None:
    assert (await judge(FakeRecognizer([None])).hear(heard(), asked=ASKED)).answer is ConsentAnswer.UNCLEAR


@pytest.mark.parametrize(
    ("keys", "answer"),
    [("1", ConsentAnswer.AGREED), ("2#", ConsentAnswer.DECLINED), ("9", ConsentAnswer.UNCLEAR)],
)
async def test_keys(keys: str, answer: ConsentAnswer) -> None:
    assert (await judge(FakeRecognizer()).hear(heard(keys=keys), asked=ASKED)).answer is answer


def test_what_a_yes_is_compared_with() -> None:
    assert denials("我同意") == ("我不同意",)
    assert denials("嗯") == ()
