"""Decisions: who is telephoned, who is approved, and with how much."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.document import DocumentError
from decision_hook.contract import (
    Application,
    CallOutcome,
    CallVerdict,
    DecisionResult,
    Fact,
    FactSource,
    Reason,
    Recommendation,
    RunVersions,
)
from decision_hook.contract.application import FACT_KINDS
from decision_hook.credit_limit.card import score
from decision_hook.credit_limit.decide import (
    CreditPolicy,
    decide,
    load_credit_policy,
    must_call,
    risk_score,
)
from decision_hook.rules.columns import row_of

RULES = Path(__file__).parents[3] / "config" / "rules"
SETTLED = {
    "age": "38",
    "monthly_income": "15000",
    "employer_years": "9",
    "home_ownership": "自有",
    "education": "本科",
    "home_years": "8",
}
KNOWN = {"account_open_year": "2011", "provident_fund_monthly": "1800", "mortgage_bank": "建设银行"}


@pytest.fixture(scope="module")
def policy() -> CreditPolicy:
    return load_credit_policy(RULES, call_above=0.5)


def applicant(facts: dict[str, str], risk: float | None = None, product: str = "standard") -> Application:
    return Application(
        id="a",
        phone="13800000000",
        product=product,
        applied_at=datetime(2026, 11, 1, tzinfo=UTC),
        risk_score=risk,
        facts={key: Fact(value=value, source=FactSource.FORM) for key, value in facts.items()},
    )


def verdict(recommendation: Recommendation, *reasons: Reason) -> CallVerdict:
    return CallVerdict(
        call=uuid4(),
        application="a",
        outcome=CallOutcome.COMPLETED,
        recommendation=recommendation,
        reasons=reasons,
        started_at=datetime(2026, 11, 1, tzinfo=UTC),
        versions=RunVersions(shengwen="0"),
    )


def test_low_risk_is_approved_at_once_with_a_limit(policy: CreditPolicy) -> None:
    application = applicant(SETTLED | KNOWN)
    assert risk_score(application, policy) < 0.2
    decision = decide(application, None, policy)
    assert (decision.result, decision.limit) == (DecisionResult.APPROVE, 50_000)  # the product's most
    assert decision.rules == policy.version


def test_little_known_means_telephoned(policy: CreditPolicy) -> None:
    assert must_call(applicant({}), policy)
    assert decide(applicant({}), None, policy).result is DecisionResult.PENDING


@pytest.mark.parametrize(("risk", "called"), [(0.49, False), (0.5, True), (0.9, True), (0.0, False)])
def test_a_given_score_decides_who_is_telephoned(policy: CreditPolicy, risk: float, called: bool) -> None:
    assert must_call(applicant(SETTLED, risk), policy) is called


@pytest.mark.parametrize(
    ("given_verdict", "expected"),
    [
        (verdict(Recommendation.APPROVE), (DecisionResult.APPROVE, ())),
        (
            verdict(Recommendation.APPROVE, Reason.NO_VOICE_CONSENT),
            (DecisionResult.APPROVE, ("no_voice_consent",)),
        ),
        (verdict(Recommendation.REFER, Reason.UNDECIDED), (DecisionResult.REFER, ("undecided",))),
        (
            verdict(Recommendation.REFER_FRAUD, Reason.FACTS_MISMATCH),
            (DecisionResult.REFER, ("facts_mismatch",)),
        ),
        (verdict(Recommendation.CALL_AGAIN, Reason.HUNG_UP), (DecisionResult.PENDING, ("hung_up",))),
        (verdict(Recommendation.NONE), (DecisionResult.PENDING, ())),
    ],
)
def test_a_verdict_never_declines(
    policy: CreditPolicy, given_verdict: CallVerdict, expected: tuple[DecisionResult, tuple[str, ...]]
) -> None:
    decision = decide(applicant(SETTLED, 0.8), given_verdict, policy)
    assert (decision.result, decision.reasons) == expected
    assert (decision.limit is not None) is (decision.result is DecisionResult.APPROVE)


def test_rules_decline_before_anybody_is_telephoned(policy: CreditPolicy) -> None:
    decision = decide(applicant(SETTLED | {"age": "17"}, 0.9), None, policy)
    assert (decision.result, decision.reasons) == (DecisionResult.DECLINE, ("age_below_18",))


def test_rules_refer_what_the_call_approves(policy: CreditPolicy) -> None:
    decision = decide(
        applicant(SETTLED | {"apply_channel": "中介"}, 0.8), verdict(Recommendation.APPROVE), policy
    )
    assert (decision.result, decision.reasons) == (DecisionResult.REFER, ("applied_through_an_agent",))


@pytest.mark.parametrize(
    ("facts", "product", "limit"),
    [
        pytest.param(SETTLED, "gold", 60_000, id="four months' income"),
        pytest.param(SETTLED | {"requested_limit": "23500"}, "gold", 23_000, id="the wish, rounded down"),
        pytest.param({"age": "38"}, "standard", 5_000, id="income unknown is not income zero"),
        pytest.param(SETTLED, "unheard_of", 50_000, id="unknown product: the default's caps"),
        pytest.param({"annual_income": "120000", "age": "38"}, "standard", 20_000, id="by annual income"),
    ],
)
def test_limits(policy: CreditPolicy, facts: dict[str, str], product: str, limit: int) -> None:
    decision = decide(applicant(facts, 0.1, product), None, policy)
    assert decision.limit == limit


def test_too_little_for_the_product(policy: CreditPolicy) -> None:
    decision = decide(applicant({"monthly_income": "3000"}, 0.1, "platinum"), None, policy)
    assert (decision.result, decision.reasons) == (DecisionResult.DECLINE, ("limit_below_product",))


def test_the_score_explains_itself(policy: CreditPolicy) -> None:
    found = score(policy.card, row_of(applicant(SETTLED), None))
    assert found.total == policy.card.base + sum(part.points for part in found.contributions)
    assert {"monthly_income", "mortgage_monthly/monthly_income"} <= {
        part.attribute for part in found.contributions
    }


@given(st.dictionaries(st.sampled_from(sorted(FACT_KINDS)), st.text(min_size=1, max_size=12), max_size=20))
def test_any_facts_give_a_decision(policy: CreditPolicy, facts: dict[str, str]) -> None:
    usable = {key: value for key, value in facts.items() if value.strip()}
    application = applicant(usable)
    assert 0 < risk_score(application, policy) < 1
    assert decide(application, None, policy).result in DecisionResult
    after = decide(application, verdict(Recommendation.APPROVE), policy)
    assert (after.limit is not None) is (after.result is DecisionResult.APPROVE)


def test_all_problems_of_all_files_at_once(tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path / "rules")
    folder = tmp_path / "rules"
    for name, old, new in (
        ("_risk.yaml", "column: age\n", "column: ages\n"),
        ("_limits.yaml", "default_product: standard", "default_product: none"),
        ("exposure.yaml", "credit_card_count >= 8", "cards >= 8"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DocumentError) as refused:
        load_credit_policy(folder, call_above=0.5)
    assert {problem.file.name for problem in refused.value.problems} == {
        "_risk.yaml",
        "_limits.yaml",
        "exposure.yaml",
    }
