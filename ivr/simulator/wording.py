"""From a value in mind to the words of one applicant: form, sentence, correction, pauses, keys."""

import random
from datetime import date

from decision_hook.contract import FactKind
from ivr.simulator import phrases
from ivr.simulator.mind import Recalled
from ivr.simulator.numerals import number, year_forms
from ivr.simulator.persona import Persona
from ivr.simulator.reply import Say, Step, Wait
from ivr.simulator.spoken import asked_as, date_of, forms, sentences

PARTIAL_DATES = 0.06  # share of first answers that leave the day out


class Wording:
    """Chooses words. The same seed chooses the same words for the same fact."""

    def __init__(self, persona: Persona, seed: int) -> None:
        self._persona = persona
        self._seed = seed
        self._free_said: dict[str, str] = {}  # by question id: asked again, the same life is told
        self._free_used: dict[str, int] = {}  # by topic

    def bare(self, key: str, kind: FactKind, recalled: Recalled, today: date) -> str:
        """The value and nothing else, in its usual form."""
        value, said_kind = asked_as(recalled.value, recalled.kind, kind, today)
        return forms(key, said_kind, value, recalled.also)[0]

    def sentence(
        self, asked: str, key: str, kind: FactKind, recalled: Recalled, attempt: int, today: date
    ) -> str:
        """The value in a sentence of the persona's, or in a usual one. Asked again, it is put differently."""
        rng = random.Random(f"{self._seed}/words/{key}/{kind}")
        value, said_kind = asked_as(recalled.value, recalled.kind, kind, today)
        spoken = forms(key, said_kind, value, recalled.also)
        form = rng.choices(spoken, weights=[4, *([2] * (len(spoken) - 1))])[0]
        own = self._own(asked, key, said_kind)
        if own:
            template = own[(rng.randrange(len(own)) + attempt - 1) % len(own)]
        elif attempt > 1:
            form, template = spoken[0], phrases.AGAIN[(attempt - 2) % len(phrases.AGAIN)]
            if said_kind is FactKind.YES_NO:
                template = "{value}"
        else:
            usual = sentences(key, said_kind, form) if said_kind is recalled.kind else ("{value}",)
            template = rng.choice(usual)
            if said_kind is FactKind.DATE and rng.random() < PARTIAL_DATES and (day := date_of(value)):
                form = f"{year_forms(day.year)[0]}{number(day.month)}月"
        return _fill(template, form, value)

    def corrected(
        self,
        key: str,
        kind: FactKind,
        recalled: Recalled,
        slipped: str,
        text: str,
        rng: random.Random,
        today: date,
    ) -> str:
        """九八年，不对，九七年五月十七号"""
        wrong_value, said_kind = asked_as(slipped, recalled.kind, kind, today)
        wrong = forms(key, said_kind, wrong_value)[0]
        if said_kind is FactKind.DATE:
            wrong = wrong[: wrong.find("年") + 1]
        return wrong + rng.choice(phrases.CORRECTION) + text

    def free(self, asked: str, fact_keys: tuple[str, ...], *, vague: bool) -> str:
        """Talk that has no truth on file."""
        if asked in self._free_said:
            return self._free_said[asked]
        topic = (
            "vague"
            if vague
            else "warm_up"
            if asked.startswith("warmup.")
            else phrases.topic_of(asked, fact_keys)
        )
        tables = {"vague": phrases.VAGUE, "warm_up": phrases.WARM_UP, **phrases.FREE}
        table = self._persona.wording.get("free", tables[topic]) if not vague else phrases.VAGUE
        order = list(table)
        random.Random(f"{self._seed}/{self._persona.voice.name}/free/{topic}").shuffle(order)
        index = self._free_used.get(topic, 0)
        self._free_used[topic] = index + 1
        self._free_said[asked] = order[index % len(order)]
        return self._free_said[asked]

    def with_pauses(self, text: str, rng: random.Random) -> tuple[Step, ...]:
        """The text, perhaps with a silence at one of its commas or before its last part."""
        pauses = self._persona.pauses
        cut = text.find("，") + 1 or text.find("年") + 1
        if not 0 < cut < len(text) or rng.random() >= pauses.probability:
            return (Say(text=text),)
        ms = round(min(rng.lognormvariate(0, pauses.length_ms.sigma) * pauses.length_ms.median, 5_000))
        return Say(text=text[:cut]), Wait(ms=ms), Say(text=text[cut:])

    def keys(self, recalled: Recalled, kind: FactKind, today: date) -> str:
        """The value on the keypad, ended by # where its length varies; "" if it has no digits."""
        value, said_kind = asked_as(recalled.value, recalled.kind, kind, today)
        match said_kind:
            case FactKind.YES_NO:
                return "1" if value == "yes" else "2"
            case FactKind.DATE | FactKind.DIGITS | FactKind.YEAR:
                return "".join("*" if char in "Xx" else char for char in value if char in "0123456789Xx")
            case FactKind.AMOUNT | FactKind.COUNT | FactKind.MONTH if value.isdigit():
                return value + "#"
            case _:
                return ""

    def _own(self, asked: str, key: str, kind: FactKind) -> tuple[str, ...]:
        wording = self._persona.wording
        return wording.get(asked) or wording.get(key) or wording.get(kind.value) or ()


def _fill(template: str, form: str, value: str) -> str:
    day = date_of(value)
    parts = {
        "year": year_forms(day.year)[0] if day else form,
        "month": number(day.month) + "月" if day else form,
        "day": number(day.day) + "号" if day else form,
    }
    return template.format(value=form, **parts)
