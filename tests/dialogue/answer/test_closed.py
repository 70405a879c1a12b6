"""Yes, no or something else, by what the audio says."""

import math
from dataclasses import replace

import pytest

from dialogue.answer.closed import (
    FLOOR,
    NO_LEANING,
    Leaning,
    compare,
    compare_sounds,
    family_likelihoods,
    features,
    wordings,
)
from dialogue.answer.intent.intent import Intent
from dialogue.answer.side import Side
from dialogue.answer.spotting import spot
from dialogue.answer.tables import ReplyTable
from dialogue.answer.tolerance import tolerance_of
from dialogue.hearing.phones import phone_ids
from tests.dialogue.answer.asked import tables
from tests.dialogue.answer.sounding import sounds


def leaning(yes: float, no: float, other: float) -> Leaning:
    return Leaning(logs={Side.YES: yes, Side.NO: no, Side.OTHER: other})


@pytest.mark.parametrize(
    ("one", "decided"),
    [
        pytest.param(NO_LEANING, None, id="nothing heard"),
        pytest.param(leaning(1.0, 0.0, 0.0), None, id="likely is not enough"),
        pytest.param(leaning(1.2, 0.0, 0.0).plus(leaning(1.2, 0.0, 0.0)), True, id="twice likely is"),
        pytest.param(leaning(3.0, 0.0, 0.0), True, id="plain yes"),
        pytest.param(leaning(0.0, 3.0, 0.0), False, id="plain no"),
        pytest.param(leaning(2.0, 2.0, 0.0), None, id="either"),
        pytest.param(leaning(0.0, 0.0, 3.0), None, id="a request is neither"),
    ],
)
def test_when_it_is_decided(one: Leaning, decided: bool | None) -> None:
    assert one.decided() is decided


def test_probabilities_sum_to_one() -> None:
    assert sum(leaning(-700.0, 3.0, 1.0).probability(side) for side in Side) == pytest.approx(1.0)


@pytest.fixture(params=["opening", "consent"])
def table(request: pytest.FixtureRequest) -> ReplyTable:
    found: ReplyTable = tables().replies[request.param]
    return found


@pytest.mark.parametrize(
    ("side", "family"), [(Side.YES, "yes"), (Side.NO, "no"), (Side.OTHER, "who_are_you")]
)
def test_words_and_sound_that_agree_decide(table: ReplyTable, side: Side, family: str) -> None:
    scores = [-1.0 if of == family else -14.0 for of, said in table.families.items() for _ in said]
    closed = compare(table, side, scores, -1.0)
    assert max(Side, key=closed.leaning.probability) is side
    asked_twice = side is Side.NO and table.no_twice
    assert (closed.leaning.probability(side) >= 0.75) is not asked_twice
    assert closed.leaning.plus(closed.leaning).probability(side) >= 0.75
    if side is Side.OTHER:
        assert closed.request is Intent.WHO_ARE_YOU


def test_a_no_that_no_words_say_is_asked_for_twice(table: ReplyTable) -> None:
    scores = [-1.0 if of == "no" else -20.0 for of, said in table.families.items() for _ in said]
    once = compare(table, None, scores, -1.0).leaning
    assert once.decided() is None
    assert once.plus(once).decided() is False


def test_a_weak_no_that_no_words_say_does_not_add_up() -> None:
    """对，是我 in noise, said three times: each time a little more like 不是我."""
    once = leaning(0.0, 0.5, -2.0)
    assert once.plus(once).plus(once).decided() is None
    read = replace(once, says_no=True)
    assert read.plus(once).plus(once).decided() is False


def test_a_no_that_is_read_is_never_heard_as_yes(table: ReplyTable) -> None:
    scores = [0.0 if of == "yes" else -16.0 for of, said in table.families.items() for _ in said]
    leaning = compare(table, Side.NO, scores, 0.0).leaning
    assert leaning.decided() is not True
    assert leaning.plus(leaning).decided() is not True


def test_a_family_is_as_likely_as_its_wordings_together(table: ReplyTable) -> None:
    count = len(table.families["yes"])
    assert family_likelihoods(table.families, [0.0] * len(wordings(table.families)))["yes"] == pytest.approx(
        0.0 + math.log(count)
    )


def test_far_is_far_enough(table: ReplyTable) -> None:
    found = features(family_likelihoods(table.families, [-900.0] * len(wordings(table.families))), None, -3.0)
    assert (found["yes"], found["no"], found["other"]) == (FLOOR, FLOOR, FLOOR)


@pytest.mark.parametrize(
    ("said", "side"),
    [("是我", Side.YES), ("你打错了", Side.NO), ("你是谁", Side.OTHER), ("再说一遍", Side.OTHER)],
)
def test_the_sounds_alone_decide(said: str, side: Side) -> None:
    opening = tables().replies["opening"]
    wanted = [phone_ids(wording) for wording in wordings(opening.families)]
    fits = spot(wanted, sounds(said), tolerance_of(tables().sound))
    leaning = compare_sounds(opening, None, [fit.score for fit in fits]).leaning
    assert max(leaning.logs, key=lambda one: leaning.logs[one]) is side
