"""What an edit does, in figures."""

from dataclasses import replace
from datetime import date

import pytest

from decision_hook.contract import Application, Fact, FactSource, Grade, Hypothesis
from question_bank.bank import Bank, build_bank
from question_bank.compare import compare
from question_bank.question import Retired
from question_bank.responses.history import PastAnswer
from question_bank.simulate.look import people_of, summary
from question_bank.simulate.people import Population
from question_bank.usage import usage
from tests.question_bank.test_paper import SOURCES

APPLICANT = Application(
    id="a",
    phone="13800000000",
    facts={key: Fact(value="1", source=source) for key, source in SOURCES.items()},
    risk_score=0.8,
)


def without(bank: Bank, *ids: str) -> Bank:
    kept = [question for question in bank.questions.values() if question.id not in ids]
    return build_bank(version="edited", questions=kept, script=bank.script)


def test_the_same_bank_gives_the_same_figures(bank: Bank) -> None:
    people = people_of([APPLICANT], papers=2)
    once, again = (summary(bank, people) for _ in range(2))
    assert once == again
    assert 30 < float(str(once["seconds_mean"])) < 180
    assert once["most_exposed"] in bank.questions
    assert {f"{what}_{name}" for what in ("error", "undecided") for name in Population} <= set(once)


def test_a_bank_without_what_only_the_person_knows_errs_more(bank: Bank) -> None:
    hard = [q.id for q in bank.questions.values() if q.fact_keys and SOURCES.get(q.fact_keys[0]) in HARD]
    people = people_of([APPLICANT], papers=12)
    good, poor = (
        sum(
            float(str(found[f"{what}_{name}"]))
            for what in ("error", "undecided")
            for name in (Population.IMPOSTOR_50, Population.COACHED)
        )
        for found in (summary(bank, people), summary(without(bank, *hard), people))
    )
    assert poor > good


HARD = {FactSource.BANK, FactSource.BUREAU}


def test_without_applicants_there_is_nothing_to_say() -> None:
    with pytest.raises(ValueError, match="no applicants"):
        people_of([])


def test_what_changed(bank: Bank) -> None:
    assert compare(bank, bank).none
    first, second, *rest = bank.questions.values()
    edited = replace(first, phrasings=(*first.phrasings[:2], "换了一句？"), cost_s=first.cost_s + 1)
    retired = Retired(since=date(2026, 1, 1), why="x")
    new = build_bank(
        version="new",
        questions=[edited, *rest[1:], replace(rest[0], id="identity.brand_new")],
        script=bank.script,
        retired={second.id: retired},
    )
    found = compare(bank, new)
    assert found.added == ("identity.brand_new",)
    assert found.removed == (rest[0].id,)
    assert found.retired == (second.id,)
    assert [(changed.id, changed.what) for changed in found.changed] == [(first.id, ("phrasings", "cost_s"))]
    assert not found.script


def test_usage_counts_calls_and_answers(bank: Bank) -> None:
    who = {Hypothesis.GENUINE: 1.0}
    past = [
        PastAnswer(
            call="1", question="income.pay_day", grade=Grade.MATCH, source=FactSource.BANK, who=who, seconds=3
        ),
        PastAnswer(
            call="2",
            question="income.pay_day",
            grade=Grade.MISMATCH,
            source=FactSource.BANK,
            who=who,
            seconds=5,
        ),
        PastAnswer(call="2", question="phone.plan", grade=Grade.FREE, who=who),
        PastAnswer(call="3", question="gone.question", grade=Grade.FREE, who=who),
    ]
    rows = {row.id: row for row in usage(bank, past)}
    pay_day = rows["income.pay_day"]
    assert (pay_day.answers, pay_day.seconds) == (2, 4)
    assert pay_day.exposure == pytest.approx(2 / 3)
    assert pay_day.grades == {Grade.MATCH: 0.5, Grade.MISMATCH: 0.5}
    assert pay_day.foretold[Grade.MATCH] == pytest.approx(0.7, abs=0.01)  # the table of a fact of the bank
    assert rows["identity.age"].answers == 0
