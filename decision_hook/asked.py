"""Which questions stored calls put, to whom: for exposure, leaks and sparing people the same again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Engine

from config.database import reading
from decision_hook.contract import Grade
from decision_hook.store import answer_table, application_table, call_table


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRow:
    """One answer, without what was said."""

    attempt: UUID
    placed_at: datetime  # of the call
    question: str
    fact_key: str | None  # None: not about a fact on file
    grade: Grade
    latency_ms: int | None


class AskedQuestions:
    """Reads the stored calls. Thread-safe; every method blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def asked_lately(self, calls: int) -> list[AskedRow]:
        """Every answer of the newest `calls` conversations, oldest first."""
        newest = (
            sa.select(call_table.c.attempt, call_table.c.placed_at)
            .where(call_table.c.attempt.in_(sa.select(answer_table.c.attempt)))
            .order_by(call_table.c.placed_at.desc())
            .limit(calls)
            .subquery()
        )
        body = answer_table.c.body
        statement = (
            sa.select(
                answer_table.c.attempt,
                newest.c.placed_at,
                body["question"].as_string(),
                body["fact_key"].as_string(),
                body["grade"].as_string(),
                body["latency_ms"].as_integer(),
            )
            .join(newest, newest.c.attempt == answer_table.c.attempt)
            .order_by(newest.c.placed_at, answer_table.c.attempt, answer_table.c.number)
        )
        with reading(self._engine) as connection:
            return [
                AskedRow(
                    attempt=row[0],
                    placed_at=row[1],
                    question=row[2],
                    fact_key=row[3],
                    grade=Grade(row[4]),
                    latency_ms=row[5],
                )
                for row in connection.execute(statement)
            ]

    def asked_of(
        self, numbers: Collection[str], identity: Mapping[str, str], since: datetime
    ) -> frozenset[str]:
        """Questions put since then to any of these numbers, as they stand in the applications, or to whoever
        has all the values of `identity`, by fact key; {}: nobody."""
        same: ColumnElement[bool] = application_table.c.phone.in_(numbers)
        if identity:
            facts = application_table.c.body["facts"]
            by_facts = (facts[(key, "value")].as_string() == value for key, value in identity.items())
            same = sa.or_(same, sa.and_(*by_facts))
        statement = (
            sa.select(answer_table.c.body["question"].as_string())
            .join(call_table, call_table.c.attempt == answer_table.c.attempt)
            .join(application_table, application_table.c.id == call_table.c.application)
            .where(same, call_table.c.placed_at >= since)
        )
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(statement))
