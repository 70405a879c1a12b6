"""What the words of a reply say about the turn being over. Pure."""

from collections.abc import Mapping

from decision_hook.contract import AnswerEvidence, Grade
from dialogue.answer.whole import BARELY, HALF, SAID_WHOLE

# Replies that are no answer and say something whole.
_WHOLE: Mapping[Grade, float] = {
    Grade.DONT_KNOW: 0.9,
    Grade.REPEAT: 0.9,
    Grade.SLOWER: 0.9,
    Grade.WHO_ARE_YOU: 0.9,
    Grade.HUMAN: 0.9,
    Grade.REFUSAL: 0.8,
}


def complete(evidence: AnswerEvidence) -> float | None:
    """0 more is sure to come .. 1 nothing is; None: nothing is known.

    Right, wrong and unclear are waited for alike, by the shape of what was said alone: the gap may not tell
    the caller which it was, and half an answer is often taken for a wrong one.
    """
    if evidence.keyed:
        return 1.0
    said = evidence.measures.get(SAID_WHOLE)
    if evidence.grade in _WHOLE and (said is None or said > BARELY):  # a hum is often taken for a 呢？
        return _WHOLE[evidence.grade]
    return HALF if said is None and evidence.grade is Grade.UNCLEAR else said
