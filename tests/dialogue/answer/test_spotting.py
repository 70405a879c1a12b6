"""Wordings found in sounds, and what that says about a fact. The sounds are made up, frame by frame."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_hook.contract import FactKind as K
from dialogue.answer.forms import sides_of
from dialogue.answer.phone_evidence import PhoneEvidence, weigh_phones
from dialogue.answer.sayable import sayable
from dialogue.answer.spotting import Tolerance, best_path, spot, syllable_scores
from dialogue.answer.tolerance import tolerance_of
from dialogue.answer.truth import truth_of
from dialogue.hearing.phones import PHONES, phone_ids
from tests.dialogue.answer.asked import TODAY, asked, tables
from tests.dialogue.answer.sounding import sounds

EXACT = Tolerance(confusions=np.eye(len(PHONES), dtype=np.float32), around=3.0)


def test_what_was_said_fits_best() -> None:
    heard = sounds("我是九八年来的")
    right, wrong = spot([phone_ids("九八年"), phone_ids("九五年")], heard, EXACT)
    assert right.score == pytest.approx(-3.0 * 7)  # 我是 and 来的 lie around it, seven sounds
    assert wrong.score < right.score - 3
    assert (right.first, right.end) == (11, 27)


def test_a_short_wording_does_not_hide_in_a_longer_one() -> None:
    shorter, longer = spot([phone_ids("四千"), phone_ids("四千六")], sounds("四千六"), EXACT)
    assert longer.score == pytest.approx(0.0, abs=1e-4)
    assert shorter.score == pytest.approx(-3.0 * 2, abs=1e-4)


def test_a_filled_pause_inside_costs_nothing() -> None:
    (fit,) = spot([phone_ids("九八年")], sounds("九嗯八年"), EXACT)
    assert fit.score == pytest.approx(0.0, abs=1e-4)


def test_one_wrong_syllable_shows_itself() -> None:
    heard = sounds("王小明")
    right, wrong = phone_ids("王小明"), phone_ids("王大明")
    fits = spot([right, wrong], heard, EXACT)
    assert syllable_scores(right, heard, EXACT, fits[0]) == pytest.approx((0.0, 0.0, 0.0), abs=1e-4)
    assert min(syllable_scores(wrong, heard, EXACT, fits[1])) < -5


def test_dialects_and_tones_are_forgiven() -> None:
    tolerant = tolerance_of(tables().sound)
    heard = sounds("四")
    dialect, other_tone, other = (
        spot([phone_ids(text)], heard, tolerant)[0].score for text in ("是", "思", "哈")
    )
    assert other < min(dialect, other_tone) - 2
    assert spot([phone_ids("思")], heard, EXACT)[0].score < other_tone - 2


def test_the_best_path_is_what_was_said() -> None:
    assert tuple(phone for phone, _, _ in best_path(sounds("九九八"))) == phone_ids("九九八")


def test_nothing_heard_fits_nothing() -> None:
    empty = np.zeros((0, len(PHONES)), dtype=np.float32)
    assert spot([phone_ids("四千")], empty, EXACT)[0].score < -1e6
    assert spot([], sounds("四千"), EXACT) == ()


@given(st.integers(0, 40), st.lists(st.integers(1, len(PHONES) - 1), min_size=1, max_size=30))
def test_any_sounds_and_wording_give_a_finite_fit(frames: int, wording: list[int]) -> None:
    rng = np.random.default_rng(frames)
    heard = np.log(rng.dirichlet(np.ones(len(PHONES)), size=frames)).astype(np.float32)
    (fit,) = spot([tuple(wording)], heard, EXACT)
    assert np.isfinite(fit.score)
    assert 0 <= fit.first <= fit.end <= frames


def weighed(kind: K, value: str, said: str, *, key: str, words: str = "") -> PhoneEvidence:
    truth = truth_of(asked(kind, value, key=key, words=words), today=TODAY)
    assert truth is not None
    made = sayable(sides_of(truth, tables()), tables())
    found = weigh_phones(made, sounds(said), tolerance_of(tables().sound))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "key", "value", "said", "near"),
    [
        (K.DIGITS, "mobile_tail", "2516", "二五幺六", "二五幺七"),
        (K.YEAR, "hire_year", "2016", "一六年吧", "一五年吧"),
        (K.AMOUNT, "monthly_income", "15600", "一万五千六", "一万一千六"),
        (K.AMOUNT, "monthly_income", "4000", "四千", "四千六"),
        (K.DATE, "birth_date", "1990-05-12", "九零年五月十二号", "九零年五月十七号"),
        (K.COUNT, "pay_day", "15", "十五号", "二十五号"),
        (K.COUNT, "home_floor", "7", "七楼", "一楼"),
        (K.COUNT, "home_floor", "1", "一楼", "七楼"),
        (K.NAME, "contact_name", "黄美玲", "黄美玲", "黄美华"),
        (K.TERM, "zodiac", "鼠", "属鼠", "属鸡"),
        (K.PLACE, "home_community", "阳光花园", "阳光花园", "阳春花园"),
    ],
)
def test_the_sounds_tell_the_fact_from_a_near_miss(
    kind: K, key: str, value: str, said: str, near: str
) -> None:
    right, wrong = weighed(kind, value, said, key=key), weighed(kind, value, near, key=key)
    assert right.lead > 2
    assert right.worst > -1
    assert wrong.lead < 0 or wrong.worst < -3


def test_a_tolerance_counts_as_right() -> None:
    close = weighed(K.AMOUNT, "24000", "两万五", key="monthly_income")
    assert close.lead > 0


def test_a_fact_that_cannot_be_said_gives_no_evidence() -> None:
    truth = truth_of(asked(K.COMPANY, "IBM", key="employer"), today=TODAY)
    assert truth is not None
    made = sayable(sides_of(truth, tables()), tables())
    assert weigh_phones(made, sounds("公司"), tolerance_of(tables().sound)) is None
