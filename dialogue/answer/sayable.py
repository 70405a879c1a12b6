"""What could have been said: right and wrong values of a fact's kind, for sounds to choose from. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from decision_hook.contract import FactKind
from dialogue.answer.amounts import Amount, compare_amounts
from dialogue.answer.counts import Count, compare_counts
from dialogue.answer.dates import SpokenDate, compare_dates
from dialogue.answer.digits import compare_digits, near_digits
from dialogue.answer.forms import Sides, forms_of
from dialogue.answer.span import spell
from dialogue.answer.tables import Tables
from dialogue.answer.truth import Truth
from dialogue.answer.values import Agreement, Form
from dialogue.hearing.phones import phone_ids

Sounds = tuple[int, ...]  # phone ids of one wording
_MOST_COUNT = 60
_YEARS = 25  # either side
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sayable:
    """Wordings by their sounds; none stands on both sides."""

    right: tuple[Sounds, ...]
    wrong: tuple[Sounds, ...]


def sayable(sides: Sides, tables: Tables) -> Sayable:
    """Numbers: every value that differs in a digit or two. Words: the likely wrong ones. Some ms."""
    truth = sides.truth
    right = _sounds(sides.forms, truth.kind)
    wrong = _sounds((form for forms in sides.rival_forms for form in forms), truth.kind)
    for value, agreement in _values(truth):
        if agreement is Agreement.EQUAL:
            right |= _sounds(forms_of(truth, value, tables), truth.kind)
        elif agreement is Agreement.OTHER:
            wrong |= _sounds(forms_of(truth, value, tables), truth.kind)
    return Sayable(right=tuple(sorted(right)), wrong=tuple(sorted(wrong - right)))


def _sounds(forms: Iterable[Form], kind: FactKind) -> set[Sounds]:
    """Of whole forms; those in Arabic numbers are said as others are."""
    return {
        ids
        for form in forms
        if form.whole
        and not any(c in _DIGITS for c in form.text)
        and (ids := phone_ids(spell(form.text, kind)))
    }


def _values(truth: Truth) -> Iterable[tuple[str, Agreement]]:
    """Values as they would stand on file, and how each stands to the fact."""
    match truth.kind:
        case FactKind.AMOUNT if truth.number is not None:
            for amount in _amounts(int(truth.number)):
                said = Amount(low=Fraction(amount), high=Fraction(amount))
                agreement = compare_amounts(truth.number, said, relative=truth.slack("relative", 0.1))
                yield str(amount), agreement
        case FactKind.COUNT if truth.number is not None:
            for count in range(max(_MOST_COUNT, int(truth.number) + 10)):
                one = Count(low=Fraction(count), high=Fraction(count))
                yield str(count), compare_counts(truth.number, one, absolute=truth.slack("absolute", 0.0))
        case FactKind.YEAR if truth.when is not None and truth.when.year is not None:
            for year in range(truth.when.year - _YEARS, min(truth.when.year + _YEARS, truth.today.year + 10)):
                yield str(year), _year(truth, truth.when.year, year)
        case FactKind.MONTH if truth.when is not None:
            for month in range(1, 13):
                same = month == truth.when.month
                yield str(month), Agreement.EQUAL if same else Agreement.OTHER
        case FactKind.DATE if truth.when is not None:
            for day in _dates(truth.when):
                yield day.isoformat(), Agreement.OTHER
        case FactKind.DIGITS:
            value = truth.texts[0]
            changed = (value[:i] + d + value[i + 1 :] for i in range(len(value)) for d in _DIGITS)
            for other in (*changed, *near_digits(value)):
                yield other, compare_digits(value, other)
        case _:
            return


def _year(truth: Truth, expected: int, said: int) -> Agreement:
    if truth.tolerance is None and abs(expected - said) == 1:
        return Agreement.PART  # as in normalise.read
    slack = int(truth.slack("absolute", 0))
    return compare_dates(SpokenDate(year=expected), SpokenDate(year=said), slack_years=slack)


def _amounts(value: int) -> Iterable[int]:
    """Two leading digits of any kind, the rest as it is or nothing; and ten times more or less."""
    if value < 10:
        return
    text = str(value)
    unit = 10 ** (len(text) - 2)
    rest = value % unit
    for lead in range(10, 100):
        yield lead * unit
        if rest:
            yield lead * unit + rest
    if len(text) > 2:
        third = unit // 10
        for digit in range(10):
            yield value // unit * unit + digit * third
    yield value * 10
    yield value // 10


def _dates(value: SpokenDate) -> Iterable[date]:
    """Another day, month or year, or both of day and month as they are often exchanged."""
    if value.year is None or value.month is None or value.day is None:
        return
    changes = [(value.year, value.month, day) for day in range(1, 32)]
    changes += [(value.year, month, value.day) for month in range(1, 13)]
    changes += [(year, value.month, value.day) for year in range(value.year - 12, value.year + 13)]
    for year, month, day in changes:
        if (year, month, day) != (value.year, value.month, value.day):
            try:
                yield date(year, month, day)
            except ValueError:  # the 31st of April
                continue
