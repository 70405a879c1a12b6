"""Application files as a bank holds them: which facts are on file, from which source."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from decision_hook.contract import Application, Fact, FactSource
from question_bank.bank import Bank
from question_bank.question import Question, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Facts that come together, or not at all."""

    source: FactSource
    share: float  # of the applicants who have any of it. Expert's guess.
    keys: tuple[str, ...]


HOLDINGS = (
    Holding(
        source=FactSource.BANK,
        share=0.85,
        keys=("account_open_year", "account_branch", "account_city", "debit_card_tail", "bank_product",
              "account_count", "top_spending", "pay_app", "transfer_name", "transfer_bank", "last_cash_city",
              "last_cash_amount", "last_shop_city", "last_visit_month", "mobile_bank_year"),
    ),
    Holding(
        source=FactSource.BANK,
        share=0.5,
        keys=("salary_bank", "pay_day", "salary_since_year", "last_pay_amount", "bonus_month",
              "bonus_amount"),
    ),
    Holding(
        source=FactSource.BANK,
        share=0.4,
        keys=("deposit_years", "deposit_month", "deposit_amount", "card_replaced_year", "lost_card",
              "joint_account", "utility_paid", "sms_alert", "auto_repay"),
    ),
    Holding(
        source=FactSource.BUREAU,
        share=0.75,
        keys=("provident_fund_monthly", "provident_fund_city", "fund_since_year", "fund_balance", "fund_rate",
              "fund_withdrawn", "social_city", "social_since_year", "social_base", "social_employer"),
    ),
    Holding(
        source=FactSource.BUREAU,
        share=0.8,
        keys=("other_card_bank", "credit_card_count", "first_card_year", "other_card_limit", "total_limit",
              "last_enquiry_month"),
    ),
    Holding(
        source=FactSource.BUREAU,
        share=0.45,
        keys=("mortgage_bank", "mortgage_monthly", "mortgage_start_year", "mortgage_kind", "mortgage_years",
              "property_count", "home_buy_year"),
    ),
    Holding(
        source=FactSource.BUREAU,
        share=0.4,
        keys=("car_loan", "car_brand", "car_loan_bank", "car_loan_monthly", "car_buy_year", "car_insurer"),
    ),
    Holding(
        source=FactSource.BUREAU,
        share=0.4,
        keys=("consumer_loan_bank", "closed_card_bank", "student_loan", "business_loan", "guarantor",
              "parking_loan"),
    ),
    Holding(source=FactSource.BUREAU, share=0.6, keys=("previous_employer", "previous_city")),
    Holding(
        source=FactSource.DERIVED,
        share=0.95,
        keys=("zodiac", "star_sign", "age", "id_province", "employer_trade", "birth_year", "birth_month",
              "birth_day", "home_province", "home_area_code", "home_airport", "home_river", "home_next_city",
              "home_station", "home_next_district", "employer_years", "mobile_head", "moved_year",
              "hire_age"),
    ),
    Holding(
        source=FactSource.DERIVED,
        share=0.5,
        keys=("study_years", "graduation_age", "graduated_years", "spouse_zodiac", "child_zodiac",
              "wedding_age", "parent_age", "first_card_age", "account_age", "mortgage_age",
              "customer_years", "mortgage_end_year"),
    ),
)  # fmt: skip
FORM_SHARE = 0.7  # everything else stands on the form, if it was filled in
FILLED_IN = 0.92  # of the facts that come together, so many are really there
_OF: Mapping[str, int] = {key: number for number, holding in enumerate(HOLDINGS) for key in holding.keys}


def source_of(key: str) -> FactSource:
    """Where a fact usually comes from."""
    return HOLDINGS[_OF[key]].source if key in _OF else FactSource.FORM


def draw_application(bank: Bank, number: int, rng: random.Random) -> Application:
    """A made-up applicant of the high-risk list. Values stand for themselves: nobody reads them."""
    held = [rng.random() < holding.share for holding in HOLDINGS]
    facts: dict[str, Fact] = {}
    seen: set[str] = set()
    for key, question in _keys(bank.of_role(Role.FACT)):
        if key in seen:
            continue
        seen.add(key)
        group = _OF.get(key)
        there = rng.random() < FORM_SHARE if group is None else held[group] and rng.random() < FILLED_IN
        if there:
            facts[key] = Fact(value="1", source=source_of(key), kind=question.kind)
    return Application(
        id=f"simulated-{number}",
        phone="17000000000",
        facts=facts,
        risk_score=round(rng.uniform(0.5, 0.95), 3),
    )


def _keys(questions: Iterable[Question]) -> Iterable[tuple[str, Question]]:
    """Every fact that answers are judged against, with a question about it."""
    return ((question.fact_keys[0], question) for question in questions if question.fact_keys)
