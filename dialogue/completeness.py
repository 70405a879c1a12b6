"""What the words of a reply say about the turn being over. Pure."""

import re
from collections.abc import Mapping
from datetime import date

from decision_hook.contract import AnswerEvidence, FactKind, Grade
from dialogue.answer.dates import read_date
from dialogue.answer.digits import read_digits
from dialogue.answer.fold import PAUSES, without_fillers
from dialogue.answer.values import AskedQuestion

# Replies that say something whole; after these nobody is waited for as long as after half a number.
_WHOLE: Mapping[Grade, float] = {
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
# Right and wrong are waited for alike, by the shape of what was written down alone: the gap may not tell the
# caller which it was, and half an answer is often taken for a wrong one.
_UNDERSTOOD = frozenset({Grade.MATCH, Grade.MISMATCH, Grade.DENIAL})
_SAYS_IT_ALL = 0.8
_LIKELY = 0.65  # 0.68 s; at 0.5 s 13 of 55 hesitant answers were cut off, 8 calls at once
_MORE_MAY_COME = 0.4
_HALF = 0.3
_OPEN_END = re.compile(r"(?:是|在|叫|姓|和|跟|大概|应该|好像|可能|那个|这个)$")
_ROUND = re.compile(r"[万千]$")
_ANY_DAY = date(2000, 1, 1)  # of 去年 only its being a year counts


def complete(evidence: AnswerEvidence, asked: AskedQuestion) -> float | None:
    """0 more is sure to come .. 1 nothing is; None: nothing is known."""
    if evidence.grade not in _UNDERSTOOD:
        return _WHOLE.get(evidence.grade)
    if evidence.keyed:
        return 1.0
    words = without_fillers(evidence.text).rstrip(PAUSES)
    if _OPEN_END.search(words):
        return _MORE_MAY_COME
    return _by_shape(words, asked)


def _by_shape(words: str, asked: AskedQuestion) -> float:
    match asked.kind:
        case FactKind.YES_NO | FactKind.MONTH | FactKind.COUNT:
            return _SAYS_IT_ALL
        case FactKind.DIGITS:
            said, wanted = read_digits(words) or "", re.sub(r"\D", "", _value(asked))
            if not said:
                return _LIKELY
            return _SAYS_IT_ALL if len(said) >= len(wanted) else _HALF
        case FactKind.AMOUNT:
            return _MORE_MAY_COME if _ROUND.search(words) else _SAYS_IT_ALL
        case FactKind.DATE:
            found = read_date(words, today=_ANY_DAY)
            if found is None:
                return _LIKELY
            return _HALF if found.month is None or found.day is None else _SAYS_IT_ALL
        case _:
            return _LIKELY


def _value(asked: AskedQuestion) -> str:
    return asked.expected.value if asked.expected is not None else ""
