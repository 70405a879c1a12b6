"""The tables of the campaign: numbers that must not be called. The queue is the open applications."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlalchemy import Engine

from config.database import UtcDateTime, metadata, reading
from decision_hook.contract import CallOutcome
from decision_hook.store import application_table, call_table
from ivr.campaign.rules import History, PastAttempt
from ivr.dialler.numbers import national

PHONES_AT_ONCE = 500  # per statement; SQLite takes 32,766 parameters, others fewer

do_not_call_table = sa.Table(
    "do_not_call",
    metadata,
    sa.Column("phone", sa.String(16), primary_key=True),
    sa.Column("since", UtcDateTime(), nullable=False),
    sa.Column("reason", sa.String(200), nullable=False),
)

_ATTEMPTS = sa.select(
    application_table.c.phone, call_table.c.application, call_table.c.placed_at, call_table.c.outcome
).join(application_table, application_table.c.id == call_table.c.application)
_BLOCKED = sa.select(do_not_call_table.c.phone)


class CampaignStore:
    """Reads and writes what decides whether a number may be dialled. Thread-safe; blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def histories(self, numbers: Collection[str]) -> dict[str, History]:
        """Of every one of these national numbers: all attempts, whatever for, and whether it is blocked."""
        attempts: dict[str, list[PastAttempt]] = {number: [] for number in numbers}
        blocked: set[str] = set()
        with reading(self._engine) as connection:
            for some in batched((way for number in attempts for way in spellings(number)), PHONES_AT_ONCE):
                for row in connection.execute(_ATTEMPTS.where(application_table.c.phone.in_(some))):
                    outcome = None if row.outcome is None else CallOutcome(row.outcome)
                    attempts[national(row.phone)].append(
                        PastAttempt(application=row.application, placed_at=row.placed_at, outcome=outcome)
                    )
                listed = connection.scalars(_BLOCKED.where(do_not_call_table.c.phone.in_(some)))
                blocked |= {national(phone) for phone in listed}
        return {
            number: History(attempts=tuple(past), blocked=number in blocked)
            for number, past in attempts.items()
        }

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


def spellings(number: str) -> tuple[str, str]:
    """How a national number may stand in an application."""
    return number, f"+86{number}"


def batched(values: Iterable[str], size: int) -> Iterator[list[str]]:
    """Lists of at most `size`: a statement takes only so many parameters."""
    left = iter(values)
    while some := list(islice(left, size)):
        yield some
