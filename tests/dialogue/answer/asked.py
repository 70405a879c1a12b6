"""Questions and truths for the tests of this room."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from decision_hook.contract import Fact, FactKind, FactSource, Grade, Hypothesis
from dialogue.answer.intent.phone_model import PhoneIntentModel
from dialogue.answer.tables import Tables, read_tables
from dialogue.answer.truth import Truth, truth_of
from dialogue.answer.values import AskedQuestion
from question_bank.question import KeypadForm, Question, Role, Statistics

TODAY = date(2026, 11, 20)
TABLES = Path(__file__).parents[3] / "config" / "tables"


@cache
def tables() -> Tables:
    return read_tables(TABLES)


@cache
def phone_intents() -> PhoneIntentModel:
    return PhoneIntentModel(TABLES.parent / "models" / "phone_intent")


def words(text: str) -> list[str]:
    """The rows of a table written as words."""
    return text.split()


def statistics() -> Statistics:
    genuine = {Grade.MATCH: 0.8, Grade.MISMATCH: 0.05, Grade.PARTIAL: 0.05, Grade.DONT_KNOW: 0.1}
    impostor = {Grade.MATCH: 0.2, Grade.MISMATCH: 0.4, Grade.PARTIAL: 0.1, Grade.DONT_KNOW: 0.3}
    rows = {Hypothesis.GENUINE: genuine, Hypothesis.IMPOSTOR: impostor, Hypothesis.COACHED: impostor}
    return Statistics(table=rows, n=12, source="simulated")


def asked(
    kind: FactKind,
    value: str | None,
    *,
    key: str = "thing",
    words: str = "请问是什么？",
    options: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
    tolerance: Mapping[str, float] | None = None,
    keypad: KeypadForm | None = None,
) -> AskedQuestion:
    """`value` None: nothing on file."""
    question = Question(
        id="test.question",
        topic="test",
        role=Role.FACT,
        kind=kind,
        phrasings=(words,),
        fact_keys=(key,),
        options=options,
        tolerance=tolerance,
        cost_s=5,
        keypad=keypad,
        statistics=statistics(),
    )
    fact = None if value is None else Fact(value=value, source=FactSource.BANK, also=also)
    return AskedQuestion(question=question, asked=words, expected=fact, kind=kind)


def truth(kind: FactKind, value: str, *, key: str = "thing", also: tuple[str, ...] = ()) -> Truth:
    found = truth_of(asked(kind, value, key=key, also=also), today=TODAY)
    assert found is not None
    return found
