"""Dates, years and months."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.answer.dates import (
    SpokenDate,
    compare_dates,
    date_forms,
    near_dates,
    near_months,
    near_years,
    read_date,
    read_month,
    read_year,
    year_forms,
)
from dialogue.answer.values import Agreement
from tests.dialogue.answer.asked import TODAY


def parts(said: SpokenDate | None) -> tuple[int | None, int | None, int | None] | None:
    return None if said is None else (said.year, said.month, said.day)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("一九九零年五月十七号", (1990, 5, 17)),
        ("1990年5月17日", (1990, 5, 17)),
        ("1990-05-17", (1990, 5, 17)),
        ("19900517", (1990, 5, 17)),
        ("九零年五月十七", (1990, 5, 17)),
        ("90年5月17", (1990, 5, 17)),
        ("五月十七", (None, 5, 17)),
        ("5月17号", (None, 5, 17)),
        ("九零年五月", (1990, 5, None)),
        ("九零年的", (1990, None, None)),
        ("二号", (None, None, 2)),
        ("十二月三十一号", (None, 12, 31)),
        ("十一月二十", (None, 11, 20)),
        ("零二年十月一号", (2002, 10, 1)),
        ("昨天", (2026, 11, 19)),
        ("前天吧", (2026, 11, 18)),
        ("上个月", (2026, 10, None)),
        ("上个月十五号", (2026, 10, 15)),
        ("这个月初二号", (2026, 11, 2)),
        ("三个月前", (2026, 8, None)),
        ("不记得了", None),
    ],
)
def test_parts_of_a_date(said: str, read: tuple[int | None, ...] | None) -> None:
    assert parts(read_date(said, today=TODAY)) == read


@pytest.mark.parametrize(
    ("said", "year"),
    [
        ("二零一六年", 2016),
        ("二零一六", 2016),
        ("2016", 2016),
        ("一六年", 2016),
        ("大概16年吧", 2016),
        ("九八", 1998),
        ("九八年进来的", 1998),
        ("两千年", 2000),
        ("两千零八年", 2008),
        ("零八年", 2008),
        ("去年", 2025),
        ("前年", 2024),
        ("今年年初", 2026),
        ("大前年", 2023),
        ("五年前", 2021),
        ("干了十年了", 2016),
        ("有八年了", 2018),
        ("一九年三月份", 2019),
        ("好多年了", None),
        ("八十年代", None),
    ],
)
def test_a_year(said: str, year: int | None) -> None:
    read = read_year(said, today=TODAY)
    assert (None if read is None else read.year) == year


@pytest.mark.parametrize(
    ("said", "month"),
    [("五月", 5), ("十二月份", 12), ("11月", 11), ("三", 3), ("大概是十月吧", 10), ("一般", None)],
)
def test_a_month(said: str, month: int | None) -> None:
    assert read_month(said) == month


@settings(max_examples=50, deadline=None)
@given(st.dates(min_value=date(1931, 1, 1), max_value=date(2026, 11, 1)))
def test_every_spoken_form_of_a_date_agrees_with_it(value: date) -> None:
    expected = SpokenDate(year=value.year, month=value.month, day=value.day)
    for form in date_forms(value):
        read = read_date(form.text, today=TODAY)
        assert read is not None, form
        two_digits = form.template.startswith("y2")
        if two_digits and value.year < 1940:  # 三一年 is 1931 only to those who know
            continue
        if two_digits and value.year % 100 <= 27 and value.year < 2000:
            continue
        assert compare_dates(expected, read) is (Agreement.EQUAL if form.whole else Agreement.PART), form


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=1940, max_value=2026))
def test_every_spoken_form_of_a_year_is_read_back(year: int) -> None:
    for form in (*year_forms(year), *year_forms(year, tail="")):
        read = read_year(form.text, today=TODAY)
        assert read is not None, form
        assert read.year == year, form


@pytest.mark.parametrize(
    ("said", "agreement"),
    [
        (SpokenDate(year=1990, month=5, day=17), Agreement.EQUAL),
        (SpokenDate(month=5, day=17), Agreement.EQUAL),
        (SpokenDate(year=1990), Agreement.PART),
        (SpokenDate(year=1990, month=5), Agreement.PART),
        (SpokenDate(day=17), Agreement.PART),
        (SpokenDate(year=1991, month=5, day=17), Agreement.OTHER),
        (SpokenDate(month=6), Agreement.OTHER),
        (SpokenDate(month=4, day=23, lunar=True), Agreement.OPEN),
        (SpokenDate(year=1991, slack_years=1), Agreement.PART),
    ],
)
def test_dates_compared(said: SpokenDate, agreement: Agreement) -> None:
    assert compare_dates(SpokenDate(year=1990, month=5, day=17), said) is agreement


def test_the_farmers_calendar_is_never_a_mismatch() -> None:
    read = read_date("农历四月二十三", today=TODAY)
    assert read is not None
    assert read.lunar


@settings(max_examples=50, deadline=None)
@given(st.dates(min_value=date(1940, 1, 1), max_value=date(2026, 11, 1)))
def test_rivals_of_dates(value: date) -> None:
    assert len(near_dates(value)) >= 10
    assert value not in near_dates(value)
    assert len(near_years(value.year)) >= 10
    assert value.month not in near_months(value.month)
    assert len(near_months(value.month)) == 11
