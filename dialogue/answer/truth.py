"""The fact on file in the shape a question asks for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from decision_hook.contract import FactKind, kind_of
from dialogue.answer.dates import SpokenDate
from dialogue.answer.fold import bare, simplified
from dialogue.answer.values import AskedQuestion

# The unit people name with a count, by the end of the fact's key.
_UNITS = {
    "household_size": "口",
    "team_size": "个",
    "years": "年",
    "age": "岁",
    "building": "栋",
    "children_count": "个",
    "card_count": "张",
    "account_count": "张",
    "property_count": "套",
    "_day": "号",
    "_size": "平",
    "_rooms": "间",
    "_floor": "楼",
}
_AGE = re.compile(r"多大|几岁|岁数|年龄|年纪|几年|多少年")
_YES = {"YES", "TRUE", "1", "是", "有", "Y"}
_NO = {"NO", "FALSE", "0", "否", "无", "没有", "不是", "N"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One fact, parsed for its kind. Only the field of that kind is set."""

    kind: FactKind
    texts: tuple[str, ...]  # the value and its other names, folded
    number: Fraction | None = None  # amounts and counts
    when: SpokenDate | None = None  # dates, years, months
    tolerance: Mapping[str, float] | None = None
    per: str = ""  # month, year: the period an amount is for
    unit: str = ""  # of a count
    options: tuple[str, ...] = ()  # decoys of the same kind
    choices: tuple[str, ...] = ()  # values named in the question, in the order spoken
    today: date

    def slack(self, name: str, default: float) -> float:
        """The question's tolerance, or the kind's own."""
        return (self.tolerance or {}).get(name, default)


def truth_of(asked: AskedQuestion, *, today: date) -> Truth | None:
    """The expected fact for this question, or None if there is none or its value does not fit the kind."""
    fact = asked.expected
    if fact is None or asked.kind is FactKind.FREE:
        return None
    texts = tuple(dict.fromkeys(simplified(t).strip() for t in (fact.value, *fact.also)))
    key = asked.question.fact_keys[0] if asked.question.fact_keys else ""
    number: Fraction | None = None
    when: SpokenDate | None = None
    match asked.kind:
        case FactKind.AMOUNT:
            number = _number(texts[0])
        case FactKind.COUNT:
            number = _count(texts[0], kind_of(key, fact), asked.asked, today)
        case FactKind.DATE | FactKind.YEAR | FactKind.MONTH:
            when = _for_kind(_date(texts[0]), asked.kind)
        case FactKind.YES_NO:
            folded = bare(texts[0]).upper()
            if folded not in _YES | _NO:
                return None
            texts = ("yes" if folded in _YES else "no",)
        case FactKind.DIGITS:
            texts = tuple(re.sub(r"[^0-9X]", "", t) for t in texts)
            if not texts[0]:
                return None
        case _:
            pass
    needs_number = asked.kind in {FactKind.AMOUNT, FactKind.COUNT}
    needs_date = asked.kind in {FactKind.DATE, FactKind.YEAR, FactKind.MONTH}
    if (needs_number and number is None) or (needs_date and when is None):
        return None
    return Truth(
        kind=asked.kind,
        texts=texts,
        number=number,
        when=when,
        tolerance=asked.question.tolerance,
        per="month" if "monthly" in key else "year" if "annual" in key else "",
        unit=next((unit for end, unit in _UNITS.items() if key.endswith(end)), ""),
        options=asked.question.options,
        choices=_choices(asked, texts),
        today=today,
    )


def _count(text: str, fact_kind: FactKind, asked: str, today: date) -> Fraction | None:
    """A number on file, or counted from a year or a date: years since, age, day of the month."""
    when = _date(text)
    if when is None or when.year is None or fact_kind not in {FactKind.YEAR, FactKind.DATE}:
        return _number(text)
    if fact_kind is FactKind.DATE and when.day is not None and not _AGE.search(asked):
        return Fraction(when.day)
    had_it = (when.month or 1, when.day or 1) <= (today.month, today.day)
    return Fraction(max(0, today.year - when.year - (0 if had_it else 1)))


def _number(text: str) -> Fraction | None:
    digits = re.sub(r"[,，元¥\s]", "", text)
    return Fraction(digits) if re.fullmatch(r"\d+(\.\d+)?", digits) else None


def _date(text: str) -> SpokenDate | None:
    """An ISO date, a year, a year and month; a lone number up to 12 is a month."""
    parts = re.fullmatch(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:T.*| .*)?", text)
    if parts is not None:
        year, month, day = (int(p) if p else None for p in parts.groups())
        return SpokenDate(year=year, month=month, day=day)
    return SpokenDate(month=int(text)) if re.fullmatch(r"0?[1-9]|1[0-2]", text) else None


def _for_kind(value: SpokenDate | None, kind: FactKind) -> SpokenDate | None:
    if value is None:
        return None
    if kind is FactKind.YEAR:
        return SpokenDate(year=value.year) if value.year else None
    if kind is FactKind.MONTH:
        return SpokenDate(month=value.month) if value.month else None
    return value


def _choices(asked: AskedQuestion, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Options and expected values that the question's words name, in order; () if fewer than two."""
    words = simplified(asked.asked)
    named = {value: words.find(simplified(value)) for value in (*asked.question.options, *texts)}
    found = sorted((at, value) for value, at in named.items() if at >= 0)
    # 银行 inside 工商银行 is no choice of its own.
    kept = [
        value
        for at, value in found
        if not any(o != value and value in o and p <= at < p + len(o) for p, o in found)
    ]
    return tuple(kept) if len(kept) >= 2 else ()
