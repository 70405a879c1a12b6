"""Telling intents by sounds: rows of doubtful phones, mishearing, training, the shipped model."""

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from decision_hook.contract import FactKind, SurveyError
from dialogue.answer.intent.intent import Intent
from dialogue.answer.intent.phone_model import VOCABULARY, PhoneIntentModel, embedded
from dialogue.answer.intent.soft_phones import LONGEST, soft_phones
from dialogue.answer.intent.training.classifier import write_classifier
from dialogue.answer.intent.training.confusions import Confusions, Recording, aligned
from dialogue.answer.intent.training.phones import Reply, train_phones
from dialogue.hearing.phones import BLANK, PHONES, phone_ids
from tests.dialogue.answer.asked import TABLES, phone_intents
from tests.dialogue.answer.sounding import sounds

REPEAT, HUMAN = "再说一遍", "转人工"


def best(said: str, asked: FactKind = FactKind.YEAR) -> Intent:
    found = phone_intents().log_probabilities(sounds(said), asked)
    assert sum(np.exp(value) for value in found.values()) == pytest.approx(1.0, abs=1e-4)
    return max(found, key=lambda intent: found[intent])


def test_one_row_for_each_sound() -> None:
    rows = soft_phones(sounds(REPEAT))
    assert rows.argmax(axis=1).tolist() == list(phone_ids(REPEAT))
    assert rows.sum(axis=1) == pytest.approx(np.ones(len(rows)))
    assert not rows[:, BLANK].any()


def test_silence_has_no_rows_and_a_monologue_no_more_than_are_read() -> None:
    assert soft_phones(sounds("")).shape == (0, len(PHONES))
    assert soft_phones(np.zeros((0, len(PHONES)), np.float32)).shape == (0, len(PHONES))
    assert len(soft_phones(sounds("一二三四五六七八九" * 20))) == LONGEST


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("我要转人工", Intent.HUMAN),
        ("你再说一遍好吗", Intent.REPEAT),
        ("我不记得了", Intent.DONT_KNOW),
        ("你打错电话了", Intent.WRONG_PERSON),
        ("这是我的隐私不想说", Intent.REFUSAL),
        ("我在开会晚点再打", Intent.LATER),
        ("您拨打的电话已关机", Intent.ANNOUNCEMENT),
        ("二零一六年", Intent.ANSWER),
        ("应该是一五年吧", Intent.ANSWER),
    ],
)
def test_plain_replies_are_told(said: str, intent: Intent) -> None:
    assert best(said) is intent


def test_a_town_is_no_year() -> None:
    assert best("在沈阳市", FactKind.PLACE) is Intent.ANSWER
    assert best("在沈阳市", FactKind.YEAR) is not Intent.ANSWER


def test_nothing_heard_is_no_crash() -> None:
    found = phone_intents().log_probabilities(sounds(""), FactKind.YEAR)
    assert set(found) == set(Intent)


def test_sounds_are_aligned_with_what_was_said() -> None:
    said = phone_ids("四千")  # s I4 q ian1
    z, i4, q, ian2 = (PHONES.index(p) for p in ("z", "I4", "q", "ian2"))
    assert aligned([z, i4, q, ian2], said) == [(0, said[0]), (1, said[1]), (2, said[2]), (3, said[3])]
    assert aligned([i4, q], said) == [(None, said[0]), (0, said[1]), (1, said[2]), (None, said[3])]
    assert aligned([z, q, i4], ()) == [(0, None), (1, None), (2, None)]


def test_a_sentence_is_misheard_as_recordings_were() -> None:
    heard_as = [("四千", "十千"), ("四百", "十百"), ("四万", "十万")]
    confusions = Confusions(
        [Recording(log_posteriors=sounds(heard), said=phone_ids(said)) for said, heard in heard_as]
    )
    rng = random.Random(1)
    heard = {tuple(confusions.imitate(phone_ids("四千"), rng).argmax(axis=1).tolist()) for _ in range(30)}
    assert phone_ids("十千") in heard
    assert phone_ids("四千") not in heard
    unheard = confusions.imitate(phone_ids("波"), rng)  # never met: as it is
    assert set(unheard.argmax(axis=1).tolist()) <= set(phone_ids("波"))
    assert len(confusions.imitate((), rng)) == 1


def test_training_learns_and_what_is_written_is_read(tmp_path: Path) -> None:
    recordings = [
        Recording(log_posteriors=sounds(text), said=phone_ids(text)) for text in (REPEAT, HUMAN, "是")
    ]
    replies = {REPEAT: Intent.REPEAT, HUMAN: Intent.HUMAN}

    def draw(rng: random.Random) -> Reply:
        text = rng.choice(list(replies))
        return Reply(text=text, asked=FactKind.YEAR, intent=replies[text])

    losses: list[float] = []
    model = train_phones(
        draw, Confusions(recordings), steps=60, seed=1, progress=lambda _, __, loss: losses.append(loss)
    )
    assert losses[-1] < losses[0] / 2
    write_classifier(model, VOCABULARY, {"n": 3}, tmp_path)
    again = PhoneIntentModel(tmp_path)
    for text, intent in replies.items():
        found = again.log_probabilities(sounds(text), FactKind.YEAR)
        assert max(found, key=lambda i: found[i]) is intent
    assert json.loads((tmp_path / "report.json").read_text())["n"] == 3
    batch = embedded(model, [soft_phones(sounds(REPEAT)), soft_phones(sounds("是"))], [FactKind.YEAR] * 2)
    assert batch["attention_mask"].sum(dim=1).tolist() == [len(phone_ids(REPEAT)) + 1, 3]


def test_a_folder_without_such_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="no usable phone intent model"):
        PhoneIntentModel(tmp_path)


def test_broken_weights_are_refused(tmp_path: Path) -> None:
    shutil.copytree(TABLES.parent / "models" / "phone_intent", tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(SurveyError, match="no usable phone intent model"):
        PhoneIntentModel(tmp_path / "model")
