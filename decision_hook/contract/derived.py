"""Facts that follow from other facts: zodiac, ages at events, what lies around an address. Pure.

Whoever lived them knows them at once; whoever read a form must work them out while the telephone waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from decision_hook.contract.application import Application, Fact, FactSource

ZODIAC = "鼠牛虎兔龙蛇马羊猴鸡狗猪"
STAR_SIGNS = [
    "摩羯座",
    "水瓶座",
    "双鱼座",
    "白羊座",
    "金牛座",
    "双子座",
    "巨蟹座",
    "狮子座",
    "处女座",
    "天秤座",
    "天蝎座",
    "射手座",
]
_STAR_STARTS = (20, 19, 21, 20, 21, 22, 23, 23, 23, 24, 23, 22)  # day of each month a new sign begins
_NEW_YEAR_OVER = (2, 21)  # month and day by which the lunar year has begun in any case

# fact -> the year it is the age in
_AGES = {
    "graduation_age": "graduation_year",
    "hire_age": "hire_year",
    "first_card_age": "first_card_year",
    "account_age": "account_open_year",
    "mortgage_age": "mortgage_start_year",
    "wedding_age": "wedding_year",
    "parent_age": "child_birth_year",
}
# fact -> the year since which it counts
_SINCE = {
    "employer_years": "hire_year",
    "customer_years": "account_open_year",
    "graduated_years": "graduation_year",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What lies around a city. Tuples: any is right, the first is the usual one; (): not known."""

    province: tuple[str, ...] = ()
    area_code: tuple[str, ...] = ()
    airport: tuple[str, ...] = ()
    river: tuple[str, ...] = ()
    station: tuple[str, ...] = ()
    next_city: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivations:
    """The tables of places and trades; without them only dates and numbers are worked out."""

    cities: Mapping[str, Around] = field(default_factory=dict)
    districts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by "city/district"
    trades: Mapping[str, str] = field(default_factory=dict)  # by a word of the employer's name


def with_derived(application: Application, tables: Derivations, *, today: date | None) -> Application:
    """The application with every fact that follows from it. What is on file already stays as it is.

    `today`: the day ages and durations are counted on; None: these are left out.
    """
    on_file = application.facts
    found: dict[str, tuple[str, ...]] = {"mobile_head": (application.phone.removeprefix("+86")[:3],)}
    found["mobile_tail"] = (application.phone[-4:],)
    found |= _dates(on_file, today) | _places(on_file, tables)
    if trade := _trade(_value(on_file, "employer"), tables.trades):
        found["employer_trade"] = (trade,)
    added = {
        key: Fact(value=values[0], source=FactSource.DERIVED, also=tuple(values[1:11]))
        for key, values in found.items()
        if key not in on_file and values
    }
    return application.model_copy(update={"facts": {**on_file, **added}}) if added else application


def zodiac_of(year: int) -> str:
    """By calendar year. (Births before the lunar new year belong to the year before.)"""
    return ZODIAC[(year - 4) % 12]


def star_sign_of(born: date) -> str:
    return STAR_SIGNS[(born.month - (born.day < _STAR_STARTS[born.month - 1])) % 12]


def age_on(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _dates(facts: Mapping[str, Fact], today: date | None) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    born = _date(_value(facts, "birth_date"))
    if born is not None:
        if today is not None:
            found["age"] = (str(age_on(born, today)),)
        found["birth_year"], found["birth_month"] = (str(born.year),), (str(born.month),)
        found["birth_day"] = (str(born.day),)
        found["star_sign"] = (star_sign_of(born),)
        if (born.month, born.day) >= _NEW_YEAR_OVER:
            found["zodiac"] = (zodiac_of(born.year),)
        for key, event in _AGES.items():
            if (year := _year(facts, event)) is not None and year > born.year:
                found[key] = (str(year - born.year),)
    for key, event in _SINCE.items():
        if today is not None and (year := _year(facts, event)) is not None and year <= today.year:
            found[key] = (str(today.year - year),)
    for key, event in (("spouse_zodiac", "spouse_birth_year"), ("child_zodiac", "child_birth_year")):
        if (year := _year(facts, event)) is not None:
            found[key] = (zodiac_of(year), zodiac_of(year - 1))  # the day is not on file
    enrolled, graduated = _year(facts, "enrol_year"), _year(facts, "graduation_year")
    if enrolled is not None and graduated is not None and enrolled < graduated:
        found["study_years"] = (str(graduated - enrolled),)
    if today is not None and (years := _number(facts, "home_years")) is not None:
        found["moved_year"] = (str(today.year - years),)
    began, term = _year(facts, "mortgage_start_year"), _number(facts, "mortgage_years")
    if today is not None and began is not None and term is not None and began + term > today.year:
        found["mortgage_left_years"] = (str(began + term - today.year),)
    return found


def _places(facts: Mapping[str, Fact], tables: Derivations) -> dict[str, tuple[str, ...]]:
    city = _value(facts, "home_city").removesuffix("市")
    around = tables.cities.get(city)
    if around is None:
        return {}
    district = _value(facts, "home_district")
    return {
        "home_province": around.province,
        "home_area_code": around.area_code,
        "home_airport": around.airport,
        "home_river": around.river,
        "home_station": around.station,
        "home_next_city": around.next_city,
        "home_next_district": tables.districts.get(f"{city}/{district}", ()),
    }


def _trade(employer: str, trades: Mapping[str, str]) -> str | None:
    return next((trade for word, trade in trades.items() if word in employer), None)


def _value(facts: Mapping[str, Fact], key: str) -> str:
    return facts[key].value if key in facts else ""


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _year(facts: Mapping[str, Fact], key: str) -> int | None:
    number = _number(facts, key)
    return number if number is not None and 1900 <= number <= 2100 else None


def _number(facts: Mapping[str, Fact], key: str) -> int | None:
    value = _value(facts, key)
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 4 else None
