"""Spoken Mandarin numbers, read and said. Also what recognisers write: 15000, 1万5, 1.5万."""

import re
from dataclasses import dataclass
from fractions import Fraction

DIGITS = {
    "零": 0, "〇": 0, "○": 0, "一": 1, "幺": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "四": 4,
    "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
}  # fmt: skip
_UNITS = {"十": 10, "百": 100, "千": 1_000, "K": 1_000}
_BIG = {"万": 10_000, "W": 10_000, "亿": 100_000_000}
_DIGIT_CLASS = "零〇○一幺二两俩三四五六七八九"
_TOKEN = re.compile(rf"\d+(?:\.\d+)?|[{_DIGIT_CLASS}]+点[{_DIGIT_CLASS}]+|[{_DIGIT_CLASS}]|[十百千万亿KW半]")
# Words that hold a numeral character and say no number.
_NOT_NUMBERS = re.compile(
    r"一下子?|一般|一直|一样|一起|一些|一定|一边|一共|一会儿?|一切|一路|第一|(?<![零一二两三四五六七八九十百千\d])万一|十分(?!之)|千万别|统一|唯一|有一点|一点(?![零一二三四五六七八九十])"
    r"|三心二意|乱七八糟|百分之百|半天|百度|万科|万达|五金|三星|七匹狼|四川|三亚|九江|六安|八达岭|十堰|百货|千岛湖"
)
_SPAN = re.compile(
    r"(?:\d+(?:\.\d+)?|[零〇○一幺二两俩三四五六七八九十百千万亿半KW]|(?<=[零一二两三四五六七八九十])点(?=[零一二三四五六七八九]))+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSpan:
    """A number inside a text: characters [start, end), and the values it may mean."""

    start: int
    end: int
    text: str
    low: Fraction
    high: Fraction  # == low unless a range was said (七八千)


def _literal(token: str) -> Fraction | None:
    if token[0].isdigit() and token[0].isascii():
        return Fraction(token)
    if "点" in token:
        whole, _, part = token.partition("点")
        digits = "".join(str(DIGITS[c]) for c in part)
        return Fraction("".join(str(DIGITS[c]) for c in whole) + "." + digits)
    if token in DIGITS:
        return Fraction(DIGITS[token])
    return None


def _positional(tokens: list[str]) -> Fraction | None:
    """Digits read one by one: 二零一六 is 2016."""
    if any(t not in DIGITS and not t.isdecimal() for t in tokens):
        return None
    return Fraction("".join(str(DIGITS[t]) if t in DIGITS else t for t in tokens))


def read_number(text: str) -> Fraction | None:
    """The one number a span of numerals means, or None: 一万五 is 15000, 一万零五 is 10005."""
    tokens = _TOKEN.findall(text)
    if not tokens or "".join(tokens) != text:
        return None
    if len(tokens) == 1 and (value := _literal(tokens[0])) is not None:
        return value
    if tokens == ["半"]:
        return Fraction(1, 2)
    if all(_literal(t) is not None and "点" not in t and "." not in t for t in tokens):
        return _positional(tokens)
    return _with_units(tokens)


def _with_units(tokens: list[str]) -> Fraction | None:
    total = section = Fraction(0)
    current: Fraction | None = None
    last = 0  # the unit said last
    zero = False  # a 零 since then
    short = False  # `current` is one spoken digit
    ceiling = 10**12  # units must fall: 五百三千 is no number
    for token in tokens:
        value = _literal(token)
        if value is not None:
            if current is not None:
                return None
            if value == 0 and token in DIGITS:
                zero = True
                continue
            current, short = value, value < 10 and value.denominator == 1
        elif token == "半":
            if current is not None or last < 10:
                return None
            current, short = Fraction(1, 2), True
            zero = False
        elif token in _UNITS:
            unit = _UNITS[token]
            if current is None and unit != 10:
                return None
            if unit >= ceiling and section:
                return None
            section += (Fraction(1) if current is None else current) * unit
            current, last, zero, ceiling = None, unit, False, unit
        else:
            unit = _BIG[token]
            part = section + (current or 0)
            if part == 0:
                return None
            total = (total + part) * unit if unit == 10**8 and total else total + part * unit
            section, current, last, zero, ceiling = Fraction(0), None, unit, False, 10**12
    if current is not None:
        spoken_short = short and not zero and last > 10
        if current.denominator != 1 and last > 10 and short:
            section += current * last  # 一万半
        else:
            section += current * (Fraction(last, 10) if spoken_short else 1)
    return total + section


_ASCENDING = {(a, a + 1) for a in range(1, 10)} | {(3, 5)}


def read_range(text: str) -> tuple[Fraction, Fraction] | None:
    """七八千 is 7000..8000, 一万五六 is 15000..16000, 十五六 is 15..16; None if it is no range."""
    for i in range(len(text) - 1):
        a, b = text[i], text[i + 1]
        if a not in DIGITS or b not in DIGITS or (DIGITS[a], DIGITS[b]) not in _ASCENDING:
            continue
        low = read_number(text[: i + 1] + text[i + 2 :])
        high = read_number(text[:i] + text[i + 1 :])
        has_unit = any(c in "十百千万亿KW" for c in text)
        if low is not None and high is not None and low < high and has_unit:
            return low, high
    return None


def numbers_in(text: str) -> tuple[NumberSpan, ...]:
    """Every number in a folded text, left to right. Words like 一般 and 万一 are passed over."""
    masked = _NOT_NUMBERS.sub(lambda found: "＿" * len(found.group()), text)
    spans: list[NumberSpan] = []
    for found in _SPAN.finditer(masked):
        words = found.group()
        value = read_number(words)
        pair = read_range(words) if value is None else None
        if value is not None:
            pair = (value, value)
        if pair is not None:
            spans.append(
                NumberSpan(start=found.start(), end=found.end(), text=words, low=pair[0], high=pair[1])
            )
    return tuple(spans)


def say_number(value: int) -> str:
    """As it is said: 15 十五, 200 二百, 2000 两千, 20000 两万, 10500 一万零五百."""
    import cn2an

    said = str(cn2an.an2cn(value))
    said = re.sub(r"二(?=[千万亿])", "两", said)
    return re.sub(r"(?<=十)两(?=[万亿])", "二", said)


def say_digits(digits: str, *, one: str = "一") -> str:
    """Digit by digit; `one` is 一 or 幺. Letters stay."""
    names = "零" + one + "二三四五六七八九"
    return "".join(names[int(c)] if c.isdecimal() else c for c in digits)


def say_short(value: int) -> str | None:
    """The everyday elision: 15000 一万五, 3800 三千八, 120 一百二; None if there is none."""
    text = str(value)
    if len(text) < 3 or text[1] == "0" or set(text[2:]) - {"0"}:
        return None
    unit = {3: "百", 4: "千", 5: "万"}.get(len(text))
    if unit is None:
        return None
    head = say_number(int(text[0]) * 10 ** (len(text) - 1))
    return head + say_number(int(text[1]))
