"""What follows one reply."""

import pytest

from decision_hook.contract import Grade
from dialogue.step import MAX_COURTESIES, MAX_SILENCES, Step, Tries, decide

TWICE = Tries(asked=2)
OFFERED = Tries(asked=3, keypad_offered=True)


@pytest.mark.parametrize(
    ("grade", "tries", "keypad", "expected"),
    [
        pytest.param(Grade.MATCH, Tries(), True, Step.NEXT, id="right: go on"),
        pytest.param(Grade.MISMATCH, Tries(), True, Step.NEXT, id="wrong: nobody notices"),
        pytest.param(Grade.FREE, Tries(), False, Step.NEXT, id="free answer"),
        pytest.param(Grade.DONT_KNOW, Tries(), True, Step.NEXT, id="does not know"),
        pytest.param(Grade.REFUSAL, Tries(), True, Step.NEXT, id="will not say: respected at once"),
        pytest.param(Grade.UNCLEAR, Tries(), True, Step.REPHRASE, id="not understood, first time"),
        pytest.param(Grade.UNCLEAR, TWICE, True, Step.KEYPAD, id="not understood again"),
        pytest.param(Grade.UNCLEAR, TWICE, False, Step.NEXT, id="no keypad for this kind"),
        pytest.param(Grade.OFF_TOPIC, Tries(), True, Step.REPHRASE, id="something else, first time"),
        pytest.param(Grade.OFF_TOPIC, TWICE, True, Step.KEYPAD, id="something else again: perhaps misheard"),
        pytest.param(Grade.UNCLEAR, OFFERED, True, Step.NEXT, id="keypad did not help either"),
        pytest.param(Grade.REPEAT, Tries(), True, Step.REPEAT, id="say again"),
        pytest.param(Grade.SLOWER, TWICE, True, Step.SLOWER, id="slower, even late"),
        pytest.param(Grade.WHO_ARE_YOU, Tries(), True, Step.EXPLAIN, id="who is calling"),
        pytest.param(
            Grade.REPEAT, Tries(courtesies=MAX_COURTESIES), True, Step.NEXT, id="too many repeats: go on"
        ),
        pytest.param(Grade.NO_ANSWER, Tries(), True, Step.PATIENCE, id="silent once"),
        pytest.param(
            Grade.NO_ANSWER, Tries(silences=MAX_SILENCES), True, Step.KEYPAD, id="silent: perhaps unheard"
        ),
        pytest.param(
            Grade.NO_ANSWER,
            Tries(silences=MAX_SILENCES, keypad_offered=True),
            True,
            Step.GIVE_UP,
            id="silent for good",
        ),
        pytest.param(Grade.NO_ANSWER, Tries(silences=MAX_SILENCES), False, Step.GIVE_UP, id="no keypad"),
        pytest.param(Grade.HUMAN, Tries(), True, Step.HAND_OVER, id="wants a person"),
        pytest.param(Grade.LATER, Tries(), True, Step.LATER, id="not now"),
        pytest.param(Grade.WRONG_PERSON, Tries(), True, Step.WRONG_PERSON, id="not the applicant after all"),
    ],
)
def test_what_follows_a_reply(grade: Grade, tries: Tries, keypad: bool, expected: Step) -> None:
    assert decide(grade, tries, max_asked=2, has_keypad=keypad) is expected


@pytest.mark.parametrize("grade", list(Grade))
def test_every_grade_ends_a_question_in_the_end(grade: Grade) -> None:
    worn_out = Tries(asked=9, courtesies=9, silences=9, keypad_offered=True)
    assert decide(grade, worn_out, max_asked=2, has_keypad=True) not in (
        Step.REPEAT,
        Step.REPHRASE,
        Step.PATIENCE,
        Step.KEYPAD,
    )


def test_right_and_wrong_are_followed_by_the_same() -> None:
    """What comes after an answer must not tell whether it was right, however often it was asked."""
    judged = [Grade.MATCH, Grade.PARTIAL, Grade.MISMATCH, Grade.DONT_KNOW, Grade.DENIAL, Grade.FREE]
    for tries in (Tries(), Tries(asked=2), Tries(asked=2, keypad_offered=True), Tries(courtesies=2)):
        for has_keypad in (False, True):
            steps = {decide(grade, tries, max_asked=2, has_keypad=has_keypad) for grade in judged}
            assert steps == {Step.NEXT}
