"""Requests told by the audio."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from decision_hook.contract import FactKind, Grade
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.intent.intent import Intent, IntentGuess
from dialogue.answer.judge import AnswerJudge
from dialogue.answer.requests import AHEAD, NEAR_FREE, RequestLikelihoods
from tests.dialogue.answer.asked import asked, phone_intents, tables
from tests.dialogue.answer.test_consent import heard
from tests.fakes.recognizer import FakeRecognizer


def likelihoods(**by_intent: float) -> RequestLikelihoods:
    floor = dict.fromkeys(tables().requests, -40.0)
    return RequestLikelihoods(by_intent={**floor, **{Intent(name): v for name, v in by_intent.items()}})


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        pytest.param({"human": -3.0}, Intent.HUMAN, id="plain"),
        pytest.param({"human": -3.0, "later": -3.0 - AHEAD / 2}, None, id="another is nearly as likely"),
        pytest.param({"human": NEAR_FREE - 1}, None, id="far from what was heard"),
        pytest.param({"dont_know": -1.0}, None, id="sounds like anything"),
        pytest.param({"dont_know": -1.0, "human": -2.0}, None, id="less likely than that"),
    ],
)
def test_what_is_plain(given: Mapping[str, float], plain: Intent | None) -> None:
    assert likelihoods(**given).plain() is plain


def test_the_model_alone_is_not_believed() -> None:
    assert likelihoods(later=-5.0).bears_out(Intent.LATER)
    assert not likelihoods(later=-15.0).bears_out(Intent.LATER)
    assert not likelihoods().bears_out(Intent.OFF_TOPIC)


async def test_a_misheard_request_for_a_person_is_heard() -> None:
    question = asked(FactKind.PLACE, "杭州")
    scores = {"帮我转人工客服": -6.0, "把我裁刑公克服": -4.0, "杭州": -12.0}
    engine = FakeRecognizer(["把我裁刑公克服"], scores=scores)
    judge = AnswerJudge(engine, IntentClassifier(tables()), tables(), ThreadPoolExecutor(1), phone_intents())
    assert (await judge.weigh(heard(), question)).grade is Grade.HUMAN


class Believing(IntentClassifier):
    """Takes every reply for a wish to be called later."""

    def classify(self, text: str, *, open_answer: bool = False) -> IntentGuess:
        return IntentGuess(intent=Intent.LATER, probability=0.99, source="model")


async def test_what_only_the_model_takes_for_a_farewell_is_asked_again() -> None:
    intents = Believing(tables())
    engine = FakeRecognizer(["先召唤吧"] * 2, scores={"先召唤吧": -4.0, "没空先挂了": -8.0})
    judge = AnswerJudge(engine, intents, tables(), ThreadPoolExecutor(1), phone_intents())
    first = asked(FactKind.PLACE, "杭州")
    assert (await judge.weigh(heard(), first)).grade is Grade.UNCLEAR
    assert (await judge.weigh(heard(), replace(first, attempts=2))).grade is Grade.LATER
