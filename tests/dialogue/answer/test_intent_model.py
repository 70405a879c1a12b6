"""The trained classifier that is shipped: what it is, how fast, and that rules and model work together."""

import json
from pathlib import Path

import pytest

from decision_hook.contract import SurveyError
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.intent.intent import Intent
from dialogue.answer.intent.model import TransformersIntentModel
from dialogue.answer.intent.tokens import tokens
from tests.dialogue.answer.asked import tables

FOLDER = Path(__file__).parents[3] / "config" / "models" / "intent"


@pytest.fixture(scope="module")
def classifier() -> IntentClassifier:
    made = IntentClassifier(tables(), model_folder=FOLDER)
    made.warm()
    return made


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("哎呀时间太久我记补起来了", Intent.DONT_KNOW),
        ("这玩意儿谁能记得住啊", Intent.DONT_KNOW),
        ("你慢点说行不行啊", Intent.SLOWER),
        ("给我转任工客服", Intent.HUMAN),
        ("我这会儿正开着会呢，迟点打来", Intent.LATER),
        ("唔好意思你大错电话了", Intent.WRONG_PERSON),
        ("您拨叫的用护正在同话中", Intent.ANNOUNCEMENT),
        ("请在提示音厚留盐", Intent.VOICEMAIL),
        ("我压根没身请过什么信用卡", Intent.NOT_APPLIED),
        ("住在河西那边的一个老小区", Intent.ANSWER),
        ("差不多一万出头的样子", Intent.ANSWER),
        ("在一家做医疗器械的公司跑业务", Intent.ANSWER),
        ("我妈退休了，我爸还在上班", Intent.ANSWER),
        ("零六年的时候进的厂", Intent.ANSWER),
    ],
)
def test_wordings_that_no_table_holds(classifier: IntentClassifier, said: str, intent: Intent) -> None:
    assert classifier.classify(said).intent is intent


def test_probabilities_cover_every_intent() -> None:
    found = TransformersIntentModel(FOLDER).probabilities("一万五左右")
    assert set(found) == set(Intent)
    assert sum(found.values()) == pytest.approx(1.0, abs=1e-4)


def test_the_shipped_model_is_small_and_reports_what_it_cannot_do() -> None:
    assert (FOLDER / "model.safetensors").stat().st_size < 8_000_000
    report = json.loads((FOLDER / "report.json").read_text(encoding="utf-8"))
    assert report["clean"]["n"] >= 1_000
    assert report["clean"]["answers_taken_for_something_else"] < 0.05
    assert report["misheard"]["accuracy_model"] > 0.7


def test_homophones_keep_their_syllables() -> None:
    assert tokens("沈阳")[-3:] == tokens("审养")[-3:]
    assert tokens("沈阳")[1:3] != tokens("审养")[1:3]


def test_a_folder_without_a_model_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="no usable intent model"):
        TransformersIntentModel(tmp_path)
