"""Budgets against guessing: nobody may try as often as he likes. Pure; the counts come from outside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """By what somebody is known again."""

    PERSON = "person"  # the identity applied with
    NUMBER = "number"  # the telephone called
    DEVICE = "device"  # what the form was filled in on, if the application names it
    VOICE = "voice"  # known only once the caller has spoken, and with consent: counts against the verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Conversations in which facts were asked, within the budgets' days."""

    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """How many conversations each may have. Afterwards a person decides."""

    days: int = 30
    calls: Mapping[Kind, int] = field(
        # families share a device; encoders take some strangers for one voice
        default_factory=lambda: {Kind.PERSON: 3, Kind.NUMBER: 3, Kind.DEVICE: 5, Kind.VOICE: 5}
    )

    def since(self, now: datetime) -> datetime:
        return now - timedelta(days=self.days)


class Ledger(Protocol):
    """Who was asked how often. Blocks."""

    def seen(self, by: Mapping[Kind, str], since: datetime) -> Mapping[Kind, Seen]:
        """Conversations since then, for every key given. A kind without a key is left out."""
        ...


def spent(seen: Mapping[Kind, Seen], budgets: Budgets) -> Kind | None:
    """The first kind whose budget is used up; None: another conversation may be held."""
    return next(
        (kind for kind in Kind if kind in seen and seen[kind].calls >= budgets.calls.get(kind, 1)), None
    )
