"""What follows from what is on file."""

from datetime import date

import pytest

from config.derivations import completed, load_derivations, shipped
from decision_hook.contract import Application, Fact, FactSource
from decision_hook.contract.application import FACT_KINDS
from decision_hook.contract.derived import Derivations, with_derived

TODAY = date(2026, 10, 12)


def derived(today: date | None = TODAY, **facts: str) -> dict[str, Fact]:
    given = {key: Fact(value=value, source=FactSource.FORM) for key, value in facts.items()}
    application = Application(id="a", phone="+8613712345678", facts=given)
    return with_derived(application, shipped(), today=today).facts


def values(today: date | None = TODAY, **facts: str) -> dict[str, str]:
    return {key: fact.value for key, fact in derived(today, **facts).items() if key not in facts}


ALWAYS = {"mobile_head": "137", "mobile_tail": "5678"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({}, {}, id="only the number"),
        pytest.param(
            {"birth_date": "1986-05-17"},
            {
                "age": "40",
                "birth_year": "1986",
                "birth_month": "5",
                "birth_day": "17",
                "star_sign": "金牛座",
                "zodiac": "虎",
            },
            id="birth",
        ),
        pytest.param(
            {"birth_date": "1986-01-25"},
            {"age": "40", "birth_year": "1986", "birth_month": "1", "birth_day": "25", "star_sign": "水瓶座"},
            id="before the lunar new year nobody knows the animal",
        ),
        pytest.param(
            {"birth_date": "1980-06-01", "hire_year": "2014", "wedding_year": "2008"},
            {
                "age": "46",
                "birth_year": "1980",
                "birth_month": "6",
                "birth_day": "1",
                "star_sign": "双子座",
                "zodiac": "猴",
                "hire_age": "34",
                "wedding_age": "28",
                "employer_years": "12",
            },
            id="ages at events",
        ),
        pytest.param(
            {"mortgage_start_year": "2019", "mortgage_years": "25", "home_years": "6"},
            {"mortgage_left_years": "18", "moved_year": "2020"},
            id="years from years",
        ),
        pytest.param(
            {"enrol_year": "2004", "graduation_year": "2008"},
            {"study_years": "4", "graduated_years": "18"},
            id="study",
        ),
        pytest.param({"employer": "新元建筑公司"}, {"employer_trade": "建筑"}, id="trade"),
        pytest.param({"birth_date": "soon", "hire_year": "9999", "home_years": "many"}, {}, id="nonsense"),
        pytest.param({"home_city": "无此市"}, {}, id="a city nobody wrote down"),
    ],
)
def test_what_follows(facts: dict[str, str], expected: dict[str, str]) -> None:
    assert values(TODAY, **facts) == {**ALWAYS, **expected}


def test_around_an_address_any_right_name_is_right() -> None:
    found = derived(home_city="杭州市", home_district="西湖区")
    assert found["home_area_code"].value == "0571"
    assert {found["home_airport"].value, *found["home_airport"].also} >= {"萧山机场", "萧山"}
    assert "余杭区" in found["home_next_district"].also
    assert found["home_province"].source is FactSource.DERIVED


def test_what_is_on_file_stays_and_time_needs_a_day() -> None:
    assert derived(birth_date="1986-05-17", zodiac="龙")["zodiac"].value == "龙"
    assert "age" not in derived(None, birth_date="1986-05-17")


def test_a_spouses_animal_may_be_that_of_the_year_before() -> None:
    fact = derived(spouse_birth_year="1985")["spouse_zodiac"]
    assert (fact.value, fact.also) == ("牛", ("鼠",))


def test_completing_twice_changes_nothing() -> None:
    given = {"birth_date": Fact(value="1986-05-17", source=FactSource.FORM)}
    once = completed(Application(id="a", phone="13712345678", facts=given))
    assert completed(once) == once
    assert "age" not in once.facts  # nobody wrote down when it was made


def test_the_shipped_table_is_whole() -> None:
    tables = load_derivations()
    assert len(tables.cities) >= 20
    for place in tables.districts:
        city, _, district = place.partition("/")
        assert city in tables.cities
        assert district not in tables.districts[place]
    for name, around in tables.cities.items():
        assert name not in around.next_city
    assert set(derived(home_city="杭州", birth_date="1986-05-17")) <= set(FACT_KINDS)
    assert (
        with_derived(Application(id="a", phone="138"), Derivations(), today=None).facts.keys()
        == ALWAYS.keys()
    )
