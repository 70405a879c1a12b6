"""Consent: only a plain yes counts."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dialogue.answer.consent import ConsentAnswer, ConsentJudge
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.intent.intent import Intent
from dialogue.answer.side import Side
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
    return ConsentJudge(recognizer, IntentClassifier(tables()), tables(), ThreadPoolExecutor(1))


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


async def test_the_audio_is_compared_with_usual_wordings() -> None:
    """The engine wrote a homophone, but 同意 fits the sound far better than anything of the other sides."""
    misread = FakeRecognizer(["统一"], scores={"同意": -1.0, "我同意": -2.0, "统一": -0.5})
    reply = await judge(misread).hear(heard(), asked=ASKED, question="consent.recording")
    assert reply.leaning is not None
    assert reply.leaning.probability(Side.YES) > 0.6
    clear = FakeRecognizer(["不同意"], scores={"不同意": -0.5, "同意": -12.0})
    reply = await judge(clear).hear(heard(), asked=ASKED, question="consent.recording")
    assert reply.leaning is not None
    assert reply.leaning.decided() is False


async def test_a_request_the_audio_does_not_bear_out_is_none() -> None:
    misread = FakeRecognizer(["你是谁"], scores={"是我": -1.0, "是": -2.0, "你是谁": -9.0})
    reply = await judge(misread).hear(heard(), asked="请问您是本人吗？", question="opening.person")
    assert reply.leaning is not None
    assert (reply.intent is Intent.WHO_ARE_YOU) == (reply.leaning.probability(Side.OTHER) >= 0.5)


async def test_an_announcement_needs_no_comparison() -> None:
    reply = await judge(FakeRecognizer(["您拨打的电话已关机"], scores={})).hear(
        heard(), asked=ASKED, question="opening.person"
    )
    assert (reply.intent, reply.leaning) == (Intent.ANNOUNCEMENT, None)


async def test_an_engine_without_a_result_is_unclear() -> None:
    assert (await judge(FakeRecognizer([None])).hear(heard(), asked=ASKED)).answer is ConsentAnswer.UNCLEAR


@pytest.mark.parametrize(
    ("keys", "answer"),
    [("1", ConsentAnswer.AGREED), ("2#", ConsentAnswer.DECLINED), ("9", ConsentAnswer.UNCLEAR)],
)
async def test_keys(keys: str, answer: ConsentAnswer) -> None:
    assert (await judge(FakeRecognizer()).hear(heard(keys=keys), asked=ASKED)).answer is answer
