"""Rules: each of the real set fires where it should, and a broken file names file and rule."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from config.document import DocumentError
from decision_hook.contract import (
    AnswerEvidence,
    Application,
    CallOutcome,
    CallVerdict,
    Fact,
    FactSource,
    Grade,
    Hypothesis,
    Recommendation,
    RunVersions,
    VoiceHit,
    VoiceResult,
)
from decision_hook.rules.columns import COLUMNS, row_of
from decision_hook.rules.ruleset import RuleSet, load_rules

RULES = Path(__file__).parents[3] / "config" / "rules"


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load_rules(RULES)


def applicant(**facts: str) -> Application:
    return Application(
        id="a",
        phone="13800000000",
        applied_at=datetime(2026, 11, 1, tzinfo=UTC),
        facts={key: Fact(value=value, source=FactSource.FORM) for key, value in facts.items()},
    )


@pytest.mark.parametrize(
    ("facts", "fired"),
    [
        pytest.param({}, set(), id="nothing known, nothing fires"),
        pytest.param({"age": "17"}, {"age.too_young"}, id="too young"),
        pytest.param({"birth_date": "2010-01-01"}, {"age.too_young"}, id="too young by birth date"),
        pytest.param({"age": "71"}, {"age.too_old"}, id="too old"),
        pytest.param({"monthly_income": "1200"}, {"income.too_low"}, id="poor"),
        pytest.param(
            {"monthly_income": "1200", "annual_income": "20000"}, set(), id="poor months, rich year"
        ),
        pytest.param({"credit_card_count": "15"}, {"cards.too_many", "cards.many"}, id="fifteen cards"),
        pytest.param({"credit_card_count": "9"}, {"cards.many"}, id="nine cards"),
        pytest.param(
            {"monthly_income": "5000", "mortgage_monthly": "6000"},
            {"debt.above_income", "debt.heavy"},
            id="pays more than it earns",
        ),
        pytest.param(
            {"monthly_income": "10000", "mortgage_monthly": "8000"}, {"debt.heavy"}, id="heavy debt"
        ),
        pytest.param({"age": "19", "monthly_income": "40000"}, {"age.student"}, id="rich student"),
        pytest.param(
            {"birth_date": "1995-05-01", "hire_year": "2005"}, {"work.before_adult"}, id="hired at ten"
        ),
        pytest.param({"hire_year": "2020", "employer_years": "2"}, {"work.years_disagree"}, id="lost years"),
        pytest.param({"hire_year": "2020", "employer_years": "6"}, set(), id="years agree"),
        pytest.param(
            {"birth_date": "1995-05-01", "graduation_year": "2003"},
            {"school.before_birth"},
            id="wonder child",
        ),
        pytest.param(
            {"monthly_income": "10000", "annual_income": "50000"}, {"income.months_disagree"}, id="incomes"
        ),
        pytest.param(
            {"provident_fund_monthly": "100", "monthly_income": "20000"}, {"fund.too_small"}, id="small fund"
        ),
        pytest.param(
            {"provident_fund_city": "上海", "employer_city": "北京"}, {"fund.other_city"}, id="other city"
        ),
        pytest.param(
            {"contact_mobile_tail": "1234", "mobile_tail": "1234"}, {"contact.own_number"}, id="own contact"
        ),
        pytest.param(
            {"requested_limit": "200000", "monthly_income": "10000"}, {"limit.far_above_income"}, id="greedy"
        ),
        pytest.param({"apply_channel": "中介"}, {"channel.agent"}, id="agent"),
        pytest.param({"employer": "诚信代办服务部"}, {"employer.blocked"}, id="blocked employer"),
        pytest.param({"age": "none of your business"}, set(), id="unreadable is unknown"),
    ],
)
def test_facts(rules: RuleSet, facts: dict[str, str], fired: set[str]) -> None:
    (hits,) = rules.evaluate([row_of(applicant(**facts), None)])
    assert {rule.id for rule in hits} == fired


def test_a_number_abroad(rules: RuleSet) -> None:
    people = [
        applicant().model_copy(update={"phone": phone}) for phone in ("+447700900123", "+8613800000000")
    ]
    fired = rules.evaluate([row_of(person, None) for person in people])
    assert [[rule.id for rule in hits] for hits in fired] == [["phone.abroad"], []]


def test_the_verdict_is_columns_too(rules: RuleSet) -> None:
    grades = [Grade.MISMATCH] * 3 + [Grade.DONT_KNOW] * 2 + [Grade.MATCH] * 2
    hit = VoiceHit(entry="w", llr=5, score=0.9, expected_false_alarms=1)
    verdict = CallVerdict(
        call=uuid4(),
        application="a",
        outcome=CallOutcome.COMPLETED,
        recommendation=Recommendation.REFER_FRAUD,
        beliefs={Hypothesis.GENUINE: 0.1, Hypothesis.IMPOSTOR: 0.8, Hypothesis.COACHED: 0.1},
        answers=tuple(AnswerEvidence(question="q.q", grade=g, started_ms=0, ended_ms=0) for g in grades),
        voice=VoiceResult(searched=True, hits=(hit,)),
        started_at=datetime(2026, 11, 1, tzinfo=UTC),
        versions=RunVersions(shengwen="0"),
    )
    row = row_of(applicant(), verdict)
    (hits,) = rules.evaluate([row])
    assert {rule.id for rule in hits} == {"call.watchlist", "call.facts_wrong", "call.not_genuine"}
    assert row_of(applicant(), None)["watchlist_hits"] is None


def test_rows_are_told_apart_in_one_batch(rules: RuleSet) -> None:
    people = [applicant(age="17"), applicant(age="40"), applicant(age="80")]
    fired = rules.evaluate([row_of(person, None) for person in people])
    assert [[rule.id for rule in hits] for hits in fired] == [["age.too_young"], [], ["age.too_old"]]
    assert rules.evaluate([]) == []


def test_the_age_is_of_the_day_of_application() -> None:
    assert row_of(applicant(birth_date="2008-11-02"), None)["age"] == 17.0
    assert row_of(applicant(birth_date="2008-11-01"), None)["age"] == 18.0
    assert row_of(applicant(birth_date="2008-11-01"), None)["birth_date"] == date(2008, 11, 1)


GOOD = """
version: "1"
rules:
  - {id: a.one, when: "age < 18", result: decline, reason: age_below_18}
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "age < 18", "ages < 18", "rules[0].when: rule a.one: unable to find", id="unknown column"
        ),
        pytest.param("age < 18", "age <", "rules[0].when: rule a.one: unable to parse", id="not SQL"),
        pytest.param(
            "age < 18", "age + 18", "rules[0].when: rule a.one: gives Float64", id="not a condition"
        ),
        pytest.param("decline", "approve", "rules[0].result: must be", id="rules do not approve"),
        pytest.param(", reason: age_below_18", "", "rules[0].reason: is missing", id="no reason"),
    ],
)
def test_a_broken_file_names_file_and_rule(tmp_path: Path, old: str, new: str, expected: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(DocumentError) as refused:
        load_rules(tmp_path)
    assert str(refused.value).startswith(f"{path}: {expected}")


def test_the_real_set_is_a_set(rules: RuleSet) -> None:
    assert len(rules.rules) >= 15
    assert len({rule.reason for rule in rules.rules}) == len(rules.rules)
    assert set(COLUMNS) >= {"age", "p_genuine", "watchlist_hits"}
