"""The tables of the campaign: numbers that must not be called. The queue is the open applications."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Engine

from config.database import UtcDateTime, metadata, reading
from decision_hook.contract import CallOutcome
from decision_hook.store import application_table, call_table
from ivr.campaign.rules import PastAttempt

do_not_call_table = sa.Table(
    "do_not_call",
    metadata,
    sa.Column("phone", sa.String(16), primary_key=True),
    sa.Column("since", UtcDateTime(), nullable=False),
    sa.Column("reason", sa.String(200), nullable=False),
)


class CampaignStore:
    """Reads and writes what decides whether a number may be dialled. Thread-safe; blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def past_attempts(self, phone: str) -> list[PastAttempt]:
        """Every attempt to this number, whatever application it was for: caps belong to people."""
        statement = (
            sa.select(call_table.c.placed_at, call_table.c.outcome)
            .join(application_table, application_table.c.id == call_table.c.application)
            .where(application_table.c.phone == phone)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(statement).all()
        return [
            PastAttempt(
                placed_at=row.placed_at, outcome=None if row.outcome is None else CallOutcome(row.outcome)
            )
            for row in rows
        ]

    def is_blocked(self, phone: str) -> bool:
        with reading(self._engine) as connection:
            return (
                connection.execute(
                    sa.select(do_not_call_table.c.phone).where(do_not_call_table.c.phone == phone)
                ).first()
                is not None
            )

    def block(self, phones: Iterable[str], reason: str, since: datetime) -> int:
        """Adds numbers to the do-not-call list; those on it stay as they are. Returns how many are new."""
        added = 0
        with self._engine.begin() as connection:
            for phone in phones:
                known = connection.execute(
                    sa.select(do_not_call_table.c.phone).where(do_not_call_table.c.phone == phone)
                ).first()
                if known is None:
                    connection.execute(
                        do_not_call_table.insert().values(phone=phone, reason=reason, since=since)
                    )
                    added += 1
        return added

    def close_lost(self, at: datetime) -> int:
        """Attempts that a crash left open become line_failed, so that the caps count them. How many."""
        with self._engine.begin() as connection:
            closed = connection.execute(
                call_table.update()
                .where(call_table.c.ended_at.is_(None))
                .values(ended_at=at, outcome=CallOutcome.LINE_FAILED.value)
            )
        return closed.rowcount
