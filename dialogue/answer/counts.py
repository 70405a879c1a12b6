"""Small whole numbers: children, cards, years, buildings, days of the month."""

import re
from dataclasses import dataclass
from fractions import Fraction

from dialogue.answer.numerals import DIGITS, numbers_in, say_number
from dialogue.answer.values import Agreement, Form

_NOTHING = re.compile(r"没有|没得|没(?!问题|事|错|关系)|无(?!所谓)|一个都没|零个|还没")
_MORE = re.compile(r"^\s*(?:个|年|张|次)?(?:多|几)")
_HALF = re.compile(r"^\s*(?:个|年)半")
_PAIR = re.compile(r"([一两二三四五六七八九])([两二三四五六七八九])(?=[个年张次岁套])")
_ONE_WORDS = re.compile(r"独生子?女?|一儿(?!一女)|刚(?:生|有)一个")
_TWO_WORDS = re.compile(r"一儿一女|一男一女|一个?儿子一个?女儿|一个?女儿一个?儿子|儿女双全|双胞胎")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    low: Fraction
    high: Fraction


def read_count(text: str, *, unit: str = "") -> Count | None:
    """The number a folded text states, or None. `unit` (年 岁 号 栋 …) prefers numbers before it."""
    if _TWO_WORDS.search(text):
        return Count(low=Fraction(2), high=Fraction(2))
    if _ONE_WORDS.search(text):
        return Count(low=Fraction(1), high=Fraction(1))
    for pair in _PAIR.finditer(text):
        first, second = DIGITS[pair[1]], DIGITS[pair[2]]
        if second == first + 1 or (first, second) == (3, 5):
            return Count(low=Fraction(first), high=Fraction(second))
    spans = numbers_in(text)
    if not spans:
        return Count(low=Fraction(0), high=Fraction(0)) if _NOTHING.search(text) else None
    with_unit = [s for s in spans if unit and text[s.end :].lstrip().startswith(tuple(unit))]
    best = (with_unit or list(spans))[-1] if with_unit or len(spans) == 1 else spans[0]
    after = text[best.end :]
    low, high = best.low, best.high
    if _HALF.match(after):
        low = high = low + Fraction(1, 2)
    elif _MORE.match(after):
        high = low + (10 if low >= 20 and low % 10 == 0 else 5 if low == 10 else 1)
    return Count(low=low, high=high)


def compare_counts(expected: Fraction, said: Count, *, absolute: float) -> Agreement:
    """EQUAL within the tolerance; PART one further off, if any tolerance is allowed at all."""
    slack = Fraction(absolute).limit_denominator(100)
    if said.low - slack <= expected <= said.high + slack:
        return Agreement.EQUAL
    if slack > 0 and said.low - slack - 1 <= expected <= said.high + slack + 1:
        return Agreement.PART
    return Agreement.OTHER


def count_forms(value: int, *, unit: str = "") -> tuple[Form, ...]:
    """A count with and without its unit word, in characters and digits."""
    said = say_number(value) if value != 2 else "两"
    plain = say_number(value)
    forms = []
    for tail in dict.fromkeys((unit, "")):
        forms.append(Form(text=said + tail, template=f"said{tail}", alone=not tail and value < 10))
        if plain != said:
            forms.append(Form(text=plain + tail, template=f"plain{tail}", alone=not tail))
        forms.append(Form(text=f"{value}{tail}", template=f"arabic{tail}", alone=not tail and value < 10))
    if value == 0:
        forms.append(Form(text="没有", template="none"))
    return tuple(forms)


def near_counts(value: int) -> tuple[int, ...]:
    """Counts that sound alike or lie close."""
    sounds = {1: (7, 11), 7: (1, 17), 4: (10, 14), 10: (4, 14, 20), 6: (9, 16), 9: (6, 19), 2: (12,), 0: (1,)}
    close = [value + step for step in (1, -1, 2, -2, 3, -3, 5, -5, 10, -10, 4, -4, 6, 7)]
    tens = [int(str(value)[::-1])] if value > 9 else []
    return tuple(dict.fromkeys(v for v in (*sounds.get(value, ()), *tens, *close) if v >= 0 and v != value))
