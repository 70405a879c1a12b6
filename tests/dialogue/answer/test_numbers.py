"""Numerals, sums, counts and digit strings."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.answer.amounts import amount_forms, compare_amounts, near_amounts, read_amount
from dialogue.answer.counts import count_forms, near_counts, read_count
from dialogue.answer.digits import compare_digits, digit_forms, near_digits, read_digits
from dialogue.answer.numerals import numbers_in, read_number, read_range, say_digits, say_number, say_short
from dialogue.answer.values import Agreement


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("一万五", 15_000),
        ("一万五百", 10_500),
        ("一万零五", 10_005),
        ("一万五千五", 15_500),
        ("1万5", 15_000),
        ("1.5万", 15_000),
        ("一点五万", 15_000),
        ("一万半", 15_000),
        ("15000", 15_000),
        ("一百二", 120),
        ("一百零二", 102),
        ("三千八", 3_800),
        ("二十五", 25),
        ("十", 10),
        ("两千零八", 2_008),
        ("二零一六", 2_016),
        ("十二万", 120_000),
        ("12K", 12_000),
        ("一亿两千万", 120_000_000),
        ("五百三千", None),
        ("七八千", None),
    ],
)
def test_one_number(said: str, value: int | None) -> None:
    assert read_number(said) == value


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("七八千", 7_000, 8_000),
        ("一万五六", 15_000, 16_000),
        ("十五六", 15, 16),
        ("二十七八万", 270_000, 280_000),
    ],
)
def test_two_neighbours_are_a_range(said: str, low: int, high: int) -> None:
    assert list(read_range(said) or ()) == [low, high]


@pytest.mark.parametrize(
    "words", ["一般般吧", "等一下", "万一呢", "一直都是", "十分满意", "在万科城", "去了三亚"]
)
def test_words_with_numeral_characters_say_no_number(words: str) -> None:
    assert numbers_in(words) == ()


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=0, max_value=99_999_999))
def test_a_number_said_in_full_is_read_back(value: int) -> None:
    assert read_number(say_number(value)) == value


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=100, max_value=99_999))
def test_the_everyday_elision_is_read_back(value: int) -> None:
    short = say_short(value)
    assert short is None or read_number(short) == value


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=100, max_value=999_999))
def test_every_spoken_form_of_a_sum_is_read_back(value: int) -> None:
    for form in amount_forms(value):
        read = read_amount(form.text)
        assert read is not None
        if form.template != "no_zero":  # 一万五百 without its 零 may also mean something else
            assert [read.low, read.high] == [value, value], form


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        pytest.param("一万五左右", 14_250, 15_750, id="about"),
        pytest.param("八千多", 8_000, 9_000, id="and some"),
        pytest.param("三到四千", 3_000, 4_000, id="unit said once"),
        pytest.param("三千到四千块钱", 3_000, 4_000, id="from to"),
        pytest.param("三四千块", 3_000, 4_000, id="neighbours"),
        pytest.param("8000到10000", 8_000, 10_000, id="in digits"),
        pytest.param("不到一万", 8_500, 10_000, id="not quite"),
        pytest.param("一万出头", 10_000, 12_000, id="a little over"),
        pytest.param("每个月一万二", 12_000, 12_000, id="a month is no sum"),
        pytest.param("我一个人一个月挣6500块", 6_500, 6_500, id="one person"),
    ],
)
def test_a_sum_and_its_vagueness(said: str, low: int, high: int) -> None:
    read = read_amount(said)
    assert read is not None
    assert [read.low, read.high] == [low, high]


@pytest.mark.parametrize("said", ["已完五", "不知道", "一般吧", "三个月", "十五天提"])
def test_no_sum(said: str) -> None:
    assert read_amount(said) is None


@pytest.mark.parametrize(
    ("said", "per", "expected", "agreement"),
    [
        ("一万五", "", 15_000, Agreement.EQUAL),
        ("一万六", "", 15_000, Agreement.EQUAL),
        ("一万八", "", 15_000, Agreement.OTHER),
        ("八千多", "", 8_500, Agreement.EQUAL),
        ("几千块", "", 8_500, Agreement.PART),
        ("几万块", "", 8_500, Agreement.OPEN),
        ("一年十八万", "month", 15_000, Agreement.EQUAL),
        ("一年五十万", "month", 15_000, Agreement.OTHER),
        ("一个月一万五", "year", 180_000, Agreement.EQUAL),
    ],
)
def test_sums_compared(said: str, per: str, expected: int, agreement: Agreement) -> None:
    read = read_amount(said)
    assert read is not None
    assert compare_amounts(Fraction(expected), read, relative=0.1, per=per) is agreement


@pytest.mark.parametrize(
    ("said", "unit", "low", "high"),
    [
        ("两个", "个", 2, 2),
        ("一儿一女", "个", 2, 2),
        ("独生子", "个", 1, 1),
        ("没有孩子", "个", 0, 0),
        ("三五年吧", "年", 3, 5),
        ("四五年了", "年", 4, 5),
        ("五年多", "年", 5, 6),
        ("十几年", "年", 10, 15),
        ("三年半", "年", Fraction(7, 2), Fraction(7, 2)),
        ("每个月15号", "号", 15, 15),
        ("十二栋", "栋", 12, 12),
        ("一共有三张卡", "张", 3, 3),
    ],
)
def test_counts(said: str, unit: str, low: Fraction, high: Fraction) -> None:
    read = read_count(said, unit=unit)
    assert read is not None
    assert [read.low, read.high] == [low, high]


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=0, max_value=99), st.sampled_from(["", "个", "年", "岁", "号", "栋", "张"]))
def test_every_spoken_form_of_a_count_is_read_back(value: int, unit: str) -> None:
    for form in count_forms(value, unit=unit):
        read = read_count(form.text, unit=unit)
        assert read is not None
        assert [read.low, read.high] == [value, value], form


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("二五幺六", "2516"),
        ("尾号是二五一六", "2516"),
        ("25，16", "2516"),
        ("三个八一", "8881"),
        ("幺三八零零三个六", "13800666"),
        ("最后四位是零四零三", "0403"),
        ("一二三X", "123X"),
        ("五六七叉", "567X"),
        ("二十五十六", "2516"),
        ("一千二百三十四", "1234"),
        ("两个零五六", "0056"),
    ],
)
def test_digit_strings(said: str, digits: str) -> None:
    assert read_digits(said) == digits


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="0123456789", min_size=4, max_size=11))
def test_every_spoken_form_of_digits_is_read_back(digits: str) -> None:
    for form in digit_forms(digits):
        assert read_digits(form.text) == digits, form


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="0123456789", min_size=3, max_size=3))
def test_an_identity_tail_with_x_is_read_back(digits: str) -> None:
    assert read_digits(say_digits(digits, one="幺") + "叉") == digits + "X"


@pytest.mark.parametrize(
    ("said", "agreement"),
    [
        ("2516", Agreement.EQUAL),
        ("13800002516", Agreement.EQUAL),
        ("2519", Agreement.OTHER),
        ("516", Agreement.PART),
        ("25", Agreement.NONE),
        ("13800009999", Agreement.OTHER),
    ],
)
def test_digits_compared(said: str, agreement: Agreement) -> None:
    assert compare_digits("2516", said) is agreement


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=1_000, max_value=99_999))
def test_rival_sums_lie_outside_the_tolerance(value: int) -> None:
    rivals = near_amounts(value)
    assert len(rivals) >= 10
    assert all(abs(r - value) > value * 0.1 for r in rivals)


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="0123456789", min_size=4, max_size=4), st.integers(min_value=0, max_value=40))
def test_rivals_are_many_and_never_the_value(digits: str, count: int) -> None:
    assert digits not in near_digits(digits)
    assert len(near_digits(digits)) >= 8
    assert count not in near_counts(count)
    assert len(near_counts(count)) >= 8
