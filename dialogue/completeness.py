"""What the words of a reply say about the turn being over."""

from collections.abc import Mapping

from decision_hook.contract import AnswerEvidence, Grade

# Grades that say something whole; after these nobody needs to be waited for as long as after half a number.
# Right and wrong are waited for alike, 0.68 s: the gap may not tell the caller which it was, and half an
# answer is often taken for a wrong one (at 0.5 s 13 of 55 hesitant answers were cut off, 8 calls at once).
_ANSWERED = 0.65
_WHOLE: Mapping[Grade, float] = {
    Grade.MATCH: _ANSWERED,
    Grade.MISMATCH: _ANSWERED,
    Grade.DENIAL: _ANSWERED,
    Grade.DONT_KNOW: 0.9,
    Grade.REPEAT: 0.9,
    Grade.SLOWER: 0.9,
    Grade.WHO_ARE_YOU: 0.9,
    Grade.HUMAN: 0.9,
    Grade.REFUSAL: 0.8,
    Grade.PARTIAL: 0.3,
    # Perhaps only the 嗯 before the answer: to wait a third of a second costs less than to ask again.
    Grade.UNCLEAR: 0.3,
}


def complete(evidence: AnswerEvidence) -> float | None:
    """What the words say about the turn being over; None: nothing."""
    return _WHOLE.get(evidence.grade)
