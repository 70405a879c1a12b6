from datetime import date
from typing import Any

import pytest

from decision_hook.contract import FactKind
from ivr.simulator.mind import Mind, Origin, Recalled
from ivr.simulator.persona import Unknown
from tests.ivr.simulator.people import application, persona


def mind(seed: int = 1, **traits: Any) -> Mind:
    return Mind(application(), persona(**traits), seed)


@pytest.mark.parametrize(
    ("traits", "key", "value", "origin"),
    [
        pytest.param({}, "debit_card_tail", "6284", Origin.LIVED, id="knows everything by default"),
        pytest.param({"knows_sources": ["form"]}, "home_city", "杭州", Origin.LEARNT, id="read on the form"),
        pytest.param(
            {"knows": {"home_city": {"as": "wrong", "value": "苏州"}}},
            "home_city",
            "苏州",
            Origin.LIVED,
            id="wrong",
        ),
        pytest.param(
            {"knows": {"home_city": {"as": "stolen"}}},
            "home_city",
            "杭州",
            Origin.LEARNT,
            id="stolen, on the form",
        ),
        pytest.param(
            {"knows_sources": [], "knows": {"zodiac": {"as": "true"}}},
            "zodiac",
            "虎",
            Origin.LIVED,
            id="one thing",
        ),
        pytest.param({}, "star_sign", "金牛座", Origin.LIVED, id="not on file, follows from the birth date"),
        pytest.param({}, "mobile_tail", "0001", Origin.LIVED, id="not on file, follows from the number"),
    ],
)
def test_what_is_remembered(traits: dict[str, Any], key: str, value: str, origin: Origin) -> None:
    recalled = mind(**traits).recall(key, FactKind.TERM)
    assert isinstance(recalled, Recalled)
    assert (recalled.value, recalled.origin) == (value, origin)


@pytest.mark.parametrize(
    ("traits", "key", "reaction"),
    [
        pytest.param({"knows_sources": ["form"]}, "debit_card_tail", Unknown.DONT_KNOW, id="the bank's"),
        pytest.param(
            {"knows": {"debit_card_tail": {"as": "stolen"}}, "unknown": "evade"},
            "debit_card_tail",
            Unknown.EVADE,
            id="stolen, but not on the form",
        ),
        pytest.param(
            {"knows_sources": ["form"]}, "school", Unknown.DONT_KNOW, id="a life that is not theirs"
        ),
    ],
)
def test_what_is_not_known(traits: dict[str, Any], key: str, reaction: Unknown) -> None:
    assert mind(**traits).recall(key, FactKind.COMPANY) is reaction


def test_a_generated_wrong_value_is_of_the_kind_and_never_the_true_one() -> None:
    for seed in range(30):
        wrong = mind(seed, knows={"birth_date": {"as": "wrong"}}).recall("birth_date", FactKind.DATE)
        assert isinstance(wrong, Recalled)
        assert date.fromisoformat(wrong.value) != date(1986, 5, 17)


def test_inventions_stay_the_same_within_a_call() -> None:
    inventor = mind(knows_sources=["form"], unknown="invent")
    first = inventor.recall("previous_city", FactKind.PLACE)
    assert isinstance(first, Recalled)
    assert first.origin is Origin.INVENTED
    assert inventor.recall("previous_city", FactKind.PLACE) == first


def test_a_wrong_birth_date_has_its_own_zodiac() -> None:
    wrong = mind(knows={"birth_date": {"as": "wrong", "value": "1990-03-03"}})
    assert wrong.recall("star_sign", FactKind.TERM) == Recalled(
        value="双鱼座", kind=FactKind.TERM, origin=Origin.LIVED
    )
