"""Spoken forms of a fact, and plausible wrong values of the same kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from decision_hook.contract import FactKind
from dialogue.answer.amounts import amount_forms, near_amounts
from dialogue.answer.companies import company_forms, near_companies
from dialogue.answer.counts import count_forms, near_counts
from dialogue.answer.dates import (
    SpokenDate,
    date_forms,
    near_dates,
    near_months,
    near_years,
    year_forms,
)
from dialogue.answer.digits import digit_forms, near_digits
from dialogue.answer.fold import bare
from dialogue.answer.names import name_forms, near_names
from dialogue.answer.numerals import say_number
from dialogue.answer.places import near_places, place_forms
from dialogue.answer.tables import Tables
from dialogue.answer.terms import near_terms, term_forms
from dialogue.answer.truth import Truth
from dialogue.answer.values import Form

_YES_FORMS = ("有", "是", "是的", "有的", "对")
_NO_FORMS = ("没有", "不是", "没", "没有的", "不对")


RIVALS_KEPT = 24  # values; the likeliest come first


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What can be said for and against one fact: made once per reply, then only read."""

    truth: Truth
    forms: tuple[Form, ...]  # of the fact
    rivals: tuple[str, ...]  # wrong values
    rival_forms: tuple[tuple[Form, ...], ...]  # of each of them


def sides_of(truth: Truth, tables: Tables) -> Sides:
    """Pure; a few milliseconds."""
    wrong = near_wrong(truth, tables)[:RIVALS_KEPT]
    return Sides(
        truth=truth,
        forms=spoken(truth, tables),
        rivals=wrong,
        rival_forms=tuple(forms_of(truth, value, tables) for value in wrong),
    )


def spoken(truth: Truth, tables: Tables) -> tuple[Form, ...]:
    """Every usual way to say the fact, also under its other names."""
    forms: list[Form] = []
    for index, text in enumerate(truth.texts):
        forms += forms_of(truth, text, tables) if index == 0 or truth.number is None else ()
    unique: dict[str, Form] = {}
    for form in forms:
        unique.setdefault(form.text, form)
    return tuple(unique.values())


def near_wrong(truth: Truth, tables: Tables) -> tuple[str, ...]:
    """Wrong values of the same kind, written as they would be on file; none equals the fact."""
    match truth.kind:
        case FactKind.AMOUNT:
            return tuple(map(str, near_amounts(int(truth.number or 0))))
        case FactKind.COUNT:
            return tuple(map(str, near_counts(int(truth.number or 0))))
        case FactKind.YEAR:
            return tuple(map(str, near_years(truth.when.year if truth.when and truth.when.year else 0)))
        case FactKind.MONTH:
            return tuple(map(str, near_months(truth.when.month if truth.when and truth.when.month else 1)))
        case FactKind.DATE:
            return _near_dates(truth.when)
        case FactKind.DIGITS:
            return near_digits(truth.texts[0])
        case FactKind.YES_NO:
            return ("no" if truth.texts[0] == "yes" else "yes",)
        case _:
            found = _near_words(truth, tables)
            own = {bare(text) for text in truth.texts}
            return tuple(v for v in found if bare(v) not in own)


def _near_words(truth: Truth, tables: Tables) -> Iterable[str]:
    value = truth.texts[0]
    own = {form.text for text in truth.texts for form in forms_of(truth, text, tables)}
    chosen = [o for o in dict.fromkeys((*truth.choices, *truth.options)) if bare(o) not in own]
    match truth.kind:
        case FactKind.NAME:
            return (*chosen, *near_names(value, tables.names))
        case FactKind.PLACE:
            return (*chosen, *near_places(value, tables))
        case FactKind.COMPANY:
            return (*chosen, *near_companies(value, tables))
        case _:
            return near_terms(value, tables, tuple(chosen))


def _near_dates(value: SpokenDate | None) -> tuple[str, ...]:
    whole = _whole(value)
    if whole is not None:
        return tuple(d.isoformat() for d in near_dates(whole))
    if value is not None and value.year is not None:
        return tuple(f"{y}-{value.month:02d}" if value.month else str(y) for y in near_years(value.year))
    return ()


def _whole(value: SpokenDate | None) -> date | None:
    if value is None or value.year is None or value.month is None or value.day is None:
        return None
    try:
        return date(value.year, value.month, value.day)
    except ValueError:  # 1990-02-30 on file: only its parts can be compared
        return None


def forms_of(truth: Truth, value: str, tables: Tables) -> tuple[Form, ...]:
    """The usual ways to say a value of the fact's kind, written as it would stand on file."""
    match truth.kind:
        case FactKind.AMOUNT:
            return amount_forms(
                int(float(value)) if value.replace(".", "").isdecimal() else int(truth.number or 0)
            )
        case FactKind.COUNT:
            number = int(float(value)) if value.replace(".", "").isdecimal() else int(truth.number or 0)
            return count_forms(number, unit=truth.unit)
        case FactKind.YEAR:
            return (*year_forms(int(value[:4])), *year_forms(int(value[:4]), tail=""))
        case FactKind.MONTH:
            month = int(value.split("-")[1]) if "-" in value else int(value)
            return (
                Form(text=f"{say_number(month)}月", template="m"),
                Form(text=f"{month}月", template="ma"),
                Form(text=say_number(month), template="bare", alone=True),
            )
        case FactKind.DATE:
            return _date_value(value)
        case FactKind.DIGITS:
            return digit_forms(value)
        case FactKind.YES_NO:
            words = _YES_FORMS if value == "yes" else _NO_FORMS
            return tuple(Form(text=w, template="plain", alone=True) for w in words)
        case FactKind.NAME:
            return name_forms(value, tables.names)
        case FactKind.PLACE:
            return place_forms(value, tables)
        case FactKind.COMPANY:
            return company_forms(value, tables)
        case _:
            return term_forms(value, tables)


def _date_value(value: str) -> tuple[Form, ...]:
    parts = [int(p) for p in value[:10].split("-") if p.isdecimal()]
    whole = _whole(SpokenDate(year=parts[0], month=parts[1], day=parts[2])) if len(parts) == 3 else None
    if whole is not None:
        return date_forms(whole)
    if len(parts) >= 2:
        tail = f"{say_number(parts[1])}月"
        return tuple(
            Form(text=y.text + (f"{parts[1]}月" if y.template.endswith("a") else tail), template=y.template)
            for y in year_forms(parts[0])
        )
    return year_forms(parts[0])
