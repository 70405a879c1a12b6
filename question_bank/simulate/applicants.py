"""Application files as a bank holds them: which facts are on file, from which source."""

import random
from collections.abc import Mapping

from decision_hook.contract import Application, Fact, FactSource
from question_bank.bank import Bank
from question_bank.question import Role

# Share of high-risk applicants with such a fact on file, by source, unless listed below. Expert's guess.
SHARE: Mapping[FactSource, float] = {
    FactSource.FORM: 0.85,
    FactSource.DERIVED: 0.95,
    FactSource.BANK: 0.8,
    FactSource.BUREAU: 0.7,
}
_DERIVED = ("zodiac", "star_sign", "age", "id_province", "employer_trade")
_BANK = ("account_open_year", "account_branch", "account_city", "debit_card_tail", "bank_product",
         "salary_bank", "pay_day", "auto_repay", "provident_fund_monthly", "provident_fund_city")  # fmt: skip
_BUREAU = ("previous_employer", "previous_city", "other_card_bank", "credit_card_count", "first_card_year",
           "mortgage_bank", "mortgage_monthly", "mortgage_start_year", "car_loan", "car_brand",
           "contact_employer")  # fmt: skip
_KNOWN: Mapping[str, FactSource] = {
    **dict.fromkeys(_DERIVED, FactSource.DERIVED),
    **dict.fromkeys(_BANK, FactSource.BANK),
    **dict.fromkeys(_BUREAU, FactSource.BUREAU),
}


def source_of(key: str, topic: str) -> FactSource:
    """Where a fact usually comes from; unknown keys follow their topic."""
    return _KNOWN.get(key) or FactSource.FORM


def draw_application(bank: Bank, number: int, rng: random.Random) -> Application:
    """A made-up applicant of the high-risk list. Values stand for themselves: nobody reads them."""
    facts: dict[str, Fact] = {}
    for question in bank.of_role(Role.FACT):
        for key in (*question.fact_keys[:1], *question.requires):
            if key in facts:
                continue
            source = source_of(key, question.topic)
            if rng.random() < SHARE[source]:
                kind = question.kind if key == question.fact_keys[0] else None
                facts[key] = Fact(value="1", source=source, kind=kind)
    return Application(
        id=f"simulated-{number}",
        phone="17000000000",
        facts=facts,
        risk_score=round(rng.uniform(0.5, 0.95), 3),
    )
