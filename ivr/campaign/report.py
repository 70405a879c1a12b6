"""What came of a file of applications."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from rich.table import Table

from decision_hook.contract import Application, CallVerdict, CreditDecision, DecisionResult
from ivr.campaign.csv_file import BadRow
from ivr.campaign.rules import CallWindow
from ivr.inference.admission import HeldBack

if TYPE_CHECKING:
    from decision_hook.store import CallRow


class Results(Protocol):
    """What is stored of applications and their calls. Blocks."""

    def decision(self, application: str) -> CreditDecision | None: ...

    def calls_of(self, application: str) -> "list[CallRow]":
        """Newest first."""
        ...

    def verdict(self, attempt: UUID) -> CallVerdict | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One application: how risky, what was decided, which calls were made."""

    application: str
    risk: float
    decision: CreditDecision | None  # None: not taken in to the end
    verdicts: tuple[CallVerdict, ...]  # of ended calls, oldest first
    waits_until: datetime | None  # None: decided, or interrupted

    @property
    def decided(self) -> bool:
        return self.decision is not None and self.decision.result is not DecisionResult.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An application that was not taken in."""

    application: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    rows: tuple[Row, ...]
    refused: tuple[Refused, ...]
    bad_rows: tuple[BadRow, ...]
    unstored: int  # calls that could not be stored
    held_back: HeldBack  # calls that had to wait because the machine was overloaded

    @property
    def decided(self) -> int:
        return sum(row.decided for row in self.rows)

    @property
    def waiting(self) -> tuple[Row, ...]:
        """Those who may be called later, soonest first."""
        return tuple(
            sorted(
                (row for row in self.rows if row.waits_until is not None),
                key=lambda row: (row.waits_until, row.application),
            )
        )

    def as_json(self) -> dict[str, object]:
        return {
            "applications": [_as_json(row) for row in self.rows],
            "decided": self.decided,
            "waiting": len(self.waiting),
            "of": len(self.rows),
            "refused": [{"application": one.application, "problem": one.problem} for one in self.refused],
            "bad_rows": [{"line": row.line, "problem": row.problem} for row in self.bad_rows],
            "unstored_calls": self.unstored,
            "held_back": {"times": self.held_back.times, "seconds": round(self.held_back.seconds, 1)},
        }


def rows_of(
    applications: Iterable[Application],
    results: Results,
    *,
    risks: Mapping[str, float],
    waits: Mapping[str, datetime],
) -> tuple[Row, ...]:
    """Reads what is stored of each. `risks`, `waits`: by application id. Blocks."""
    rows = []
    for application in applications:
        name = application.id
        calls = reversed(results.calls_of(name))
        verdicts = (results.verdict(call.attempt) for call in calls)
        rows.append(
            Row(
                application=name,
                risk=risks[name],
                decision=results.decision(name),
                verdicts=tuple(verdict for verdict in verdicts if verdict is not None),
                waits_until=waits.get(name),
            )
        )
    return tuple(rows)


def report_table(report: Report, window: CallWindow) -> Table:
    """The last call of each, and what was decided. Hours are those of the people called."""
    table = Table(title="What came of it")
    for title in ("application", "risk", "calls", "outcome", "recommendation", "decision", "why"):
        table.add_column(title, overflow="fold", justify="right" if title in ("risk", "calls") else "left")
    for row in report.rows:
        last = row.verdicts[-1] if row.verdicts else None
        table.add_row(
            row.application,
            f"{row.risk:.2f}",
            str(len(row.verdicts)) if row.verdicts else "–",
            "–" if last is None else last.outcome.value,
            "–" if last is None else last.recommendation.value,
            _decision(row, window),
            "–" if row.decision is None else ", ".join(row.decision.reasons) or "–",
        )
    return table


def _decision(row: Row, window: CallWindow) -> str:
    if row.waits_until is not None:
        return f"waits until {row.waits_until.astimezone(window.zone):%d %b %H:%M}"
    if row.decision is None:
        return "–"
    limit = "" if row.decision.limit is None else f" {row.decision.limit:,}"
    return row.decision.result.value + limit


def _as_json(row: Row) -> dict[str, object]:
    return {
        "application": row.application,
        "risk_score": round(row.risk, 4),
        "decision": None if row.decision is None else row.decision.model_dump(mode="json"),
        "calls": [
            {
                "call": str(verdict.call),
                "outcome": verdict.outcome.value,
                "recommendation": verdict.recommendation.value,
                "reasons": [reason.value for reason in verdict.reasons],
                "answers": len(verdict.answers),
                "duration_s": verdict.duration_s,
            }
            for verdict in row.verdicts
        ],
        "waits_until": None if row.waits_until is None else row.waits_until.isoformat(),
    }
