"""What was applied for: facts with a value and a source. The format of application files."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class FactSource(StrEnum):
    """Where a fact comes from. A thief has `form`; `bank` and `bureau` need the life behind it."""

    FORM = "form"
    BANK = "bank"
    BUREAU = "bureau"
    DERIVED = "derived"  # computed from other facts (zodiac from the birth date)


class FactKind(StrEnum):
    """How a value is spoken and compared."""

    YES_NO = "yes_no"  # "yes" or "no"
    NAME = "name"  # a person's name
    DATE = "date"  # ISO: 1990-05-17
    YEAR = "year"  # 2016
    MONTH = "month"  # 1..12
    AMOUNT = "amount"  # yuan, decimal digits
    COUNT = "count"  # a small whole number (children, cards, years, day of month)
    DIGITS = "digits"  # a digit string read out one by one (tails of numbers)
    PLACE = "place"  # city, district, street, residential compound, province
    COMPANY = "company"  # employer, bank
    TERM = "term"  # one of a small vocabulary (job title, zodiac, relation, degree, trade)
    FREE = "free"  # has no right answer


# Known fact keys and their kinds. An application may carry others if it states `kind`.
FACT_KINDS: dict[str, FactKind] = {
    # identity
    "full_name": FactKind.NAME,
    "gender": FactKind.TERM,  # 男 / 女
    "birth_date": FactKind.DATE,
    "birth_place": FactKind.PLACE,
    "zodiac": FactKind.TERM,  # derived: 属相
    "star_sign": FactKind.TERM,  # derived: 星座
    "age": FactKind.COUNT,  # derived
    "id_tail": FactKind.DIGITS,  # last four characters of the identity card
    "id_province": FactKind.PLACE,  # derived: where the identity card was issued
    "id_issue_year": FactKind.YEAR,
    "mobile_tail": FactKind.DIGITS,  # last four digits of the number applied with
    "marital_status": FactKind.TERM,
    # study
    "education": FactKind.TERM,
    "school": FactKind.COMPANY,
    "school_city": FactKind.PLACE,
    "major": FactKind.TERM,
    "enrol_year": FactKind.YEAR,
    "graduation_year": FactKind.YEAR,
    "study_years": FactKind.COUNT,  # derived
    "high_school": FactKind.COMPANY,
    "exam_province": FactKind.PLACE,  # where the entrance examination was sat
    # family
    "children_count": FactKind.COUNT,
    "spouse_name": FactKind.NAME,
    "spouse_employer": FactKind.COMPANY,
    "spouse_birth_year": FactKind.YEAR,
    "spouse_zodiac": FactKind.TERM,  # derived
    "wedding_year": FactKind.YEAR,
    "child_birth_year": FactKind.YEAR,  # of the eldest
    "child_zodiac": FactKind.TERM,  # derived
    "household_size": FactKind.COUNT,
    "parents_city": FactKind.PLACE,
    # residence
    "home_city": FactKind.PLACE,
    "home_district": FactKind.PLACE,
    "home_street": FactKind.PLACE,
    "home_community": FactKind.PLACE,
    "home_building": FactKind.COUNT,
    "home_years": FactKind.COUNT,
    "home_ownership": FactKind.TERM,  # 自有 / 租房 / 单位宿舍 / 与父母同住
    "previous_city": FactKind.PLACE,
    "home_province": FactKind.PLACE,  # derived, like all that lies around an address
    "home_area_code": FactKind.DIGITS,  # derived: 0571
    "home_airport": FactKind.PLACE,  # derived
    "home_river": FactKind.PLACE,  # derived: the river or lake the city is known for
    "home_next_city": FactKind.PLACE,  # derived: a neighbouring city; the others are its other names
    "home_station": FactKind.PLACE,  # derived: a main railway station, likewise
    "home_next_district": FactKind.PLACE,  # derived: an adjoining district, likewise
    # housing
    "home_size": FactKind.COUNT,  # square metres
    "home_rooms": FactKind.COUNT,
    "home_floor": FactKind.COUNT,
    "home_buy_year": FactKind.YEAR,
    "home_builder": FactKind.COMPANY,
    "property_count": FactKind.COUNT,
    "mortgage_kind": FactKind.TERM,  # 商业贷款 / 公积金贷款 / 组合贷款
    "mortgage_years": FactKind.COUNT,  # the term
    "rent_monthly": FactKind.AMOUNT,
    "parking_loan": FactKind.YES_NO,
    # vehicle
    "car_brand": FactKind.TERM,
    "car_buy_year": FactKind.YEAR,
    "car_colour": FactKind.TERM,
    "car_energy": FactKind.TERM,  # 汽油 / 纯电 / 混动 / 柴油
    "car_insurer": FactKind.COMPANY,
    "car_loan": FactKind.YES_NO,
    "car_loan_bank": FactKind.COMPANY,
    "car_loan_monthly": FactKind.AMOUNT,
    "car_price": FactKind.AMOUNT,
    "licence_year": FactKind.YEAR,
    # employment
    "employer": FactKind.COMPANY,
    "employer_city": FactKind.PLACE,
    "employer_street": FactKind.PLACE,
    "employer_trade": FactKind.TERM,  # derived: 行业
    "employer_nature": FactKind.TERM,  # 国企 / 民企 …
    "job_title": FactKind.TERM,
    "department": FactKind.TERM,
    "team_size": FactKind.COUNT,
    "office_phone_tail": FactKind.DIGITS,
    "hire_year": FactKind.YEAR,
    "employer_years": FactKind.COUNT,  # derived
    "previous_employer": FactKind.COMPANY,
    # income
    "monthly_income": FactKind.AMOUNT,
    "annual_income": FactKind.AMOUNT,
    "pay_day": FactKind.COUNT,  # day of the month
    "salary_bank": FactKind.COMPANY,
    "salary_since_year": FactKind.YEAR,  # paid to that bank since
    "last_pay_amount": FactKind.AMOUNT,
    "bonus_month": FactKind.MONTH,
    "bonus_amount": FactKind.AMOUNT,
    "side_income": FactKind.YES_NO,
    # social insurance and housing fund
    "provident_fund_monthly": FactKind.AMOUNT,  # 公积金 monthly deposit
    "provident_fund_city": FactKind.PLACE,
    "fund_since_year": FactKind.YEAR,
    "fund_balance": FactKind.AMOUNT,
    "fund_rate": FactKind.COUNT,  # percent
    "fund_withdrawn": FactKind.YES_NO,
    "social_city": FactKind.PLACE,
    "social_since_year": FactKind.YEAR,
    "social_base": FactKind.AMOUNT,
    "social_employer": FactKind.COMPANY,
    # contacts
    "contact_name": FactKind.NAME,
    "contact_relation": FactKind.TERM,
    "contact_mobile_tail": FactKind.DIGITS,
    "contact_city": FactKind.PLACE,
    "contact_employer": FactKind.COMPANY,
    "contact_known_year": FactKind.YEAR,
    "second_contact_name": FactKind.NAME,
    "second_contact_relation": FactKind.TERM,
    "second_contact_tail": FactKind.DIGITS,
    # telephone and post
    "mobile_carrier": FactKind.COMPANY,
    "mobile_city": FactKind.PLACE,
    "mobile_since_year": FactKind.YEAR,
    "mobile_head": FactKind.DIGITS,  # derived: first three digits of the number applied with
    "second_mobile_tail": FactKind.DIGITS,
    "mobile_bank_year": FactKind.YEAR,  # uses our app since
    "email_provider": FactKind.TERM,
    "bill_delivery": FactKind.TERM,  # 电子账单 / 短信账单 / 纸质账单
    "sms_alert": FactKind.YES_NO,
    "has_landline": FactKind.YES_NO,
    # accounts with us
    "account_open_year": FactKind.YEAR,
    "account_branch": FactKind.PLACE,
    "account_city": FactKind.PLACE,
    "account_count": FactKind.COUNT,
    "debit_card_tail": FactKind.DIGITS,
    "card_replaced_year": FactKind.YEAR,
    "bank_product": FactKind.TERM,  # what is held with us: 定期存款 理财 基金 …
    "deposit_years": FactKind.COUNT,
    "deposit_month": FactKind.MONTH,  # when it falls due
    "deposit_amount": FactKind.AMOUNT,
    "lost_card": FactKind.YES_NO,  # ever reported lost
    "joint_account": FactKind.YES_NO,
    # how those accounts are used
    "last_visit_month": FactKind.MONTH,
    "top_spending": FactKind.TERM,
    "pay_app": FactKind.TERM,
    "transfer_name": FactKind.NAME,  # the usual payee
    "transfer_bank": FactKind.COMPANY,
    "utility_paid": FactKind.TERM,  # 水费 / 电费 …, by standing order
    "last_cash_city": FactKind.PLACE,
    "last_cash_amount": FactKind.AMOUNT,
    "last_shop_city": FactKind.PLACE,
    # credit elsewhere
    "other_card_bank": FactKind.COMPANY,
    "other_card_limit": FactKind.AMOUNT,  # the highest of one card
    "closed_card_bank": FactKind.COMPANY,
    "credit_card_count": FactKind.COUNT,
    "first_card_year": FactKind.YEAR,
    "total_limit": FactKind.AMOUNT,
    "consumer_loan_bank": FactKind.COMPANY,
    "last_enquiry_month": FactKind.MONTH,
    "mortgage_bank": FactKind.COMPANY,
    "mortgage_monthly": FactKind.AMOUNT,
    "mortgage_start_year": FactKind.YEAR,
    "student_loan": FactKind.YES_NO,
    "business_loan": FactKind.YES_NO,
    "guarantor": FactKind.YES_NO,  # for somebody else
    # purpose
    "requested_limit": FactKind.AMOUNT,
    "card_purpose": FactKind.TERM,
    "card_product": FactKind.TERM,  # 普卡 / 金卡 …
    "apply_channel": FactKind.TERM,
    "apply_date": FactKind.DATE,
    "card_delivery": FactKind.TERM,  # 家里 / 单位 / 网点
    "auto_repay": FactKind.YES_NO,  # repaid from an account by itself
    "expected_spend": FactKind.AMOUNT,  # a month
    "statement_day": FactKind.COUNT,
    "referrer_name": FactKind.NAME,
    "extra_card": FactKind.YES_NO,  # a supplementary card for somebody
    # timeline: all derived
    "birth_year": FactKind.YEAR,
    "birth_month": FactKind.MONTH,
    "birth_day": FactKind.COUNT,
    "graduation_age": FactKind.COUNT,
    "hire_age": FactKind.COUNT,
    "first_card_age": FactKind.COUNT,
    "account_age": FactKind.COUNT,
    "mortgage_age": FactKind.COUNT,
    "wedding_age": FactKind.COUNT,
    "parent_age": FactKind.COUNT,
    "customer_years": FactKind.COUNT,
    "graduated_years": FactKind.COUNT,
    "moved_year": FactKind.YEAR,
    "mortgage_left_years": FactKind.COUNT,
}

FactKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,40}$")]


class Fact(BaseModel):
    """One thing held about an applicant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    source: FactSource
    kind: FactKind | None = None  # None: taken from FACT_KINDS
    also: tuple[str, ...] = Field(default=(), max_length=10)  # other names for the same value


def kind_of(key: str, fact: Fact) -> FactKind:
    """The kind of a fact: stated, else known by key, else `term`."""
    return fact.kind or FACT_KINDS.get(key, FactKind.TERM)


class Application(BaseModel):
    """One credit-card application: only what a bank holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{3,15}$")]
    product: Annotated[str, StringConstraints(min_length=1, max_length=40)] = "standard"
    applied_at: datetime | None = None
    # What the form was filled in on, as the channel names it; None: not known, or a counter everybody uses.
    device: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,128}$")] | None = None
    facts: dict[FactKey, Fact] = Field(default_factory=dict, max_length=250)
    # Application-fraud score from earlier systems, 0 (safe) to 1 (fraud); None: not scored yet.
    risk_score: Annotated[float, Field(ge=0, le=1)] | None = None
