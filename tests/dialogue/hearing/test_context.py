"""What the recogniser is told, and noticing that it only repeats that."""

import pytest

from decision_hook.contract import FactKind
from dialogue.hearing.context import GENERAL, context_of, examples_of, is_the_question

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
    assert is_the_question(reading, YEAR)


@pytest.mark.parametrize(
    "reading", ["", "一六年", "二零零七年", "我是一六年到现在这家的", "不知道", "哪一年"]
)
def test_an_answer_is_kept(reading: str) -> None:
    assert not is_the_question(reading, YEAR)


def test_the_examples_are_what_stands_before_the_question() -> None:
    assert examples_of(YEAR) == EXAMPLES
    assert examples_of(EXAMPLES) == EXAMPLES


@pytest.mark.parametrize("context", [GENERAL["zh"], ""])
def test_other_contexts_hold_no_question(context: str) -> None:
    assert examples_of(context) == context
    assert not is_the_question("好的，您问吧。陈志强", context)
    assert not is_the_question("您是哪一年到现在这家单位的", context)
