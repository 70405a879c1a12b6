"""Budgets against guessing."""

import pytest

from question_bank.budget import Budgets, Kind, Seen, spent

BUDGETS = Budgets(days=30, calls={Kind.PERSON: 2, Kind.NUMBER: 3})


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        pytest.param({}, None, id="nobody known"),
        pytest.param({Kind.PERSON: 1, Kind.NUMBER: 2}, None, id="all below"),
        pytest.param({Kind.PERSON: 2}, Kind.PERSON, id="this identity was asked twice"),
        pytest.param({Kind.PERSON: 0, Kind.NUMBER: 3}, Kind.NUMBER, id="fresh identity, same number"),
    ],
)
def test_whose_budget_is_spent(calls: dict[Kind, int], expected: Kind | None) -> None:
    assert spent({kind: Seen(calls=count) for kind, count in calls.items()}, BUDGETS) is expected
