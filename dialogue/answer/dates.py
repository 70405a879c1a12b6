"""Dates, years and months as people say them: 五月十七, 九零年五月, 去年, 上个月, 大概一六年."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from dialogue.answer.numerals import DIGITS, numbers_in, read_number, say_digits, say_number
from dialogue.answer.values import Agreement, Form

_D = "零〇○一二两三四五六七八九"
_YEAR = re.compile(
    rf"(?<![\d{_D}])(?P<year>(?:[{_D}\d]{{4}})|(?:[{_D}\d]{{2}})|两千(?:零?[{_D}]|一?十[{_D}]?|二十[{_D}]?)?)\s*年(?![级纪轻]|多?(?:了|前|左右了))"
)
_BARE_YEAR = re.compile(rf"(?<![\d{_D}])((?:19|20)\d\d|[一二][九零〇][{_D}]{{2}})(?![\d{_D}])")
_SHORT_YEAR = re.compile(rf"(?<![\d{_D}十百千万])([\d{_D}]{{2}})(?![\d{_D}十百千万个月号日岁张次块元])")
_DECADE = re.compile(rf"([{_D[3:]}\d])(?:十|0)?(?:几年|十?年代)")
_MONTH = re.compile(r"(?P<month>(?:\d{1,2}|十[一二]?|[一二三四五六七八九]|正|腊|元))\s*月(?:份)?(?!前|后)")
_DAY = re.compile(
    r"(?P<day>\d{1,2}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九]|廿[一二三四五六七八九]?|初[一二三四五六七八九十])\s*(?:号|日)"
)
_DAY_AFTER = re.compile(
    r"^[\s，,、的]*(?P<day>\d{1,2}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九]|廿[一二三四五六七八九]?|初[一二三四五六七八九十])(?![\d月年个])"
)
_LUNAR = re.compile(r"农历|阴历|旧历|老历|腊月|正月|初[一二三四五六七八九十](?!中)")
_NUMERIC = re.compile(r"(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})")
_EIGHT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
_AGO = re.compile(
    rf"(?P<n>[\d{_D}十]+|[{_D}]?十几|几)\s*(?P<u>年|个月|天|周|个?星期)(?P<more>多)?(?:以)?(?:之)?前"
)
_SINCE = re.compile(
    rf"(?:有|干了|做了|待了|呆了|住了|开了|办了|用了|快|已经)\s*(?P<n>[\d{_D}十]+)\s*年(?P<more>多)?(?:了|$|吧|，|。)"
    rf"|(?:都|大概|差不多|得有)\s*(?P<n2>[\d{_D}十]+)\s*年(?:多)?了"
)
_RELATIVE_YEAR = {"今年": 0, "去年": -1, "前年": -2, "大前年": -3}
_RELATIVE_MONTH = {"这个月": 0, "本月": 0, "上个月": -1, "上月": -1, "上上个月": -2}
_RELATIVE_DAY = {"今天": 0, "昨天": -1, "前天": -2, "大前天": -3}
_ALMOST = re.compile(r"大概|差不多|左右|好像|可能|应该|前后|记得")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenDate:
    """What was said of a date; None: that part was not said."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    slack_years: int = 0  # 五年多以前 is a year either way
    lunar: bool = False  # the farmers' calendar: not comparable with a date on file


def _full_year(words: str, today: date) -> int | None:
    if words.startswith("两千"):
        value = read_number(words)
        return None if value is None else int(value)
    digits = "".join(str(DIGITS[c]) if c in DIGITS else c for c in words)
    if len(digits) == 4:
        return int(digits) if 1900 <= int(digits) <= today.year + 1 else None
    short = int(digits)
    return 2000 + short if 2000 + short <= today.year + 1 else 1900 + short


def _small(words: str) -> int | None:
    words = (
        words.replace("初", "")
        .replace("廿", "二十")
        .replace("正", "一")
        .replace("元", "一")
        .replace("腊", "十二")
    )
    value = read_number(words)
    return None if value is None else int(value)


def read_date(text: str, *, today: date) -> SpokenDate | None:
    """Every part of a date a folded text states; None if it states none."""
    if found := _NUMERIC.search(text):
        return SpokenDate(year=int(found["y"]), month=int(found["m"]), day=int(found["d"]))
    if found := _EIGHT.search(text):
        return SpokenDate(year=int(found[1]), month=int(found[2]), day=int(found[3]))
    if (ago := _relative(text, today)) is not None:
        return ago
    year = read_year_part(text, today)
    month = _month_in(text)
    day = _day_in(text)
    if year is None and month is None and day is None:
        return None
    return SpokenDate(year=year, month=month, day=day, lunar=bool(_LUNAR.search(text)))


def _month_in(text: str) -> int | None:
    for found in _MONTH.finditer(text):
        month = _small(found["month"])
        if month is not None and 1 <= month <= 12:
            return month
    for words, step in _RELATIVE_MONTH.items():
        if words in text:
            return step  # replaced in _relative; never reached for those words
    return None


def _day_in(text: str) -> int | None:
    found = _DAY.search(text)
    if found is None:
        after_month = [_DAY_AFTER.match(text[m.end() :]) for m in _MONTH.finditer(text)]
        found = next((m for m in after_month if m is not None), None)
    if found is None:
        return None
    day = _small(found["day"])
    return day if day is not None and 1 <= day <= 31 else None


def _relative(text: str, today: date) -> SpokenDate | None:
    for words, step in sorted(_RELATIVE_DAY.items(), key=lambda item: -len(item[0])):
        if words in text:
            then = today + timedelta(days=step)
            return SpokenDate(year=then.year, month=then.month, day=then.day)
    for words, step in sorted(_RELATIVE_MONTH.items(), key=lambda item: -len(item[0])):
        if words in text:
            index = today.year * 12 + today.month - 1 + step
            return SpokenDate(year=index // 12, month=index % 12 + 1, day=_day_in(text))
    if ago := _AGO.search(text):
        number = read_number(ago["n"])
        if number is not None:
            if ago["u"] == "年":
                return SpokenDate(year=today.year - int(number), slack_years=1)
            if "月" in ago["u"]:
                index = today.year * 12 + today.month - 1 - int(number)
                return SpokenDate(year=index // 12, month=index % 12 + 1)
            days = int(number) * (1 if ago["u"] == "天" else 7)
            then = today - timedelta(days=days)
            return SpokenDate(year=then.year, month=then.month)
    return None


def read_year_part(text: str, today: date) -> int | None:
    """The year a text states with the word 年, in four digits, or relative to today."""
    for words, step in sorted(_RELATIVE_YEAR.items(), key=lambda item: -len(item[0])):
        if words in text:
            return today.year + step
    for found in _YEAR.finditer(text):
        if (year := _full_year(found["year"], today)) is not None:
            return year
    if (bare := _BARE_YEAR.search(text)) is not None:
        return _full_year(bare[1], today)
    return None


def read_year(text: str, *, today: date) -> SpokenDate | None:
    """A year, also a bare 九八, 两千零八, or 干了五年了 counted back from today."""
    if (
        (since := _SINCE.search(text)) is not None
        and (number := read_number(since["n"] or since["n2"])) is not None
        and number < 60
    ):
        return SpokenDate(year=today.year - int(number), slack_years=1)
    said = read_date(text, today=today)
    if said is not None and said.year is not None:
        return said
    if _DECADE.search(text):
        return None
    if (
        two_thousand := re.search(
            r"两千(?:零?[一二三四五六七八九]|[一二]?十[一二三四五六七八九]?)?(?![多百万块元])", text
        )
    ) is not None:
        value = read_number(two_thousand.group())
        if value is not None and value <= today.year + 1:
            return SpokenDate(year=int(value))
    if (short := _SHORT_YEAR.search(text)) is not None:
        return SpokenDate(year=_full_year(short[1], today))
    return None


def read_month(text: str) -> int | None:
    """A month from 1 to 12, with or without 月."""
    month = _month_in(text)
    if month is not None:
        return month
    spans = [s for s in numbers_in(text) if s.low == s.high and 1 <= s.low <= 12]
    return int(spans[0].low) if len(spans) == 1 else None


def compare_dates(expected: SpokenDate, said: SpokenDate, *, slack_years: int = 0) -> Agreement:
    """Month and day are EQUAL: that is how a birthday is told. A year alone is PART, a lunar date OPEN."""
    if said.lunar:
        return Agreement.OPEN
    slack = max(slack_years, said.slack_years)
    checks = [
        abs(e - s) <= (slack if name == "year" else 0)
        for name, e, s in (
            ("year", expected.year, said.year),
            ("month", expected.month, said.month),
            ("day", expected.day, said.day),
        )
        if e is not None and s is not None
    ]
    if not checks:
        return Agreement.NONE
    if not all(checks):
        return Agreement.OTHER
    whole = said.month is not None and (said.day is not None or expected.day is None)
    only_year = expected.month is None
    return Agreement.EQUAL if whole or only_year else Agreement.PART


def year_forms(year: int, *, tail: str = "年") -> tuple[Form, ...]:
    """A year with four digits and with two, in characters and digits."""
    full, short = say_digits(str(year)), say_digits(f"{year % 100:02d}")
    forms = [
        Form(text=f"{year}{tail}", template="y4a"),
        Form(text=full + tail, template="y4"),
        Form(text=f"{year % 100:02d}{tail}", template="y2a", alone=not tail),
        Form(text=short + tail, template="y2", alone=not tail),
    ]
    if year == 2000:
        forms.append(Form(text="两千" + tail, template="thousand"))
    elif 2001 <= year <= 2009:
        forms.append(Form(text=f"两千零{say_number(year - 2000)}{tail}", template="thousand"))
    return tuple(forms)


def date_forms(value: date) -> tuple[Form, ...]:
    """Whole dates, month and day, year and month, year alone."""
    month, day = say_number(value.month), say_number(value.day)
    forms: list[Form] = []
    for year in year_forms(value.year):
        arabic = year.template.endswith("a")
        rest = f"{value.month}月{value.day}号" if arabic else f"{month}月{day}号"
        forms.append(Form(text=year.text + rest, template=year.template + "md"))
        if not arabic:
            forms.append(Form(text=f"{year.text}{month}月{day}", template=year.template + "md-"))
    forms.append(Form(text=f"{value.month}月{value.day}号", template="mda"))
    forms.append(Form(text=f"{value.month}月{value.day}日", template="mdar"))
    forms.append(Form(text=f"{month}月{day}号", template="md"))
    forms.append(Form(text=f"{month}月{day}", template="md-"))
    for year in year_forms(value.year):
        arabic = year.template.endswith("a")
        part = f"{value.month}月" if arabic else f"{month}月"
        forms.append(Form(text=year.text + part, template=year.template + "m", whole=False))
        forms.append(Form(text=year.text, template=year.template, whole=False))
    forms.append(Form(text=f"{month}月", template="m", whole=False, alone=True))
    forms.append(Form(text=f"{day}号", template="d", whole=False, alone=True))
    return tuple(forms)


def near_dates(value: date) -> tuple[date, ...]:
    """One part off: a day or a month that sounds alike, a neighbouring year."""
    rivals: list[date] = []
    days = {
        1: (7, 11),
        7: (1, 17),
        4: (10, 14),
        10: (4, 14),
        6: (9, 16),
        9: (6, 19),
        11: (17, 1),
        14: (4, 10, 24),
    }
    near_days = [
        *days.get(value.day, ()),
        value.day + 10,
        value.day - 10,
        value.day + 1,
        value.day - 1,
        value.day + 3,
    ]
    near_months = [(value.month + step - 1) % 12 + 1 for step in (6, 1, -1, 3, 2, -2, 4, 5)]
    near_years = [value.year + step for step in (1, -1, 2, -2, 10, -10, 6)]
    changes = [(value.year, value.month, d) for d in near_days]
    changes += [(value.year, m, value.day) for m in near_months]
    changes += [(y, value.month, value.day) for y in near_years]
    for year, month, day in changes:
        try:
            rivals.append(date(year, month, day))
        except ValueError:  # 31 April: no such day, no rival
            continue
    return tuple(dict.fromkeys(r for r in rivals if r != value))


def near_years(year: int) -> tuple[int, ...]:
    """Neighbouring years and those with one digit that sounds alike."""
    alike = {1: 7, 7: 1, 6: 9, 9: 6, 4: 0, 0: 4, 2: 0, 5: 2, 3: 8, 8: 3}
    last, ten = year % 10, year // 10 % 10
    sound = [year - last + alike[last], year + (alike[ten] - ten) * 10]
    close = [year + step for step in (1, -1, 2, -2, 3, -3, 5, -5, 10, -10, 4, -4)]
    return tuple(dict.fromkeys(y for y in (*sound, *close) if y != year and 1930 <= y <= 2040))


def near_months(month: int) -> tuple[int, ...]:
    """All other months, those that sound alike first."""
    alike = {1: (7, 11), 7: (1,), 4: (10,), 10: (4,), 6: (9,), 9: (6,), 11: (7, 12, 1), 12: (11, 2), 2: (12,)}
    return tuple(dict.fromkeys((*alike.get(month, ()), *(m for m in range(1, 13) if m != month))))
