"""What follows one reply in the survey. A pure decision."""

from dataclasses import dataclass
from enum import StrEnum

from decision_hook.contract import Grade


class Step(StrEnum):
    NEXT = "next"  # the reply stands; choose the next question
    REPEAT = "repeat"  # same words again
    SLOWER = "slower"  # same words, spoken slowly
    EXPLAIN = "explain"  # say who calls, then the question again
    REPHRASE = "rephrase"  # not understood: ask in other words
    PATIENCE = "patience"  # nobody spoke: "are you still there?", then again
    KEYPAD = "keypad"
    HAND_OVER = "hand_over"  # a person will call back
    LATER = "later"
    WRONG_PERSON = "wrong_person"
    GIVE_UP = "give_up"  # nobody speaks any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How often one question was put, by why."""

    asked: int = 1
    courtesies: int = 0  # repeats, slower, explanations: they are free, up to a limit
    silences: int = 0
    keypad_offered: bool = False


MAX_COURTESIES = 3  # a caller who asks for more than this is not answering
MAX_SILENCES = 1  # question, "are you still there?", then the keypad: perhaps we cannot hear them


def decide(grade: Grade, tries: Tries, *, max_asked: int, has_keypad: bool) -> Step:
    """Choose what follows one reply. Pure: no clock, no I/O."""
    courtesy = COURTESIES.get(grade)
    if courtesy is not None:
        return courtesy if tries.courtesies < MAX_COURTESIES else Step.NEXT
    if grade in ENDINGS:
        return ENDINGS[grade]
    if grade is Grade.NO_ANSWER:
        if tries.silences < MAX_SILENCES:
            return Step.PATIENCE
        return Step.KEYPAD if has_keypad and not tries.keypad_offered else Step.GIVE_UP
    if grade in NOT_ANSWERED:
        if tries.asked < max_asked:
            return Step.REPHRASE
        return Step.KEYPAD if has_keypad and not tries.keypad_offered else Step.NEXT
    return Step.NEXT


NOT_ANSWERED = frozenset({Grade.UNCLEAR, Grade.OFF_TOPIC})  # what is off the topic may be badly heard
COURTESIES = {
    Grade.REPEAT: Step.REPEAT,
    Grade.SLOWER: Step.SLOWER,
    Grade.WHO_ARE_YOU: Step.EXPLAIN,
}
ENDINGS = {
    Grade.HUMAN: Step.HAND_OVER,
    Grade.LATER: Step.LATER,
    Grade.WRONG_PERSON: Step.WRONG_PERSON,
}
