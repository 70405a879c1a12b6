"""The credit decision."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class DecisionResult(StrEnum):
    APPROVE = "approve"
    REFER = "refer"
    DECLINE = "decline"
    PENDING = "pending"  # waits for a call


class CreditDecision(BaseModel):
    """Approve with a limit, refer, or decline, with reason codes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    result: DecisionResult
    limit: int | None = None  # yuan; None unless approved
    reasons: tuple[str, ...] = ()  # codes of rules that fired
    rules: str = ""  # version of the rule set
