"""Counts conversations by person, number and device, for the budgets against guessing."""

import json
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
_ASKED_ABOUT_FACTS = sa.exists().where(
    answer_table.c.attempt == call_table.c.attempt,
    answer_table.c.body["fact_key"].as_string().is_not(None),
)
_COUNTED = (
    sa.select(sa.func.count())
    .select_from(call_table)
    .join(application_table, application_table.c.id == call_table.c.application)
    .where(_ASKED_ABOUT_FACTS)
)


class GuessLedger:
    """Implements question_bank.budget.Ledger over the stored calls. Thread-safe; blocks.

    Keys: for NUMBER the national number; for PERSON the values of IDENTITY, as a JSON list; for DEVICE what
    the application calls it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def seen(self, by: Mapping[Kind, str], since: datetime) -> Mapping[Kind, Seen]:
        found: dict[Kind, Seen] = {}
        with reading(self._engine) as connection:
            for kind, key in by.items():
                statement = _COUNTED.where(_same(kind, key), call_table.c.placed_at >= since)
                found[kind] = Seen(calls=connection.scalar(statement) or 0)
        return found


def _same(kind: Kind, key: str) -> ColumnElement[bool]:
    if kind is Kind.NUMBER:
        return application_table.c.phone.in_(spellings(key))
    if kind is Kind.DEVICE:
        device: ColumnElement[bool] = application_table.c.body["device"].as_string() == key
        return device
    facts = application_table.c.body["facts"]
    pairs = zip(IDENTITY, json.loads(key), strict=True)
    return sa.and_(*(facts[(name, "value")].as_string() == value for name, value in pairs))


def known_by(application: Application) -> dict[Kind, str]:
    """The keys of an applicant: the number, and what else the application names."""
    keys = {Kind.NUMBER: national(application.phone)}
    if identity := identity_of(application):
        keys[Kind.PERSON] = json.dumps(list(identity.values()))
    if application.device is not None:
        keys[Kind.DEVICE] = application.device
    return keys


def identity_of(application: Application) -> dict[str, str]:
    """The values of IDENTITY; {}: not all of them are on file."""
    if not all(name in application.facts for name in IDENTITY):
        return {}
    return {name: application.facts[name].value for name in IDENTITY}


def guesses_used_up(application: Application, now: datetime, ledger: Ledger, budgets: Budgets) -> bool:
    """Whether this person, number or device was asked often enough lately. Blocks."""
    return spent(ledger.seen(known_by(application), budgets.since(now)), budgets) is not None
