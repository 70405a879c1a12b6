"""Counts conversations by person and number, for the budgets against guessing."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Engine

from config.database import reading
from decision_hook.contract import Application
from decision_hook.store import answer_table, application_table, call_table
from ivr.campaign.store import spellings
from ivr.dialler.numbers import national
from question_bank.budget import Budgets, Kind, Ledger, Seen, spent

# Who somebody claims to be: the identity card's end and the name. One alone is shared by too many.
IDENTITY = ("full_name", "id_tail")
# A conversation counts from the first answer about a fact on: before it nobody could guess anything.
_ASKED_ABOUT_FACTS = sa.select(answer_table.c.attempt).where(
    answer_table.c.body["fact_key"].as_string().is_not(None)
)
_COUNTED = (
    sa.select(sa.func.count())
    .select_from(call_table)
    .join(application_table, application_table.c.id == call_table.c.application)
    .where(call_table.c.attempt.in_(_ASKED_ABOUT_FACTS))
)


class GuessLedger:
    """Implements question_bank.budget.Ledger over the stored calls. Thread-safe; blocks.

    Keys: for NUMBER the national number; for PERSON the values of IDENTITY, joined by a line break. Devices
    and voices are not known here: applications carry no device, and voices belong to the voiceprint room.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def seen(self, by: Mapping[Kind, str], since: datetime) -> Mapping[Kind, Seen]:
        found: dict[Kind, Seen] = {}
        with reading(self._engine) as connection:
            for kind, key in by.items():
                if (same := _same(kind, key)) is not None:
                    statement = _COUNTED.where(same, call_table.c.placed_at >= since)
                    found[kind] = Seen(calls=connection.scalar(statement) or 0)
        return found


def _same(kind: Kind, key: str) -> ColumnElement[bool] | None:
    """None: this kind cannot be told from what is stored."""
    if kind is Kind.NUMBER:
        return application_table.c.phone.in_(spellings(key))
    if kind is Kind.PERSON:
        facts = application_table.c.body["facts"]
        pairs = zip(IDENTITY, key.split("\n"), strict=True)
        return sa.and_(*(facts[(name, "value")].as_string() == value for name, value in pairs))
    return None


def known_by(application: Application) -> dict[Kind, str]:
    """The keys of an applicant. Without name and identity card only the number."""
    keys = {Kind.NUMBER: national(application.phone)}
    if all(name in application.facts for name in IDENTITY):
        keys[Kind.PERSON] = "\n".join(application.facts[name].value for name in IDENTITY)
    return keys


def guesses_used_up(application: Application, now: datetime, ledger: Ledger, budgets: Budgets) -> bool:
    """Whether this person or number was asked often enough lately. Blocks."""
    return spent(ledger.seen(known_by(application), budgets.since(now)), budgets) is not None
