import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.speaking.spoken_form import spoken_form, whole_number


@pytest.mark.parametrize(
    ("written", "said"),
    [
        pytest.param("1990-05-17", "一九九零年五月十七日", id="ISO date"),
        pytest.param("1998年5月17日", "一九九八年五月十七日", id="date in Chinese"),
        pytest.param("2016年", "二零一六年", id="a year is read digit by digit"),
        pytest.param("2年", "两年", id="years counted"),
        pytest.param("21年", "二十一年", id="many years counted"),
        pytest.param("月收入12,500元", "月收入一万两千五百元", id="amount with a comma"),
        pytest.param("2000元", "两千元", id="two thousand"),
        pytest.param("200元", "二百元", id="two hundred"),
        pytest.param("100200", "十万零二百", id="gap in an amount"),
        pytest.param("4.5%", "百分之四点五", id="percentage"),
        pytest.param("3-5年", "三到五年", id="range"),
        pytest.param("9:05", "九点零五分", id="clock"),
        pytest.param("2:00", "两点整", id="two o'clock"),
        pytest.param("尾号0086", "尾号零零八六", id="tail with zeros"),
        pytest.param("尾号是1234", "尾号是幺二三四", id="tail"),
        pytest.param("13812345678", "幺三八幺二三四五六七八", id="telephone number"),
        pytest.param("第2次", "第二次", id="ordinals keep 二"),
        pytest.param("12个", "十二个", id="twelve"),
        pytest.param("没有数字", "没有数字", id="nothing to do"),
    ],
)
def test_digits_are_said_as_a_speaker_says_them(written: str, said: str) -> None:
    assert spoken_form(written) == said


@given(st.text(alphabet="0123456789.,:-/%年月日元个号是第 ", max_size=30))
def test_no_digit_survives(written: str) -> None:
    assert not re.search(r"\d", spoken_form(written))


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_numbers_read_back(value: int) -> None:
    import cn2an

    said = whole_number(value).replace("两", "二")
    if said.startswith("十"):
        said = "一" + said
    said = re.sub(r"(?<=[亿万])零?十", "零一十", said)
    assert cn2an.cn2an(said, "smart") == value
