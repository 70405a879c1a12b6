"""Seconds at equal error."""

import pytest

from question_bank.simulate.curves import ratios, seconds_at

OURS = [(60.0, 0.03), (70.0, 0.01), (80.0, 0.01)]
RIVAL = [(70.0, 0.02), (80.0, 0.0)]


def test_between_two_points_seconds_are_interpolated() -> None:
    assert seconds_at(OURS, 0.02) == pytest.approx(65.0)
    assert seconds_at(RIVAL, 0.01) == pytest.approx(75.0)


def test_the_first_point_is_the_least_that_is_known() -> None:
    assert seconds_at(OURS, 0.2) == 60.0


def test_a_way_that_never_errs_so_seldom_takes_no_number_of_seconds() -> None:
    assert seconds_at(OURS, 0.001) is None


def test_more_seconds_are_never_taken_to_err_more() -> None:
    assert seconds_at([(60.0, 0.01), (70.0, 0.05), (80.0, 0.0)], 0.01) == 60.0


def test_the_best_rival_is_the_one_with_the_fewest_seconds_at_our_error() -> None:
    slow, never = [(90.0, 0.01)], [(50.0, 0.5)]
    curves = {"ours": OURS, "rival": RIVAL, "slow": slow, "never": never, "bound": [(56.0, 0.01)]}
    found = ratios(curves, 0.01, ["rival", "slow", "never"])
    assert found["best_rival"] == "rival"
    assert found["to_best_rival"] == pytest.approx(70 / 75, abs=0.001)
    assert found["to_bound"] == pytest.approx(70 / 56, abs=0.001)
    assert found["to_bound_at_error"] == 0.01


def test_a_bound_that_errs_more_is_met_where_it_errs_least() -> None:
    found = ratios({"ours": OURS, "rival": RIVAL, "bound": [(50.0, 0.04), (56.0, 0.02)]}, 0.01, ["rival"])
    assert found["to_bound_at_error"] == 0.02
    assert found["to_bound"] == pytest.approx(65 / 56, abs=0.001)
