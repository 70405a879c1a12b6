"""Nothing that a caller can hear tells whether an answer was right."""

import pytest

from decision_hook.contract import AnswerEvidence, FactKind, Grade
from dialogue.answer.whole import NOTHING, SAID_WHOLE, whole
from dialogue.completeness import complete
from dialogue.step import Tries, decide
from dialogue.turn.tracker import TurnPolicy, silence_needed_ms
from tests.dialogue.answer.asked import asked, tables

UNDERSTOOD = (Grade.MATCH, Grade.MISMATCH, Grade.DENIAL)
ANSWERED = (*UNDERSTOOD, Grade.PARTIAL, Grade.UNCLEAR)


def wait_ms(kind: FactKind, value: str, said: str, grade: Grade) -> int:
    shape = whole(said, None, asked(kind, value), tables().frames)
    evidence = AnswerEvidence(
        question="any.one",
        grade=grade,
        text=said,
        started_ms=0,
        ended_ms=500,
        measures={} if shape is None else {SAID_WHOLE: shape},
    )
    return silence_needed_ms(complete(evidence), TurnPolicy())


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (FactKind.DIGITS, "2516", "二五一六"),
        (FactKind.DIGITS, "2516", "尾号二五"),
        (FactKind.AMOUNT, "15000", "一万五"),
        (FactKind.AMOUNT, "15000", "一万"),
        (FactKind.DATE, "1990-05-12", "九零年五月十二号"),
        (FactKind.NAME, "王小明", "叫王小明"),
        (FactKind.YES_NO, "yes", "是的"),
        (FactKind.COUNT, "3", ""),
    ],
)
def test_right_and_wrong_are_waited_for_alike(kind: FactKind, value: str, said: str) -> None:
    assert len({wait_ms(kind, value, said, grade) for grade in ANSWERED}) == 1


@pytest.mark.parametrize(
    ("kind", "value", "whole", "half"),
    [
        (FactKind.DIGITS, "2516", "二五一六", "二五"),
        (FactKind.AMOUNT, "15000", "一万五千块", "一万"),
        (FactKind.DATE, "1990-05-12", "九零年五月十二号。", "九零年"),
        (FactKind.PLACE, "青岛市", "我住在青岛。", "我住在"),
    ],
)
def test_half_an_answer_is_waited_for_longer(kind: FactKind, value: str, whole: str, half: str) -> None:
    assert wait_ms(kind, value, half, Grade.MISMATCH) >= wait_ms(kind, value, whole, Grade.MATCH) + 200


def test_keys_say_it_all() -> None:
    keyed = AnswerEvidence(question="any.one", grade=Grade.MATCH, keyed=True, started_ms=0, ended_ms=500)
    assert complete(keyed) == 1.0


@pytest.mark.parametrize("asked", [1, 2])
@pytest.mark.parametrize("has_keypad", [True, False])
def test_right_and_wrong_are_followed_by_the_same(asked: int, has_keypad: bool) -> None:
    steps = {decide(grade, Tries(asked=asked), max_asked=2, has_keypad=has_keypad) for grade in UNDERSTOOD}
    assert len(steps) == 1


@pytest.mark.parametrize("grade", [Grade.REPEAT, Grade.DONT_KNOW, Grade.HUMAN])
def test_a_request_is_whole_whatever_was_asked_but_a_hum_is_none(grade: Grade) -> None:
    assert wait_ms(FactKind.DATE, "1990-05-12", "我不知道", grade) == TurnPolicy().end_min_ms
    assert wait_ms(FactKind.DATE, "1990-05-12", "嗯", grade) == silence_needed_ms(NOTHING, TurnPolicy())
