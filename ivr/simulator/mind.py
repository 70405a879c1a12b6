"""What an applicant has in mind about one fact: lived, believed wrongly, learnt from a form, or nothing."""

import random
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from decision_hook.contract import Application, FactKind, FactSource, kind_of
from decision_hook.contract.application import FACT_KINDS
from decision_hook.contract.derived import age_on, star_sign_of, zodiac_of
from ivr.simulator.persona import Knowing, Memory, Persona, Unknown
from ivr.simulator.spoken import date_of
from ivr.simulator.values import invent


class Origin(StrEnum):
    """Where a recalled value comes from; it decides how it is said."""

    LIVED = "lived"  # own life
    LEARNT = "learnt"  # from a stolen form, or from a prompter
    INVENTED = "invented"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    value: str  # written as in an application
    kind: FactKind
    origin: Origin
    also: tuple[str, ...] = ()  # other names, of a true value only


class Mind:
    """The memory of one applicant in one call. The same seed remembers, errs and invents the same."""

    def __init__(self, application: Application, persona: Persona, seed: int) -> None:
        self._application = application
        self._persona = persona
        self._seed = seed

    @property
    def today(self) -> date:
        """The day ages are counted on: that of the application, else of the persona's own calendar."""
        applied = self._application.applied_at
        return applied.date() if applied else date(2026, 11, 1)

    def recall(self, key: str, asked: FactKind) -> Recalled | Unknown:
        """The value in mind, or what to do instead. `asked`: the kind of a fact that is not on file."""
        fact = self._application.facts.get(key)
        kind = kind_of(key, fact) if fact else FACT_KINDS.get(key, asked)
        stated = self._persona.knows.get(key)
        if stated is not None:
            return self._stated(key, kind, stated)
        sources = self._persona.knows_sources
        if fact is not None:
            if sources is None:
                return Recalled(value=fact.value, kind=kind, origin=Origin.LIVED, also=fact.also)
            if fact.source in sources:
                return Recalled(value=fact.value, kind=kind, origin=Origin.LEARNT, also=fact.also)
            return self._unknown(key, kind)
        if sources is None or FactSource.DERIVED in sources:
            derived = self._derived(key)
            if derived is not None:
                return Recalled(value=derived, kind=kind, origin=Origin.LIVED)
        if sources is None:  # not on file, but everybody has one
            own = invent(key, kind, self._rng("own", key))
            return Recalled(value=own, kind=kind, origin=Origin.LIVED)
        return self._unknown(key, kind)

    def prompted(self, key: str) -> Recalled | None:
        """What the second voice can whisper about a fact; None: nothing."""
        helper = self._persona.second_voice
        fact = self._application.facts.get(key)
        if helper is None or fact is None:
            return None
        if fact.source in helper.knows_sources or key in helper.knows_keys:
            return Recalled(value=fact.value, kind=kind_of(key, fact), origin=Origin.LEARNT, also=fact.also)
        return None

    def slip(self, key: str, kind: FactKind, value: str, attempt: int) -> str:
        """A wrong value said by mistake and corrected at once."""
        return invent(key, kind, self._rng("slip", key, attempt), other_than=value)

    def _stated(self, key: str, kind: FactKind, stated: Memory) -> Recalled | Unknown:
        fact = self._application.facts.get(key)
        match stated.how:
            case Knowing.TRUE:
                value = stated.value or (fact.value if fact else None) or self._derived(key)
                if value is None:
                    value = invent(key, kind, self._rng("own", key))
                also = fact.also if fact and value == fact.value else ()
                return Recalled(value=value, kind=kind, origin=Origin.LIVED, also=also)
            case Knowing.WRONG:
                true = fact.value if fact else None
                value = stated.value or invent(key, kind, self._rng("wrong", key), other_than=true)
                return Recalled(value=value, kind=kind, origin=Origin.LIVED)
            case Knowing.STOLEN:
                if fact is None or fact.source is not FactSource.FORM:
                    return self._unknown(key, kind)
                return Recalled(
                    value=stated.value or fact.value, kind=kind, origin=Origin.LEARNT, also=fact.also
                )

    def _unknown(self, key: str, kind: FactKind) -> Recalled | Unknown:
        rng = self._rng("unknown", key)
        reaction = rng.choice(self._persona.unknown)
        if reaction is Unknown.INVENT:
            return Recalled(value=invent(key, kind, rng), kind=kind, origin=Origin.INVENTED)
        return reaction

    def _derived(self, key: str) -> str | None:
        """What follows from other facts in mind."""
        if key == "mobile_tail":
            return self._application.phone[-4:]
        if key not in ("zodiac", "star_sign", "age"):
            return None
        born = self.recall("birth_date", FactKind.DATE)
        day = date_of(born.value) if isinstance(born, Recalled) else None
        if day is None:
            return None
        if key == "age":
            return str(age_on(day, self.today))
        return zodiac_of(day.year) if key == "zodiac" else star_sign_of(day)

    def _rng(self, *slot: object) -> random.Random:
        return random.Random(f"{self._seed}/{'/'.join(map(str, slot))}")
