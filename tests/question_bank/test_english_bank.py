"""The format is of no language."""

from pathlib import Path

import pytest

from decision_hook.contract import Application, Fact, FactSource
from question_bank.bank import Bank
from question_bank.draft import draft
from question_bank.lint import forbidden_in
from question_bank.load import inspect, load_bank
from question_bank.render import phrase, phrase_said

EN = Path(__file__).parents[2] / "config" / "banks" / "en"


@pytest.fixture(scope="module")
def english() -> Bank:
    return load_bank(EN)


def test_it_passes_and_speaks_english(english: Bank) -> None:
    assert english.script.language == "en"
    texts = [text for q in english.questions.values() for text in (*q.phrasings, *q.said_phrasings)]
    assert all(text.isascii() for text in texts)


def test_choices_are_strung_together_in_english(english: Bank) -> None:
    facts = {"salary_bank": Fact(value="River Bank", source=FactSource.BANK)}
    spoken = phrase(english.questions["work.salary_bank"], 0, facts)
    assert spoken.startswith("Where is your pay sent, ")
    assert "River Bank" in spoken
    assert ", " in spoken.removeprefix("Where is your pay sent, ")
    assert " or " in spoken


def test_a_follow_up_in_english(english: Bank) -> None:
    target = english.questions["work.colleagues"]
    assert phrase_said(target, 0, "Miller and Sons") == "How did you come to join Miller and Sons?"


def test_a_paper_in_english(english: Bank) -> None:
    keys = {"home_city": "Leeds", "employer": "Miller", "monthly_income": "3000", "salary_bank": "River Bank"}
    facts = {key: Fact(value=value, source=FactSource.FORM) for key, value in keys.items()}
    lines = draft(english, Application(id="a", phone="447700900000", facts=facts), 1)
    assert len(lines) >= 5
    assert any("Leeds" in line.words or "Miller" in line.words for line in lines)


def test_words_are_compared_and_not_letters(tmp_path: Path) -> None:
    for path in EN.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        if path.name == "money.yaml":
            text = text.replace(
                "How many credit cards are in your wallet?", "How much do you earn in a month?"
            )
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    problems = inspect(tmp_path).problems
    assert ["shares" in problem.problem for problem in problems] == [True]


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("What is your PIN?", True),
        ("Tell me the pin, please", True),
        ("your C V V please", True),
        ("passwords you use", True),
        ("the one-time passcode", True),
        ("How is your health?", True),
        ("shopping with a pink card", False),
        ("your opinion of spinning", False),
    ],
)
def test_forbidden_words_are_whole_words(text: str, forbidden: bool) -> None:
    assert (forbidden_in(text) is not None) is forbidden
