"""Questions that rest because the leak alarm went off: also after a restart, until an editor lifts them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Engine

from config.database import UtcDateTime, metadata, reading

WHY_CHARACTERS = 300

leaked_table = sa.Table(
    "leaked_question",
    metadata,
    sa.Column("question", sa.String(200), primary_key=True),
    sa.Column("since", UtcDateTime(), nullable=False),
    sa.Column("why", sa.String(WHY_CHARACTERS), nullable=False),
    sa.Column("lifted_at", UtcDateTime()),  # NULL: it rests
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakedRow:
    """One question's last alarm."""

    question: str
    since: datetime
    why: str
    lifted_at: datetime | None  # None: it rests


class LeakedQuestions:
    """Reads and writes them. Thread-safe; every method blocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def leaked(self) -> list[LeakedRow]:
        """The newest first; lifted ones too, as the alarm looks only at what was answered since."""
        columns = leaked_table.c
        statement = sa.select(columns.question, columns.since, columns.why, columns.lifted_at)
        with reading(self._engine) as connection:
            rows = connection.execute(statement.order_by(columns.since.desc(), columns.question))
            return [LeakedRow(question=row[0], since=row[1], why=row[2], lifted_at=row[3]) for row in rows]

    def rest(self, question: str, why: str, at: datetime) -> None:
        """From now on it rests. Again after it was lifted: the new alarm replaces the old one."""
        values = {"since": at, "why": why[:WHY_CHARACTERS], "lifted_at": None}
        same = leaked_table.c.question == question
        with self._engine.begin() as connection:
            if connection.execute(leaked_table.update().where(same).values(values)).rowcount == 0:
                connection.execute(leaked_table.insert().values(question=question, **values))

    def lift(self, question: str, at: datetime) -> bool:
        """It may be asked again, after its words were changed. False: it does not rest."""
        columns = leaked_table.c
        resting = sa.and_(columns.question == question, columns.lifted_at.is_(None))
        statement = leaked_table.update().where(resting).values(lifted_at=at)
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount > 0
