"""What the shipped bank promises."""

import re
from collections import Counter, defaultdict
from itertools import combinations

import pytest

from decision_hook.contract import Fact, FactKind, FactSource
from decision_hook.contract.application import FACT_KINDS
from question_bank.bank import Bank
from question_bank.question import Role
from question_bank.render import is_personal, phrase


def test_size_and_topics(bank: Bank) -> None:
    assert len(bank.questions) >= 150
    assert len({question.topic for question in bank.questions.values()}) >= 12
    assert len(bank.of_role(Role.LIFE)) >= 30
    assert sum(question.trap for question in bank.questions.values()) >= 5
    assert sum(bool(question.options) for question in bank.questions.values()) >= 20
    assert {source for q in bank.questions.values() for source in q.statistics_by_source} == set(FactSource)


def test_every_topic_has_eight_distinct_facts(bank: Bank) -> None:
    facts: dict[str, set[str]] = defaultdict(set)
    for question in bank.of_role(Role.FACT):
        facts[question.topic].add(question.fact_keys[0])
    assert {topic: len(found) for topic, found in facts.items() if len(found) < 8} == {}


def test_no_two_questions_share_their_words(bank: Bank) -> None:
    """Counted apart from the linter's own arithmetic."""
    texts = [
        (question.id, Counter(letter for letter in _plain(text) if letter.isalnum()))
        for question in bank.questions.values()
        for text in (*question.phrasings, *question.said_phrasings)
    ]
    for (one, left), (other, right) in combinations(texts, 2):
        if one != other:
            shared = 2 * (left & right).total() / (left.total() + right.total())
            assert shared <= 0.6, (one, other)


def _plain(text: str) -> str:
    return re.sub(r"{{.*?}}", "", text)


def test_every_kind_of_repeatable_fact_is_followed_up(bank: Bank) -> None:
    kinds = {question.kind for question in bank.questions.values() if question.follow_ups}
    assert kinds == {FactKind.COMPANY, FactKind.PLACE, FactKind.NAME, FactKind.TERM, FactKind.AMOUNT}
    assert sum(bool(question.follow_ups) for question in bank.questions.values()) >= 15


def test_every_known_fact_is_asked(bank: Bank) -> None:
    asked = {question.fact_keys[0] for question in bank.questions.values() if question.fact_keys}
    assert set(FACT_KINDS) <= asked


def test_phrasings_are_short_and_mostly_cacheable(bank: Bank) -> None:
    total = personal = 0
    for question in bank.questions.values():
        for index, text in enumerate(question.phrasings):
            total += 1
            personal += is_personal(question, index)
            assert len(text) <= 36, text
            assert text.count("？") <= 1, text
    assert personal <= 0.2 * total


def test_no_phrasing_speaks_a_fact_but_among_decoys(bank: Bank) -> None:
    facts = {key: Fact(value=f"真值{key}", source=FactSource.FORM) for key in FACT_KINDS}
    for question in bank.questions.values():
        for index in range(len(question.phrasings)):
            spoken = phrase(question, index, facts)
            if "真值" in spoken:
                assert sum(option in spoken for option in question.options) >= 2


@pytest.mark.parametrize("words", ["right", "wrong"])
def test_the_script_is_neutral(bank: Bank, words: str) -> None:
    telling = {"right": ("正确", "答对", "没错", "对的"), "wrong": ("错误", "答错", "不对", "不符")}[words]
    for sentence in bank.script.sentences():
        assert not any(word in sentence for word in telling), sentence


def test_the_script_asks_for_consent_apart_and_lets_people_refuse(bank: Bank) -> None:
    for text in bank.script.consent_voiceprint.phrasings:
        assert any(free in text for free in ("不影响", "没关系", "照常", "照样"))
    assert len(bank.script.warm_up) >= 6
    ids = [question.id for question in bank.script.questions()]
    assert ids[:3] == ["opening.person", "consent.recording", "consent.voiceprint"]
    assert all(question_id.startswith("warmup.") for question_id in ids[3:])
