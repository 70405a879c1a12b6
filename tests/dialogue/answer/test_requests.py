"""Requests told by the audio."""

from collections.abc import Mapping

import pytest

from decision_hook.contract import FactKind, Grade
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.intent.intent import Intent
from dialogue.answer.judge import AnswerJudge
from dialogue.answer.requests import AHEAD, NEAR_FREE, RequestLikelihoods
from tests.dialogue.answer.asked import asked, tables
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
    engine = FakeRecognizer(["把我裁刑公克服"], scores={"帮我转人工客服": -6.0, "把我裁刑公克服": -4.0})
    judge = AnswerJudge(engine, IntentClassifier(tables()), tables())
    assert (await judge.weigh(heard(), question)).grade is Grade.HUMAN
