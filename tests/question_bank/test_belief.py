"""Beliefs move with evidence, and not twice with the same."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_hook.contract import EvidencePart, Hypothesis
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


def test_evidence_adds_in_log_odds() -> None:
    before = prior(0.5)
    assert odds(update(before, [MATCH], fact_keys=["employer"])) == pytest.approx(odds(before) + 2.0)


def test_five_questions_about_one_fact_move_belief_hardly_more_than_one() -> None:
    before = prior(0.5)
    once = update(before, [MATCH], fact_keys=["employer"])
    often = once
    for _ in range(4):
        often = update(often, [MATCH], fact_keys=["employer_trade", "employer"])
    gained, gained_often = odds(once) - odds(before), odds(often) - odds(before)
    assert gained_often <= 1.4 * gained + 1e-9
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


@given(st.lists(st.tuples(parts, st.sampled_from(["employer", "pay_day", "school"])), max_size=60))
def test_beliefs_stay_probabilities(evidence: list[tuple[EvidencePart, str]]) -> None:
    beliefs = prior(0.8)
    for piece, key in evidence:
        beliefs = update(beliefs, [piece], fact_keys=[key])
    p = beliefs.probabilities()
    assert all(math.isfinite(value) for value in p.values())
    assert sum(p.values()) == pytest.approx(1)
