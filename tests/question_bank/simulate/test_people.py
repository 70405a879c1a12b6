"""Drawn people answer as their kind does, and always the same."""

import random
from statistics import fmean

import pytest

from decision_hook.contract import FactSource, Grade
from question_bank.bank import Bank
from question_bank.question import Role
from question_bank.simulate.applicants import draw_application
from question_bank.simulate.people import Person, Population, draw_person


def crowd(bank: Bank, population: Population, size: int = 60) -> list[Person]:
    return [
        draw_person(draw_application(bank, n, random.Random(n)), population, f"{population}{n}")
        for n in range(size)
    ]


def share(bank: Bank, people: list[Person], sources: set[FactSource], grade: Grade) -> float:
    """Of the first replies to questions about facts of these sources."""
    return fmean(
        person.reply(question, 1).grade is grade
        for person in people
        for question in bank.of_role(Role.FACT)
        if (fact := person.application.facts.get(question.fact_keys[0])) and fact.source in sources
    )


HARD, FORM = {FactSource.BANK, FactSource.BUREAU}, {FactSource.FORM}


def test_who_knows_what(bank: Bank) -> None:
    right = {p: share(bank, crowd(bank, p), HARD, Grade.MATCH) for p in Population}
    order = [
        Population.IMPOSTOR_20,
        Population.IMPOSTOR_50,
        Population.IMPOSTOR_80,
        Population.FORGETFUL,
        Population.GENUINE,
    ]
    assert [right[p] for p in order] == sorted(right[p] for p in order)
    on_form = share(bank, crowd(bank, Population.IMPOSTOR_80), FORM, Grade.MATCH)
    assert on_form > 1.5 * right[Population.IMPOSTOR_80]


@pytest.mark.parametrize("population", list(Population))
def test_fifteen_to_thirty_percent_is_not_understood(bank: Bank, population: Population) -> None:
    assert 0.15 < share(bank, crowd(bank, population), set(FactSource), Grade.UNCLEAR) < 0.30


def test_the_same_question_gets_the_same_reply_and_the_keypad_is_always_understood(bank: Bank) -> None:
    person = crowd(bank, Population.IMPOSTOR_50, 1)[0]
    for question in bank.of_role(Role.FACT):
        if question.fact_keys[0] in person.application.facts:
            assert person.reply(question, 1) == person.reply(question, 1)
            assert person.reply(question, 0).grade is not Grade.UNCLEAR


def test_a_fact_is_known_or_not_whichever_question_asks_for_it(bank: Bank) -> None:
    pairs = [
        ("income.salary_bank", "income.salary_bank_choice"),
        ("accounts.product", "accounts.product_choice"),
    ]
    for person in crowd(bank, Population.FORGETFUL):
        for one, other in pairs:
            first, second = bank.questions[one], bank.questions[other]
            if first.fact_keys[0] in person.application.facts:
                assert person.reply(first, 0).grade is person.reply(second, 0).grade
