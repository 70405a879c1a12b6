"""Numbers as people say them in Mandarin."""

_DIGITS = "零一二三四五六七八九"


def read_digits(text: str, *, yao: bool = False) -> str:
    """One by one: 1804 -> 一八零四, or 幺八零四. X is 叉; anything else is left out."""
    one = "幺" if yao else "一"
    names = {str(n): name for n, name in enumerate(_DIGITS)} | {"1": one, "X": "叉", "x": "叉"}
    return "".join(names.get(char, "") for char in text)


def number(n: int, *, liang: bool = False) -> str:
    """0 <= n < 10**12 in full: 10500 -> 一万零五百. `liang`: 两 before 千 万 亿, as most people say."""
    if n == 0:
        return "零"
    parts: list[str] = []
    gap = False  # a skipped place that needs a 零
    for unit, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        group, n = divmod(n, unit)
        if group == 0:
            gap = gap or bool(parts)
            continue
        if parts and (gap or group < 1_000):
            parts.append("零")
        parts.append(("两" if liang and group == 2 and name else _below_10000(group, liang=liang)) + name)
        gap = False
    words = "".join(parts)
    return words[1:] if words.startswith("一十") else words


def _below_10000(n: int, *, liang: bool) -> str:
    words = ""
    gap = False
    for unit, name in ((1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, unit)
        if digit == 0:
            gap = gap or bool(words)
            continue
        words += "零" if gap else ""
        words += "两" if liang and digit == 2 and unit >= 1_000 else _DIGITS[digit]
        words += name
        gap = False
    return words


def amount(yuan: int) -> tuple[str, ...]:
    """Spoken forms without a unit, the commonest first: 15000 -> 一万五, 一万五千."""
    full = number(yuan, liang=True)
    forms = [full]
    if yuan >= 100 and yuan % 10 == 0:
        clipped = _clip(full)
        if clipped != full:
            forms.insert(0, clipped)
    return tuple(forms)


def _clip(full: str) -> str:
    """一万五千 -> 一万五, 三千二百 -> 三千二. Never after 零: 一万零五百 stays."""
    units = "十百千万亿"
    if len(full) < 4 or full[-1] not in "十百千" or full[-2] not in _DIGITS or "零" in full[-4:]:
        return full
    above = full[-3]
    if above in units and units.index(above) == units.index(full[-1]) + 1:
        return full[:-1]
    return full


def counted(n: int, measure: str) -> str:
    """With a measure word: 两张, 十二年."""
    return ("两" if n == 2 and measure not in ("号", "栋", "月") else number(n)) + measure


def year_forms(year: int) -> tuple[str, ...]:
    """九零年 and 一九九零年, the short one first."""
    digits = f"{year:04d}"
    return read_digits(digits[2:]) + "年", read_digits(digits) + "年"
