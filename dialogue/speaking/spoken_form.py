"""Digits in a prompt as a Mandarin speaker says them: dates, amounts, percentages, tails of numbers. Pure."""

import re
from collections.abc import Callable

_ONES = "零一二三四五六七八九"
_MEASURES = "个位张家次天年岁口人套辆部件笔份名间项种条点分倍"  # 2 before one of these is 两


def spoken_form(text: str) -> str:
    """The text without Arabic digits. Raises nothing; what no rule knows is read digit by digit."""
    for pattern, said in _RULES:
        text = pattern.sub(said, text)
    return text


def digit_by_digit(digits: str, *, one: str = "幺") -> str:
    """ "0816" -> 零八幺六. On the telephone 1 is 幺 in a number's name; `one="一"` for years."""
    return "".join(one if d == "1" else _ONES[int(d)] for d in digits)


def whole_number(value: int) -> str:
    """0 .. 10^12 as read: 12500 -> 一万二千五百, 2000 -> 两千, 12 -> 十二."""
    if value < 10_000:
        said = _below_ten_thousand(value)
    else:
        for unit, name in ((100_000_000, "亿"), (10_000, "万")):
            if value >= unit:
                high, low = divmod(value, unit)
                head = "两" if high == 2 else whole_number(high)
                gap = "零" if 0 < low < unit // 10 else ""
                return head + name + gap + (whole_number(low) if low else "")
    return said[1:] if said.startswith("一十") else said


def _below_ten_thousand(value: int) -> str:
    if value == 0:
        return "零"
    said, zero_pending = "", False
    for unit, name in ((1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit == 0:
            zero_pending = bool(said)
            continue
        said += (
            ("零" if zero_pending else "") + ("两" if digit == 2 and unit == 1_000 else _ONES[digit]) + name
        )
        zero_pending = False
    return said


def _number(written: str) -> str:
    whole, _, fraction = written.replace(",", "").replace("，", "").partition(".")
    if len(whole) > 12:
        return digit_by_digit(whole)
    return whole_number(int(whole)) + ("点" + digit_by_digit(fraction, one="一") if fraction else "")


def _date(found: re.Match[str]) -> str:
    year, month, day = found.group(1, 2, 3)
    return f"{digit_by_digit(year, one='一')}年{whole_number(int(month))}月{whole_number(int(day))}日"


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    minutes = "整" if minute == 0 else ("零" if minute < 10 else "") + whole_number(minute) + "分"
    return ("两" if hour == 2 else whole_number(hour)) + "点" + minutes


def _counted(found: re.Match[str]) -> str:
    return ("两" if found[1] == "2" else _number(found[1])) + found[2]


_NUMBER = r"\d+(?:\.\d+)?"
_NOT_IN_NUMBER = r"(?<![\d.])"
_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(rf"{_NOT_IN_NUMBER}(\d{{4}})[-/](\d{{1,2}})[-/](\d{{1,2}})(?!\d)"), _date),
    (re.compile(rf"{_NOT_IN_NUMBER}(\d{{1,2}})[:：](\d{{2}})(?!\d)"), _clock),
    (re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))"), lambda _: ""),
    (re.compile(r"(?<!\d)((?:1[89]|20)\d\d)(?=年)"), lambda m: digit_by_digit(m[1], one="一")),
    (re.compile(rf"({_NUMBER})[%％]"), lambda m: "百分之" + _number(m[1])),
    (re.compile(rf"({_NUMBER})\s*[-~～—]\s*(?={_NUMBER}[年个万千百元岁])"), lambda m: _number(m[1]) + "到"),
    (re.compile(r"[¥￥]\s*([\d.]+)"), lambda m: _number(m[1]) + "元"),
    # A tail, a telephone number, anything with a leading zero or too long to be an amount: digit by digit.
    (
        re.compile(r"(?<=[号码位])(\s*(?:是|为|：|:)?\s*)(\d{3,})(?![\d.]*[元块万千百年月日个])"),
        lambda m: m[1] + digit_by_digit(m[2]),
    ),
    (re.compile(r"(?<![\d.])(0\d+|\d{7,})(?![\d.]*[元块万千百])"), lambda m: digit_by_digit(m[1])),
    (re.compile(rf"(?<!第)(?<!\d)({_NUMBER})([{_MEASURES}])"), _counted),
    (re.compile(rf"({_NUMBER})"), lambda m: _number(m[1])),
)
