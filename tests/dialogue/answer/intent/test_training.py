import json
import random
from pathlib import Path

import pytest

from decision_hook.contract import SurveyError
from dialogue.answer.intent.intent import Intent
from dialogue.answer.intent.model import TransformersIntentModel
from dialogue.answer.intent.training.sentences import (
    Grammar,
    Source,
    common_characters,
    misheard,
    phrases,
    read_grammar,
    said,
)
from dialogue.answer.intent.training.train import Plan, train
from dialogue.answer.sound import syllables
from tests.dialogue.answer.asked import tables

GRAMMAR = Path(__file__).parents[4] / "config" / "intent_grammar.yaml"


def source() -> Source:
    return Source(grammar=read_grammar(GRAMMAR), known=phrases(tables()))


def test_the_grammar_holds_every_intent() -> None:
    assert set(read_grammar(GRAMMAR).templates) == set(Intent)


def test_a_template_becomes_a_sentence() -> None:
    grammar = Grammar(slots={"num": ["三"]}, templates={Intent.ANSWER: ["x"] * 5})
    assert said("[有]<num>个", grammar, random.Random(1)) == "有三个"


def test_a_slot_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = tmp_path / "grammar.yaml"
    path.write_text("slots: {num: [三]}\ntemplates: {answer: ['<nom>', b, c, d, e]}\n", encoding="utf-8")
    with pytest.raises(SurveyError, match="no slot nom"):
        read_grammar(path)


def test_held_out_sentences_come_from_templates_never_trained_on() -> None:
    templates = [f"第{number}句" for number in "一二三四五六七八九十"]
    grammar = Grammar(slots={"hum": ["嗯"], "end": ["了"]}, templates={Intent.REPEAT: templates})
    drawn = Source(grammar=grammar, known={})
    seen, unseen = (
        {e.text.lstrip("嗯") for e in drawn.draw(200, held_out=held, noise=0.0, rng=random.Random(2))}
        for held in (False, True)
    )
    assert unseen == {"第五句", "第十句"}
    assert seen.isdisjoint(unseen)


def test_what_is_misheard_sounds_alike() -> None:
    text = "晚点再打过来吧"
    heard = misheard(text, 1.0, random.Random(3))
    assert heard != text
    assert len(heard) == len(text)
    same = [a.final[:1] == b.final[:1] for a, b in zip(syllables(text), syllables(heard), strict=True)]
    assert sum(same) >= len(text) - 1
    assert misheard(text, 0.0, random.Random(3)) == text


def test_characters_are_the_common_ones() -> None:
    assert len(common_characters()) == 3_755


def test_a_short_training_makes_a_model_that_is_used_as_it_is(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    plan = Plan(seed=1, sentences=320, epochs=1, measured=80)
    made = train(source(), tables(), plan, tmp_path / "intent", lambda done, of: steps.append((done, of)))
    assert steps[-1] == (5, 5)
    assert json.loads((tmp_path / "intent" / "report.json").read_text(encoding="utf-8")) == made
    assert isinstance(made["weights_bytes"], int)
    assert made["weights_bytes"] < 20_000_000
    clean = made["clean"]
    assert isinstance(clean, dict)
    assert 0 < clean["accuracy_rules_then_model"] <= 1
    found = TransformersIntentModel(tmp_path / "intent").probabilities("你再说一遍")
    assert set(found) == set(Intent)


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SurveyError, match="cannot be made"):
        train(source(), tables(), Plan(seed=1, sentences=64), tmp_path / "file" / "x", lambda done, of: None)
