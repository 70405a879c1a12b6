"""Nothing that a caller can hear tells whether an answer was right."""

import pytest

from decision_hook.contract import AnswerEvidence, Grade
from dialogue.completeness import complete
from dialogue.step import Tries, decide
from dialogue.turn.tracker import TurnPolicy, silence_needed_ms

UNDERSTOOD = (Grade.MATCH, Grade.MISMATCH, Grade.DENIAL)


def evidence(grade: Grade) -> AnswerEvidence:
    return AnswerEvidence(question="any.one", grade=grade, started_ms=0, ended_ms=500)


def test_right_and_wrong_are_waited_for_alike() -> None:
    waits = {silence_needed_ms(complete(evidence(grade)), TurnPolicy()) for grade in UNDERSTOOD}
    assert len(waits) == 1


@pytest.mark.parametrize("asked", [1, 2])
@pytest.mark.parametrize("has_keypad", [True, False])
def test_right_and_wrong_are_followed_by_the_same(asked: int, has_keypad: bool) -> None:
    steps = {decide(grade, Tries(asked=asked), max_asked=2, has_keypad=has_keypad) for grade in UNDERSTOOD}
    assert len(steps) == 1
