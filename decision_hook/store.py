"""The tables of this room: applications, calls with their answers and verdicts, credit decisions.

An attempt is written before it is dialled and closed when it ended, so that a crash leaves a row without
an outcome: it is reconciled on the next start, never redialled blindly. Everything here blocks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Engine

from config.database import UtcDateTime, metadata, reading
from decision_hook.contract import (
    AnswerEvidence,
    Application,
    CallOutcome,
    CallVerdict,
    CreditDecision,
    DecisionResult,
    Reason,
    Recommendation,
    RunVersions,
)

application_table = sa.Table(
    "application",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("phone", sa.String(16), nullable=False),
    sa.Column("received_at", UtcDateTime(), nullable=False),
    sa.Column("risk_score", sa.Float()),  # NULL: not scored yet
    sa.Column("body", sa.JSON(), nullable=False),  # the Application as received
    sa.Index("ix_application_phone", "phone"),
)

call_table = sa.Table(
    "call",
    metadata,
    sa.Column("attempt", sa.Uuid(), primary_key=True),
    sa.Column("application", sa.String(64), sa.ForeignKey("application.id"), nullable=False),
    sa.Column("placed_at", UtcDateTime(), nullable=False),
    sa.Column("ended_at", UtcDateTime()),  # NULL: running, or lost in a crash
    sa.Column("outcome", sa.String(24)),
    sa.Column("recommendation", sa.String(16)),
    sa.Column("verdict", sa.JSON()),
    sa.Index("ix_call_application", "application"),
    sa.Index("ix_call_ended_at", "ended_at"),
)

answer_table = sa.Table(
    "answer",
    metadata,
    sa.Column("attempt", sa.Uuid(), sa.ForeignKey("call.attempt"), primary_key=True),
    sa.Column("number", sa.Integer(), primary_key=True),  # 0, 1, 2 … in the order understood
    sa.Column("body", sa.JSON(), nullable=False),
)

decision_table = sa.Table(
    "decision",
    metadata,
    sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
    sa.Column("application", sa.String(64), sa.ForeignKey("application.id"), nullable=False),
    sa.Column("attempt", sa.Uuid()),  # NULL: decided without a call
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("result", sa.String(16), nullable=False),
    sa.Column("limit", sa.Integer()),
    sa.Column("body", sa.JSON(), nullable=False),
    sa.Index("ix_decision_application", "application"),
)

_QUEUED = sa.select(decision_table.c.application).where(
    decision_table.c.result == DecisionResult.PENDING.value, decision_table.c.attempt.is_(None)
)

_NEWEST = (
    sa.select(decision_table.c.application, sa.func.max(decision_table.c.id).label("id"))
    .group_by(decision_table.c.application)
    .subquery()
)
_NAME = application_table.c.body[("facts", "full_name", "value")].as_string().label("name")
_CALLS = (
    sa.select(
        call_table.c.attempt,
        call_table.c.application,
        call_table.c.placed_at,
        call_table.c.ended_at,
        call_table.c.outcome,
        call_table.c.recommendation,
        call_table.c.verdict["reasons"].as_json().label("reasons"),
        call_table.c.verdict["duration_s"].as_float().label("duration_s"),
        decision_table.c.result,
        decision_table.c.limit,
        _NAME,
    )
    .join(application_table, application_table.c.id == call_table.c.application)
    .outerjoin(_NEWEST, _NEWEST.c.application == call_table.c.application)
    .outerjoin(decision_table, decision_table.c.id == _NEWEST.c.id)
    .order_by(call_table.c.placed_at.desc(), call_table.c.attempt)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One attempt as lists show it."""

    attempt: UUID
    application: str
    placed_at: datetime
    ended_at: datetime | None
    outcome: CallOutcome | None  # None: running, or lost in a crash
    recommendation: Recommendation | None
    decision: DecisionResult | None  # the newest of the application, whatever call it followed
    limit: int | None
    name: str  # the applicant's; "": not on file
    reasons: tuple[str, ...]  # of the verdict
    duration_s: float  # of the conversation; 0: none


@dataclass(frozen=True, slots=True, kw_only=True)
class UncalledRow:
    """An application for which no call was made, or not yet."""

    application: str
    name: str  # "": not on file
    at: datetime
    decision: CreditDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whom an attempt was for."""

    application: str
    name: str  # the applicant's; "": not on file
    phone: str


class HookStore:
    """Reads and writes this room's tables. Thread-safe; every method blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save_application(self, application: Application, received_at: datetime) -> bool:
        """Stores an application. False if its id is there already; then nothing changes."""
        with self._engine.begin() as connection:
            known = connection.execute(
                sa.select(application_table.c.id).where(application_table.c.id == application.id)
            ).first()
            if known is not None:
                return False
            connection.execute(
                application_table.insert().values(
                    id=application.id,
                    phone=application.phone,
                    received_at=received_at,
                    risk_score=application.risk_score,
                    body=application.model_dump(mode="json"),
                )
            )
        return True

    def application(self, identifier: str) -> Application | None:
        with reading(self._engine) as connection:
            row = connection.execute(
                sa.select(application_table.c.body).where(application_table.c.id == identifier)
            ).first()
        return None if row is None else Application.model_validate(row.body)

    def queue(self, application: str, decision: CreditDecision, at: datetime) -> None:
        """Puts an application on the call list: a PENDING decision without an attempt. Idempotent."""
        if decision.result is not DecisionResult.PENDING:
            raise ValueError("only a PENDING decision waits for a call")
        with self._engine.begin() as connection:
            if connection.execute(_QUEUED.where(decision_table.c.application == application)).first() is None:
                connection.execute(
                    decision_table.insert().values(**_decision_values(application, None, decision, at))
                )

    def queued(self) -> list[Application]:
        """Applications on the call list that are not decided, oldest first: an interrupted run goes on."""
        final = sa.select(decision_table.c.application).where(
            decision_table.c.result != DecisionResult.PENDING.value
        )
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(application_table.c.body)
                .where(application_table.c.id.in_(_QUEUED), application_table.c.id.not_in(final))
                .order_by(application_table.c.received_at, application_table.c.id)
            ).all()
        return [Application.model_validate(row.body) for row in rows]

    def begin_call(self, attempt: UUID, application: str, placed_at: datetime) -> None:
        """Written before anything is dialled. An attempt that exists is an error: never dial twice."""
        with self._engine.begin() as connection:
            connection.execute(
                call_table.insert().values(attempt=attempt, application=application, placed_at=placed_at)
            )

    def save_answer(self, attempt: UUID, number: int, answer: AnswerEvidence) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                answer_table.insert().values(
                    attempt=attempt, number=number, body=answer.model_dump(mode="json")
                )
            )

    def end_call(self, verdict: CallVerdict, ended_at: datetime) -> None:
        """Closes an attempt; with a decision in the verdict, stores that too, in one transaction."""
        with self._engine.begin() as connection:
            connection.execute(
                call_table.update()
                .where(call_table.c.attempt == verdict.call)
                .values(**_ended_values(verdict, ended_at))
            )
            if verdict.decision is not None:
                connection.execute(
                    decision_table.insert().values(
                        **_decision_values(verdict.application, verdict.call, verdict.decision, ended_at)
                    )
                )

    def save_decision(self, application: str, decision: CreditDecision, at: datetime) -> None:
        """A decision without a call."""
        with self._engine.begin() as connection:
            connection.execute(
                decision_table.insert().values(**_decision_values(application, None, decision, at))
            )

    def decision(self, application: str) -> CreditDecision | None:
        """The newest decision."""
        with reading(self._engine) as connection:
            row = connection.execute(
                sa.select(decision_table.c.body)
                .where(decision_table.c.application == application)
                .order_by(decision_table.c.id.desc())
                .limit(1)
            ).first()
        return None if row is None else CreditDecision.model_validate(row.body)

    def verdict(self, attempt: UUID) -> CallVerdict | None:
        with reading(self._engine) as connection:
            row = connection.execute(
                sa.select(call_table.c.verdict).where(call_table.c.attempt == attempt)
            ).first()
        return None if row is None or row.verdict is None else CallVerdict.model_validate(row.verdict)

    def concluded(self) -> Iterator[tuple[CallVerdict, Application]]:
        """Every conversation with a verdict and what it was about, oldest first."""
        statement = (
            sa.select(call_table.c.verdict, application_table.c.body)
            .join(application_table, application_table.c.id == call_table.c.application)
            .where(call_table.c.verdict.is_not(None))
            .order_by(call_table.c.placed_at, call_table.c.attempt)
        )
        with reading(self._engine) as connection:
            for row in connection.execute(statement):
                yield CallVerdict.model_validate(row.verdict), Application.model_validate(row.body)

    def answers(self, attempt: UUID) -> list[AnswerEvidence]:
        """The answers understood so far, also of a call that is running or was lost."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(answer_table.c.body)
                .where(answer_table.c.attempt == attempt)
                .order_by(answer_table.c.number)
            ).all()
        return [AnswerEvidence.model_validate(row.body) for row in rows]

    def calls(self, *, limit: int = 100, offset: int = 0) -> list[CallRow]:
        """Newest first."""
        return self._rows(_CALLS.limit(limit).offset(offset))

    def calls_of(self, application: str) -> list[CallRow]:
        """All attempts for one application, newest first."""
        return self._rows(_CALLS.where(call_table.c.application == application))

    def callers(self) -> dict[UUID, Caller]:
        """Whom each attempt was for."""
        statement = sa.select(
            call_table.c.attempt, call_table.c.application, application_table.c.phone, _NAME
        ).join(application_table, application_table.c.id == call_table.c.application)
        with reading(self._engine) as connection:
            return {
                row.attempt: Caller(application=row.application, name=row.name or "", phone=row.phone)
                for row in connection.execute(statement)
            }

    def earlier_calls(self, attempt: UUID) -> list[UUID]:
        """Attempts at the same number before this one, newest first; [] if it is not on file."""
        this = (
            sa.select(application_table.c.phone, call_table.c.placed_at)
            .join(application_table, application_table.c.id == call_table.c.application)
            .where(call_table.c.attempt == attempt)
            .subquery()
        )
        statement = (
            sa.select(call_table.c.attempt)
            .join(application_table, application_table.c.id == call_table.c.application)
            .join(this, this.c.phone == application_table.c.phone)
            .where(call_table.c.placed_at < this.c.placed_at)
            .order_by(call_table.c.placed_at.desc(), call_table.c.attempt)
        )
        with reading(self._engine) as connection:
            return list(connection.execute(statement).scalars())

    def uncalled(self, *, limit: int = 100) -> list[UncalledRow]:
        """Applications that were decided, or wait, without any call; newest first."""
        newest = (
            sa.select(sa.func.max(decision_table.c.id))
            .where(decision_table.c.application.not_in(sa.select(call_table.c.application)))
            .group_by(decision_table.c.application)
        )
        statement = (
            sa.select(decision_table.c.application, decision_table.c.at, decision_table.c.body, _NAME)
            .join(application_table, application_table.c.id == decision_table.c.application)
            .where(decision_table.c.id.in_(newest))
            .order_by(decision_table.c.id.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(statement).all()
        return [
            UncalledRow(
                application=row.application,
                name=row.name or "",
                at=row.at,
                decision=CreditDecision.model_validate(row.body),
            )
            for row in rows
        ]

    def open_calls(self) -> Sequence[UUID]:
        """Attempts without an end: running ones, or lost in a crash."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                sa.select(call_table.c.attempt).where(call_table.c.ended_at.is_(None))
            ).all()
        return [row.attempt for row in rows]

    def close_lost(self, at: datetime, versions: RunVersions) -> int:
        """Attempts that a crash left open end as line_failed, with every answer understood until then.

        They count against the caps like others. Returns how many. Only for whoever alone makes calls.
        """
        with self._engine.begin() as connection:
            lost = connection.execute(sa.select(call_table).where(call_table.c.ended_at.is_(None))).all()
            for row in lost:
                answers = connection.execute(
                    sa.select(answer_table.c.body)
                    .where(answer_table.c.attempt == row.attempt)
                    .order_by(answer_table.c.number)
                ).all()
                verdict = CallVerdict(
                    call=row.attempt,
                    application=row.application,
                    outcome=CallOutcome.LINE_FAILED,
                    recommendation=Recommendation.CALL_AGAIN,
                    reasons=(Reason.NOT_REACHED,),
                    answers=tuple(AnswerEvidence.model_validate(answer.body) for answer in answers),
                    started_at=row.placed_at,
                    versions=versions,
                )
                connection.execute(
                    call_table.update()
                    .where(call_table.c.attempt == row.attempt)
                    .values(**_ended_values(verdict, at))
                )
        return len(lost)

    def _rows(self, statement: sa.Select[Any]) -> list[CallRow]:
        with reading(self._engine) as connection:
            rows = connection.execute(statement).all()
        return [
            CallRow(
                attempt=row.attempt,
                application=row.application,
                placed_at=row.placed_at,
                ended_at=row.ended_at,
                outcome=None if row.outcome is None else CallOutcome(row.outcome),
                recommendation=None if row.recommendation is None else Recommendation(row.recommendation),
                decision=None if row.result is None else DecisionResult(row.result),
                limit=row.limit,
                name=row.name or "",
                reasons=tuple(row.reasons or ()),
                duration_s=row.duration_s or 0.0,
            )
            for row in rows
        ]


def _ended_values(verdict: CallVerdict, at: datetime) -> dict[str, object]:
    return {
        "ended_at": at,
        "outcome": verdict.outcome.value,
        "recommendation": verdict.recommendation.value,
        "verdict": verdict.model_dump(mode="json"),
    }


def _decision_values(
    application: str, attempt: UUID | None, decision: CreditDecision, at: datetime
) -> dict[str, object]:
    return {
        "application": application,
        "attempt": attempt,
        "at": at,
        "result": decision.result.value,
        "limit": decision.limit,
        "body": decision.model_dump(mode="json"),
    }
