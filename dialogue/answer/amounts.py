"""Sums of money as people say them: 一万五, 八千多, 三到四千, 一万五左右, 年薪二十万."""

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from dialogue.answer.numerals import NumberSpan, numbers_in, say_number, say_short
from dialogue.answer.values import Agreement, Form

# A number followed by one of these is no sum of money.
_OTHER_UNIT = re.compile(r"^\s*(?:个月|个(?!万|亿)|天|年|月|号|日|岁|次|张|点|分之|楼|栋|期|%|成)")
_MONEY = re.compile(r"^\s*(?:多|来|几)?(?:块钱?|元|钱|人民币|左右|上下|出头)")
_FOLLOWS = re.compile(r"[块元钱多左上下出冒几来吧的了啊呢嘛哦税工每一个月年到至不差以人对是就这那这样都或往]")
_YEARLY = re.compile(r"年薪|年收入|一年|每年|全年|年终")
_MONTHLY = re.compile(r"月薪|月收入|一个月|每个?月|每月|月供")
_VAGUE = re.compile(r"(?:好)?几(?:百|千|万|十万)|上(?:千|万)")
_VAGUE_UNIT = {"百": 100, "千": 1_000, "万": 10_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Yuan, from `low` to `high`. `plain`: one number was said, not an estimate without one."""

    low: Fraction
    high: Fraction
    plain: bool = True
    per: str = ""  # "month", "year"; "": not said
    whole: bool = True  # False: followed by something that fits no sum


def _step(value: Fraction) -> Fraction:
    """The last unit named: 8000 -> 1000, 15000 -> 1000, 10000 -> 10000."""
    whole = int(value)
    step = 1
    while whole and whole % (step * 10) == 0:
        step *= 10
    return Fraction(step)


def _bounded(span: NumberSpan, after: str, before: str) -> tuple[Fraction, Fraction]:
    low, high = span.low, span.high
    if re.match(r"^\s*(?:多|几|好几)", after):
        return low, low + _step(low)
    if re.match(r"^\s*(?:出头|冒头|以上|往上|不止)", after):
        return low, low * Fraction(6, 5)
    if re.match(r"^\s*(?:不到|以下|以内)", after) or re.search(r"(?:不到|不足|没到|将近|接近|快)$", before):
        return high * Fraction(17, 20), high
    if re.match(r"^\s*(?:块钱?|元)?\s*(?:左右|上下|的样子)", after):
        return low * Fraction(19, 20), high * Fraction(21, 20)
    return low, high


def _shared_unit(spans: list[NumberSpan], text: str) -> NumberSpan | None:
    """三到四千, 八千到一万, 3-4千: two numbers and a 到 between them become one range."""
    for first, second in pairwise(spans):
        between = text[first.end : second.start].strip()
        if between not in {"到", "至", "-", "~", "、", "或者", "或", "块到", "元到"}:
            continue
        low = first.low
        if low < 100 <= second.low:  # the unit was said once
            low *= _step(second.low)
        if low < second.high:
            return NumberSpan(
                start=first.start,
                end=second.end,
                text=text[first.start : second.end],
                low=low,
                high=second.high,
            )
    return None


def read_amount(text: str) -> Amount | None:
    """The sum a folded text states, or None. The largest if several stand unrelated."""
    spans = [s for s in numbers_in(text) if not _OTHER_UNIT.match(text[s.end :])]
    per = "year" if _YEARLY.search(text) else "month" if _MONTHLY.search(text) else ""
    if not spans:
        vague = _VAGUE.search(text)
        if vague is None:
            return None
        unit = Fraction(_VAGUE_UNIT[vague.group()[-1]]) * (10 if "十万" in vague.group() else 1)
        return Amount(low=unit, high=unit * 10, plain=False, per=per)
    ranged = _shared_unit(spans, text)
    best = ranged or max(spans, key=lambda s: (bool(_MONEY.match(text[s.end :])), s.high))
    if best.high < 100 and not re.search(r"[百千万KW块元]", best.text + text[best.end : best.end + 1]):
        return None  # nobody earns 5 yuan: the rest was not heard
    # 一万牛 was more than 一万: the rest was not heard.
    garbled = re.match(r"[\u4e00-\u9fff]", text[best.end :]) and not _FOLLOWS.match(text[best.end :])
    low, high = _bounded(best, text[best.end :], text[: best.start])
    if high <= 0:
        return Amount(low=Fraction(0), high=Fraction(0), per=per)
    return Amount(low=low, high=high, per=per, whole=not garbled)


def compare_amounts(expected: Fraction, said: Amount, *, relative: float, per: str = "") -> Agreement:
    """EQUAL within the tolerance; PART for a vague sum that holds it. `per`: the fact's own period."""
    low, high, slack = said.low, said.high, Fraction(relative).limit_denominator(1_000)
    if per and said.per and per != said.per:
        factor = Fraction(1, 12) if said.per == "year" else Fraction(12)
        converted = Amount(low=low * factor, high=high * factor, plain=said.plain)
        # A yearly sum holds bonuses: wider, and the period may have been misheard, so both are tried.
        if compare_amounts(expected, converted, relative=relative * 2) is Agreement.EQUAL:
            return Agreement.EQUAL
    if low * (1 - slack) <= expected <= high * (1 + slack):
        wide = low > 0 and high / low > Fraction(5, 2)
        return Agreement.PART if wide or not said.plain or not said.whole else Agreement.EQUAL
    return Agreement.OTHER if said.plain else Agreement.OPEN


def amount_forms(value: int) -> tuple[Form, ...]:
    """What people say and recognisers write for a sum of yuan."""
    short = say_short(value)
    forms = [Form(text=short, template="short")] if short else []
    full = say_number(value)
    forms.append(Form(text=full, template="full"))
    forms.append(Form(text=str(value), template="arabic"))
    if value >= 10_000 and value % 1_000 == 0:
        tens, rest = divmod(value, 10_000)
        if rest:
            forms.append(Form(text=f"{tens}万{rest // 1_000}", template="mixed"))
            forms.append(Form(text=f"{Fraction(value, 10_000).__float__():g}万", template="decimal"))
        else:
            forms.append(Form(text=f"{tens}万", template="mixed"))
    elif value >= 1_000 and value % 100 == 0 and value < 10_000:
        thousands, rest = divmod(value, 1_000)
        forms.append(Form(text=f"{thousands}千{rest // 100 or ''}", template="mixed"))
    if "零" in full and value > 10_000:
        forms.append(Form(text=full.replace("零", ""), template="no_zero"))
    if "两千二" in full or full.startswith("两百"):
        forms.append(Form(text=full.replace("两百", "二百"), template="er"))
    return tuple(forms)


def near_amounts(value: int) -> tuple[int, ...]:
    """Sums somebody guessing would name, and those that sound alike; never within a tenth."""
    if value <= 0:
        return (500, 1_000, 2_000, 3_000, 5_000, 8_000, 10_000, 15_000, 20_000, 30_000)
    text = str(value)
    lead = int(text[0])
    scale = 10 ** (len(text) - 1)
    rest = value - lead * scale
    rivals = [other * scale + rest for other in range(1, 10) if other != lead]
    if rest and len(text) > 1:
        second = int(text[1])
        rivals += [
            value + (other - second) * scale // 10 for other in range(0, 10) if abs(other - second) >= 2
        ]
    rivals += [lead * scale, value * 10, value // 10, lead * scale + int(text[1:2] or 0) * scale // 100]
    rivals += [round(value * share / 100) * 100 for share in (0.5, 0.6, 0.75, 1.25, 1.5, 1.8, 2.5)]
    ordered = dict.fromkeys(r for r in rivals if r > 0 and abs(r - value) > value * 0.12)
    return tuple(ordered)
