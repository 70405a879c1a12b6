"""How much was said before a pause: by kind, in words and in sounds."""

import numpy as np
import pytest
from numpy.typing import NDArray

from decision_hook.contract import FactKind
from dialogue.answer.whole import BARELY, HALF, LIKELY, NOTHING, OPEN, WHOLE, whole
from dialogue.hearing.phones import PHONES, phone_ids
from tests.dialogue.answer.asked import asked, tables


def sounding(text: str) -> NDArray[np.float32]:
    """As the phone model would tell a text: a frame a sound, silence between."""
    rows = []
    for phone in phone_ids(text):
        for heard in (phone, 0):
            row = np.full(len(PHONES), -12.0, dtype=np.float32)
            row[heard] = -0.01
            rows.append(row)
    return np.array(rows, dtype=np.float32).reshape(-1, len(PHONES))


SHAPES = [
    (FactKind.NAME, "王小明", "我叫", NOTHING),
    (FactKind.NAME, "王小明", "我叫王小明", WHOLE),
    (FactKind.NAME, "王小明", "那个", NOTHING),
    (FactKind.NAME, "王小明", "嗯", NOTHING),
    (FactKind.NAME, "王小明", "叫王小明那个", HALF),
    (FactKind.PLACE, "杭州", "这个应该是", NOTHING),
    (FactKind.PLACE, "杭州", "我住在浙江", WHOLE),
    (FactKind.PLACE, "杭州", "我家小区是在", HALF),
    (FactKind.TERM, "男", "男", BARELY),
    (FactKind.COMPANY, "华夏物流", "之前在", NOTHING),
    (FactKind.DIGITS, "2516", "尾号是", NOTHING),
    (FactKind.DIGITS, "2516", "尾号是二五", HALF),
    (FactKind.DIGITS, "2516", "那个零三", HALF),
    (FactKind.DIGITS, "2516", "四二六零", WHOLE),
    (FactKind.DIGITS, "2516", "尾号是三三八七", WHOLE),
    (FactKind.AMOUNT, "30000", "我申请的是", NOTHING),
    (FactKind.AMOUNT, "30000", "每个月是", NOTHING),
    (FactKind.AMOUNT, "30000", "一万", OPEN),
    (FactKind.AMOUNT, "30000", "三千", LIKELY),
    (FactKind.AMOUNT, "30000", "大概五千块钱", WHOLE),
    (FactKind.AMOUNT, "30000", "一万五千二", WHOLE),
    (FactKind.DATE, "1990-05-12", "九零年", HALF),
    (FactKind.DATE, "1990-05-12", "九零年五月", HALF),
    (FactKind.DATE, "1990-05-12", "去年五月", HALF),
    (FactKind.DATE, "1990-05-12", "九零年五月十二号", WHOLE),
    (FactKind.DATE, "1990-05-12", "就上个月", WHOLE),
    (FactKind.YEAR, "2014", "二零一四年", LIKELY),
    (FactKind.YEAR, "2014", "二零一四", WHOLE),
    (FactKind.MONTH, "11", "十一月", WHOLE),
    (FactKind.COUNT, "3", "一共", NOTHING),
    (FactKind.COUNT, "3", "一年", WHOLE),
    (FactKind.YES_NO, "yes", "嗯", BARELY),
    (FactKind.YES_NO, "yes", "没有", LIKELY),
    (FactKind.YES_NO, "yes", "对", LIKELY),
    (FactKind.FREE, None, "还行吧", HALF),
    (FactKind.FREE, None, "平时下了班就回家做饭", None),
]


@pytest.mark.parametrize(("kind", "value", "said", "expected"), SHAPES)
def test_shapes(kind: FactKind, value: str | None, said: str, expected: float | None) -> None:
    question = asked(kind, value)
    assert whole(said, sounding(said), question, tables().frames) == expected


@pytest.mark.parametrize(
    ("kind", "heard", "written"),
    [
        pytest.param(FactKind.NAME, "这个", "舅高。", id="a filler written as a name"),
        pytest.param(FactKind.COUNT, "这个", "十个。", id="or as a number"),
        pytest.param(FactKind.YES_NO, "嗯", "没有。", id="a hum as a no"),
        pytest.param(FactKind.AMOUNT, "我申请的是", "我申请的额", id="a lead without its last word"),
    ],
)
def test_the_sounds_count_for_more_than_the_words(kind: FactKind, heard: str, written: str) -> None:
    found = whole(written, sounding(heard), asked(kind, "3"), tables().frames)
    assert found is not None
    assert found <= HALF


def test_a_slurred_filler() -> None:
    for heard in ("这沟", "那高", "哪个"):  # as phone models heard 这个 and 那个 in other voices
        assert whole("你好", sounding(heard), asked(FactKind.PLACE, "杭州"), tables().frames) == NOTHING


def test_two_digits_alike_that_sounded_as_one() -> None:
    question, frames = asked(FactKind.DIGITS, "2516"), tables().frames
    assert whole("尾号三三八七", sounding("尾号三八七"), question, frames) == WHOLE
    assert whole("六二零三", sounding("那个零三"), question, frames) == HALF  # a filler written as digits


@pytest.mark.parametrize("said", ["尾号是", "二五", "四二六零", "嗯"])
def test_without_sounds_the_words_are_read(said: str) -> None:
    question = asked(FactKind.DIGITS, "2516")
    assert whole(said, None, question, tables().frames) == whole(
        said, sounding(said), question, tables().frames
    )


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (FactKind.NAME, "王小明", "李大伟"),
        (FactKind.PLACE, "杭州", "绍兴"),
        (FactKind.DIGITS, "2516", "3387"),
        (FactKind.YEAR, "2014", "1998"),
        (FactKind.TERM, "微信", "超市"),
    ],
)
def test_another_value_has_the_same_shape(kind: FactKind, right: str, wrong: str) -> None:
    question = asked(kind, right)
    frames = tables().frames
    assert whole(right, sounding(right), question, frames) == whole(wrong, sounding(wrong), question, frames)
