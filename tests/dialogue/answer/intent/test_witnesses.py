"""Weighing words and sounds together."""

import math

import pytest

from dialogue.answer.heard_phrases import HeardPhrase
from dialogue.answer.intent.intent import Intent, IntentGuess
from dialogue.answer.intent.witnesses import FEATURES, Witnesses

NONE = dict.fromkeys(FEATURES, 0.0)
EVEN = {intent: math.log(1 / len(Intent)) for intent in Intent}


def witnesses(
    *,
    phones: dict[Intent, float] | None = None,
    words: dict[Intent, float] | None = None,
    wording: IntentGuess | None = None,
    phrase: HeardPhrase | None = None,
    fact_score: float | None = None,
) -> Witnesses:
    return Witnesses(
        phones=EVEN if phones is None else phones,
        words=words or {},
        wording=wording,
        phrase=phrase,
        fact_score=fact_score,
    )


def test_without_weights_nothing_is_known() -> None:
    found = witnesses(fact_score=-3.0).posterior(NONE)
    assert found == pytest.approx(dict.fromkeys(Intent, 1 / len(Intent)))


def test_models_count_by_their_weight() -> None:
    sure = {**dict.fromkeys(Intent, math.log(0.01)), Intent.HUMAN: math.log(0.85)}
    found = witnesses(phones=sure).posterior({**NONE, "phones": 1.0})
    assert found[Intent.HUMAN] == pytest.approx(0.85)
    against = witnesses(phones=sure, words={Intent.REPEAT: 1.0}).posterior({**NONE, "phones": 1, "words": 1})
    assert max(against, key=lambda i: against[i]) is Intent.REPEAT


def test_a_model_is_never_surer_than_can_be_outweighed() -> None:
    sure = {Intent.HUMAN: 0.0, Intent.REPEAT: -80.0}
    found = witnesses(phones=sure).posterior({**NONE, "phones": 1.0})
    assert found[Intent.REPEAT] == pytest.approx(math.exp(-9) / (1 + 15 * math.exp(-9)))


def test_a_wording_counts_for_what_it_means_only() -> None:
    plain = IntentGuess(intent=Intent.LATER, probability=None, source="words", phrase="晚点再打")
    weights = {**NONE, "wording": 2.0}
    rest = len(Intent) - 1
    assert witnesses(wording=plain).posterior(weights)[Intent.LATER] == pytest.approx(
        math.exp(2) / (math.exp(2) + rest)
    )


def test_a_phrase_and_a_fitting_value_are_held_against_each_other() -> None:
    phrase = HeardPhrase(intent=Intent.REPEAT, score=-4.0, fit=-1.0, worst=-2.0, lead=5.0, share=1.0)
    weights = {**NONE, "phrase": 3.0, "phrase_fit": 1.0, "answer": 2.0, "fact_fit": 6.0}
    fits = witnesses(phrase=phrase, fact_score=0.0).posterior(weights)
    unlike = witnesses(phrase=phrase, fact_score=-60.0).posterior(weights)
    assert fits[Intent.ANSWER] == pytest.approx(fits[Intent.REPEAT])
    assert unlike[Intent.ANSWER] < unlike[Intent.REPEAT] / 100
