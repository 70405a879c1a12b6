"""What the recogniser is told, and noticing that it only repeats that."""

import pytest

from decision_hook.contract import FactKind
from dialogue.hearing.context import GENERAL, context_of, without_question

ASKED = "您是哪一年到现在这家单位的？"
YEAR = context_of(FactKind.YEAR, ASKED)
EXAMPLES = context_of(FactKind.YEAR, "")


@pytest.mark.parametrize(
    "reading",
    [
        "您是哪一年到现在这家单位的？",
        "是哪一年到现在",
        "您哪一年到现在这家单位",
        "二零零七年？一九四年。您是哪一年到现在这家单位的？",
    ],
)
def test_the_question_again_is_no_reading(reading: str) -> None:
    assert without_question(YEAR, reading) == EXAMPLES


@pytest.mark.parametrize(
    "reading", ["", "一六年", "二零零七年", "我是一六年到现在这家的", "不知道", "哪一年"]
)
def test_an_answer_is_kept(reading: str) -> None:
    assert without_question(YEAR, reading) is None


def test_other_contexts_are_never_judged() -> None:
    assert without_question(GENERAL["zh"], "好的，您问吧。陈志强") is None
    assert without_question("", "您是哪一年到现在这家单位的") is None
