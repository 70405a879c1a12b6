"""Replies to one question of the opening add up."""

import pytest

from decision_hook.contract import AnswerEvidence, Grade
from dialogue.answer.closed import NO_LEANING, Leaning
from dialogue.answer.side import Side
from dialogue.opening import Understood


def understood(grade: Grade = Grade.UNCLEAR, *, yes: bool | None = None, lean: float = 0.0) -> Understood:
    """`lean`: nats for yes against no and anything else."""
    return Understood(
        yes=yes,
        ending=None,
        leaning=Leaning(logs={Side.YES: lean, Side.NO: 0.0, Side.OTHER: 0.0}),
        evidence=AnswerEvidence(
            question="opening.person",
            topic="opening",
            fact_key=None,
            asked="请问？",
            text="无事",
            grade=grade,
            started_ms=0,
            ended_ms=400,
            latency_ms=500,
        ),
    )


@pytest.mark.parametrize(
    ("first", "second", "yes", "grade"),
    [
        pytest.param(understood(lean=1.2), None, None, Grade.UNCLEAR, id="likely: asked again"),
        pytest.param(understood(lean=3.0), None, True, Grade.FREE, id="plain"),
        pytest.param(understood(lean=1.2), understood(lean=1.2), True, Grade.FREE, id="likely twice"),
        pytest.param(understood(lean=1.2), understood(lean=-1.2), None, Grade.UNCLEAR, id="one against one"),
        pytest.param(understood(lean=-1.2), understood(yes=True), True, Grade.FREE, id="a key decides"),
        pytest.param(understood(lean=1.2), understood(yes=False), False, Grade.FREE, id="either way"),
        pytest.param(understood(Grade.REPEAT), None, None, Grade.REPEAT, id="a request stays one"),
    ],
)
def test_replies_add_up(first: Understood, second: Understood | None, yes: bool | None, grade: Grade) -> None:
    taken = first.taken_with(NO_LEANING)
    if second is not None:
        taken = second.taken_with(taken.leaning)
    assert (taken.yes, taken.evidence.grade) == (yes, grade)
