"""Beliefs move with evidence, and not twice with the same."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_hook.contract import EvidencePart, Grade, Hypothesis
from question_bank.belief import Beliefs, prior, update

GENUINE, IMPOSTOR, COACHED = Hypothesis


def part(name: str, genuine: float, impostor: float, coached: float) -> EvidencePart:
    logs = {GENUINE: genuine, IMPOSTOR: impostor, COACHED: coached}
    return EvidencePart(name=name, log_likelihood=logs, source="test")


MATCH = part("fact", -0.3, -2.3, -1.0)


def odds(beliefs: Beliefs) -> float:
    """Natural log of genuine against impostor."""
    p = beliefs.probabilities()
    return math.log(p[GENUINE] / p[IMPOSTOR])


def test_an_answer_moves_the_odds_but_less_than_its_table_says() -> None:
    """An impostor may hold the fact, and the line may have garbled it."""
    before = prior(0.5)
    moved = odds(update(before, [MATCH], fact_keys=["employer"])) - odds(before)
    assert 1.0 < moved < 2.0


def test_right_answers_add_up() -> None:
    beliefs, last = prior(0.9), 0.0
    for key in ("employer", "pay_day", "school", "mortgage_bank", "car_brand", "salary_bank"):
        beliefs = update(beliefs, [MATCH], fact_keys=[key])
        assert odds(beliefs) > last
        last = odds(beliefs)
    assert beliefs.probabilities()[GENUINE] > 0.98


def test_a_line_on_which_little_is_understood_makes_wrong_answers_weigh_less() -> None:
    wrong = part("fact", -2.7, -0.9, -1.4)
    clear = noisy = prior(0.5)
    for key in ("a1", "a2", "a3", "a4"):
        clear = update(clear, [], fact_keys=[key], grade=Grade.MATCH)
        noisy = update(noisy, [], fact_keys=[key], grade=Grade.UNCLEAR)
    moved = [
        odds(after) - odds(before)
        for before in (clear, noisy)
        for after in [update(before, [wrong], fact_keys=["employer"])]
    ]
    assert moved[0] < moved[1] < 0


def test_some_of_both_looks_like_an_impostor_with_much_data_before_like_one_with_little() -> None:
    """Three right and three wrong: hardly the owner, although right and wrong weigh about the same alone."""
    beliefs = prior(0.5)
    for number in range(6):
        logs = MATCH if number % 2 else part("fact", -2.7, -0.9, -1.4)
        beliefs = update(beliefs, [logs], fact_keys=[f"fact{number}"])
    assert beliefs.probabilities()[GENUINE] < prior(0.5).probabilities()[GENUINE] + 0.05


def test_five_questions_about_one_fact_move_belief_hardly_more_than_one() -> None:
    before = prior(0.5)
    for answer in (MATCH, part("fact", -2.7, -0.9, -1.4), part("fact", -0.2, -0.4, -0.4)):
        once = update(before, [answer], fact_keys=["employer"])
        often = once
        for _ in range(4):
            often = update(often, [answer], fact_keys=["employer_trade", "employer"])
        gained, gained_often = odds(once) - odds(before), odds(often) - odds(before)
        assert 1 < gained_often / gained <= 1.2
        assert update(once, [MATCH], fact_keys=["pay_day"]).judged == {"employer", "pay_day"}


def test_an_unclear_answer_judges_nothing() -> None:
    after = update(prior(0.5), [part("fact", -2.5, -2.5, -2.5)], fact_keys=["employer"])
    assert after.judged == frozenset()
    assert after.probabilities() == pytest.approx(prior(0.5).probabilities())


def test_delivery_is_capped_over_the_whole_call_and_can_be_left_out() -> None:
    before = prior(0.5)
    after = before
    for _ in range(50):
        after = update(after, [part("pauses", -1.5, 0.0, 0.0), part("tone", -1.0, 0.0, 0.0)])
    assert odds(after) == pytest.approx(odds(before) - 2.0)
    assert after.probabilities(delivery=False) == pytest.approx(before.probabilities())


def test_a_second_voice_counts_once_for_all_its_sentences() -> None:
    after = prior(0.5)
    for _ in range(20):
        after = update(after, [part("second_voice", -3.0, -3.0, 0.0)])
    p, start = after.probabilities(), prior(0.5).probabilities()
    gained = math.log(p[COACHED] / p[GENUINE]) - math.log(start[COACHED] / start[GENUINE])
    assert gained == pytest.approx(4.0)


def test_the_prior_follows_the_risk_but_never_decides() -> None:
    low, unknown, high = (prior(risk).probabilities()[GENUINE] for risk in (0.0, None, 1.0))
    assert 0.951 > low > unknown > high > 0.499


finite = st.floats(allow_nan=True, allow_infinity=True)
parts = st.builds(
    part, st.sampled_from(["fact", "pauses", "second_voice", "consistency"]), finite, finite, finite
)


@settings(deadline=None)
@given(st.lists(st.tuples(parts, st.sampled_from(["employer", "pay_day", "school"])), max_size=60))
def test_beliefs_stay_probabilities(evidence: list[tuple[EvidencePart, str]]) -> None:
    beliefs = prior(0.8)
    for piece, key in evidence:
        beliefs = update(beliefs, [piece], fact_keys=[key])
    p = beliefs.probabilities()
    assert all(math.isfinite(value) for value in p.values())
    assert sum(p.values()) == pytest.approx(1)
