"""The credit decision: risk decides who is telephoned, rules refuse or refer, a scorecard sets the limit."""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

from config.document import DocumentError, Problem, check, read_document
from decision_hook.contract import (
    Application,
    CallVerdict,
    CreditDecision,
    DecisionResult,
    Recommendation,
)
from decision_hook.credit_limit.card import CardFile, score
from decision_hook.credit_limit.limit import LimitsFile, grant
from decision_hook.rules.columns import row_of
from decision_hook.rules.ruleset import Rule, RuleSet, load_rules

RISK, SCORE, LIMITS = "_risk.yaml", "_scorecard.yaml", "_limits.yaml"
POINTS_PER_NAT = 20.0  # of the risk card: 20 points multiply the odds of fraud by e

# What a verdict makes of a decision, unless a rule refuses. A verdict never declines.
BY_VERDICT: dict[Recommendation, DecisionResult] = {
    Recommendation.APPROVE: DecisionResult.APPROVE,
    Recommendation.REFER: DecisionResult.REFER,
    Recommendation.REFER_FRAUD: DecisionResult.REFER,
    Recommendation.CALL_AGAIN: DecisionResult.PENDING,
    Recommendation.NONE: DecisionResult.PENDING,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CreditPolicy:
    """Everything a decision is made with. Never changes; safe to share between threads."""

    version: str
    rules: RuleSet
    risk: CardFile  # points of fraud risk
    card: CardFile  # points of credit standing
    limits: LimitsFile
    call_above: float  # risk score from which an applicant is telephoned


def load_credit_policy(folder: Path, *, call_above: float) -> CreditPolicy:
    """Reads rules, cards and limits. Raises DocumentError naming every problem of every file."""
    problems: list[Problem] = []
    try:
        rules = load_rules(folder)
    except DocumentError as exc:
        problems.extend(exc.problems)
    try:
        risk = check(read_document(folder / RISK), CardFile)
    except DocumentError as exc:
        problems.extend(exc.problems)
    try:
        card = check(read_document(folder / SCORE), CardFile)
    except DocumentError as exc:
        problems.extend(exc.problems)
    try:
        limits = check(read_document(folder / LIMITS), LimitsFile)
    except DocumentError as exc:
        problems.extend(exc.problems)
    if problems:
        raise DocumentError(problems)
    digest = hashlib.sha256(rules.version.encode())
    for name in (RISK, SCORE, LIMITS):
        digest.update((folder / name).read_bytes())
    return CreditPolicy(
        version=digest.hexdigest()[:12],
        rules=rules,
        risk=risk,
        card=card,
        limits=limits,
        call_above=call_above,
    )


def risk_score(application: Application, policy: CreditPolicy) -> float:
    """Fraud risk, 0 (safe) to 1: the earlier systems' score, else ours from the facts on file."""
    if application.risk_score is not None:
        return application.risk_score
    points = score(policy.risk, row_of(application, None)).total
    return 1 / (1 + math.exp(-points / POINTS_PER_NAT))


def must_call(application: Application, policy: CreditPolicy) -> bool:
    """Whether this applicant is telephoned before anything is decided."""
    return risk_score(application, policy) >= policy.call_above


def decide(application: Application, verdict: CallVerdict | None, policy: CreditPolicy) -> CreditDecision:
    """The decision before a call (`verdict` None) or after it. Pure."""
    row = row_of(application, verdict)
    row["risk_score"] = risk_score(application, policy)
    fired = policy.rules.evaluate([row])[0]
    declined = [rule for rule in fired if rule.result is DecisionResult.DECLINE]
    if declined:
        return _decision(policy, DecisionResult.DECLINE, _codes(declined))
    if verdict is None and must_call(application, policy):
        return _decision(policy, DecisionResult.PENDING, ("call_first",))
    result = DecisionResult.APPROVE if verdict is None else BY_VERDICT[verdict.recommendation]
    reasons = () if verdict is None else tuple(reason.value for reason in verdict.reasons)
    if result is DecisionResult.APPROVE and fired:
        return _decision(policy, DecisionResult.REFER, (*_codes(fired), *reasons))
    if result is not DecisionResult.APPROVE:
        return _decision(policy, result, (*reasons, *_codes(fired)))
    limit = grant(policy.limits, score(policy.card, row).total, row)
    if limit.yuan is None:
        return _decision(policy, DecisionResult.DECLINE, (limit.reason, *reasons))
    return CreditDecision(
        result=DecisionResult.APPROVE, limit=limit.yuan, reasons=reasons, rules=policy.version
    )


def _codes(rules: tuple[Rule, ...] | list[Rule]) -> tuple[str, ...]:
    return tuple(rule.reason for rule in rules)


def _decision(policy: CreditPolicy, result: DecisionResult, reasons: tuple[str, ...]) -> CreditDecision:
    return CreditDecision(result=result, reasons=tuple(dict.fromkeys(reasons)), rules=policy.version)
