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
    "zodiac": FactKind.TERM,  # derived: 属相
    "star_sign": FactKind.TERM,  # derived: 星座
    "age": FactKind.COUNT,  # derived
    "id_tail": FactKind.DIGITS,  # last four characters of the identity card
    "id_province": FactKind.PLACE,  # derived: where the identity card was issued
    "mobile_tail": FactKind.DIGITS,  # last four digits of the number applied with
    "education": FactKind.TERM,
    "graduation_year": FactKind.YEAR,
    "school": FactKind.COMPANY,
    "marital_status": FactKind.TERM,
    "children_count": FactKind.COUNT,
    # residence
    "home_city": FactKind.PLACE,
    "home_district": FactKind.PLACE,
    "home_street": FactKind.PLACE,
    "home_community": FactKind.PLACE,
    "home_building": FactKind.COUNT,
    "home_years": FactKind.COUNT,
    "home_ownership": FactKind.TERM,  # 自有 / 租房 / 单位宿舍 / 与父母同住
    "previous_city": FactKind.PLACE,
    # employment
    "employer": FactKind.COMPANY,
    "employer_city": FactKind.PLACE,
    "employer_street": FactKind.PLACE,
    "employer_trade": FactKind.TERM,  # derived: 行业
    "job_title": FactKind.TERM,
    "department": FactKind.TERM,
    "hire_year": FactKind.YEAR,
    "employer_years": FactKind.COUNT,
    "previous_employer": FactKind.COMPANY,
    # income
    "monthly_income": FactKind.AMOUNT,
    "annual_income": FactKind.AMOUNT,
    "pay_day": FactKind.COUNT,  # day of the month
    "salary_bank": FactKind.COMPANY,
    "provident_fund_monthly": FactKind.AMOUNT,  # 公积金 monthly deposit
    "provident_fund_city": FactKind.PLACE,
    # contacts
    "contact_name": FactKind.NAME,
    "contact_relation": FactKind.TERM,
    "contact_mobile_tail": FactKind.DIGITS,
    "contact_city": FactKind.PLACE,
    "contact_employer": FactKind.COMPANY,
    # accounts and loans
    "account_open_year": FactKind.YEAR,
    "account_branch": FactKind.PLACE,
    "account_city": FactKind.PLACE,
    "debit_card_tail": FactKind.DIGITS,
    "bank_product": FactKind.TERM,  # what is held with us: 定期存款 理财 基金 …
    "other_card_bank": FactKind.COMPANY,
    "credit_card_count": FactKind.COUNT,
    "first_card_year": FactKind.YEAR,
    "mortgage_bank": FactKind.COMPANY,
    "mortgage_monthly": FactKind.AMOUNT,
    "mortgage_start_year": FactKind.YEAR,
    "car_loan": FactKind.YES_NO,
    "car_brand": FactKind.TERM,
    # purpose
    "requested_limit": FactKind.AMOUNT,
    "card_purpose": FactKind.TERM,
    "apply_channel": FactKind.TERM,
    "apply_date": FactKind.DATE,
    "card_delivery": FactKind.TERM,  # 家里 / 单位 / 网点
    "auto_repay": FactKind.YES_NO,  # repaid from an account by itself
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
    facts: dict[FactKey, Fact] = Field(default_factory=dict, max_length=100)
    # Application-fraud score from earlier systems, 0 (safe) to 1 (fraud); None: not scored yet.
    risk_score: Annotated[float, Field(ge=0, le=1)] | None = None
