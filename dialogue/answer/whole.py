"""How much of an answer had been said when its caller paused. By its sounds and its shape. Pure.

Never by whether it is right: how long we wait must not tell the caller so. A recogniser writes 舅高 for a
drawn-out 这个 and 没有 for a hum; the sounds are clear about both, so they count for more than the words.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import FactKind
from dialogue.answer.dates import read_date
from dialogue.answer.digits import read_digits
from dialogue.answer.fold import PAUSES, without_fillers
from dialogue.answer.spotting import best_path
from dialogue.answer.tables import FrameTable
from dialogue.answer.values import AskedQuestion
from dialogue.hearing.phones import FIRST_FINAL, HUM_IDS, PHONES, phone_ids

# Probability that nothing more is to come.
NOTHING = 0.0  # a hum, 那个, 我住在: the answer itself is still to come
BARELY = 0.25  # one syllable: seldom an answer, often a hum or half a 这个
HALF = 0.3  # 九六年 of a date, two digits of four
OPEN = 0.5  # 三万 may go on with 五
LIKELY = 0.73  # 没有, and perhaps why; 二四年, and perhaps 结的婚
WHOLE = 0.8

SAID_WHOLE = "said_whole"  # its name among an answer's measures

Syllables = tuple[str, ...]  # without tones, with sounds alike folded

_THOUGHT = ("就是说", "怎么说", "我想想", "我想一下", "让我想想", "我看看", "我看一下", "等一下")
_THIS = frozenset(("ze", "na", "ne"))  # of 这个, 那个; the second syllable is often slurred
_HUMS = frozenset(("ma", "en", "e", "o"))  # what a voice's 嗯 may be taken for
_OPEN_END = re.compile(r"(?:是|在|叫|姓|和|跟|(?<!没)有|大概|应该|好像|可能)$")
_ALIKE_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "l": "n"}
_ALIKE_FINALS = {"ang": "an", "eng": "en", "ing": "in", "uang": "uan", "I": "i", "ei": "e"}
_NUMBERS = {FactKind.DIGITS, FactKind.AMOUNT, FactKind.COUNT, FactKind.YEAR, FactKind.MONTH, FactKind.DATE}
# 一个月 leads up to a sum, but is a number itself.
_COUNTED = re.compile(r"^[一二两三四五六七八九十](?![共般])")
_ANY_DAY = date(2000, 1, 1)  # of 去年 only its being a year counts
_TALK = 5  # syllables; who says less about an open question has hardly begun
_REFERS = re.compile(r"[今前上昨]个?[月天周]")


def whole(
    text: str, phones: NDArray[np.float32] | None, asked: AskedQuestion, frames: FrameTable
) -> float | None:
    """0 more is sure to come .. 1 nothing is; None: such an answer has no shape.

    `text` as recognised; `phones` as in the transcript.
    """
    words = without_fillers(text).rstrip(PAUSES)
    told = phone_ids(text) if phones is None else [phone for phone, _, _ in best_path(phones)]
    heard = _syllables(told)
    yes_no = asked.kind is FactKind.YES_NO
    if not heard:
        return BARELY if yes_no else NOTHING  # a hum may be a yes
    if len(heard) == 1 and (not yes_no or heard[0] in _HUMS):
        return BARELY
    rest = _stripped(heard, asked.kind, frames)
    goes_on = not yes_no and _OPEN_END.search(words) is not None
    if not rest or (goes_on and len(rest) == 1):
        return NOTHING
    if goes_on or _fills(rest[-2:]):
        return HALF
    return _by_shape(rest, words, asked)


def _by_shape(rest: Syllables, words: str, asked: AskedQuestion) -> float | None:
    """`rest`: what was said behind fillers and the words that lead up to a value."""
    several = WHOLE if len(rest) > 1 else BARELY
    match asked.kind:
        case FactKind.FREE:
            return HALF if len(rest) < _TALK else None
        case FactKind.YES_NO:
            return LIKELY
        case FactKind.DIGITS:
            return WHOLE if _digits(rest, words) >= _wanted(asked) else HALF
        case FactKind.AMOUNT:
            return _amount(rest, several)
        case FactKind.DATE:
            return WHOLE if _whole_date(rest, words) else HALF
        case FactKind.YEAR:
            return LIKELY if rest[-1] in _spoken_ends("年") else several
        case _:
            return several


def _wanted(asked: AskedQuestion) -> int:
    return len(re.sub(r"\W", "", asked.expected.value)) if asked.expected is not None else 1


def _digits(rest: Syllables, words: str) -> int:
    """How many were said. Of two alike in a row the sounds may tell one; fillers may be written as digits."""
    written = len(read_digits(words) or "")
    return written if written == len(rest) + 1 else len(rest)


def _amount(rest: Syllables, several: float) -> float:
    if not _spoken_ends("零一二三五六七八九百千万两半") & set(rest):  # 四 and 十 sound like 是
        return HALF
    if _spoken_ends("块元") & set(rest):
        return WHOLE
    if rest[-1] in _spoken_ends("万"):
        return OPEN
    return LIKELY if rest[-1] in _spoken_ends("千") else several


def _whole_date(rest: Syllables, words: str) -> bool:
    """A month with a day behind it; of a day that is pointed at, the word itself."""
    found = read_date(words, today=_ANY_DAY)
    if found is not None and found.month is not None and found.day is not None:
        return True
    if _REFERS.search(words):
        return True
    months = [place for place, syllable in enumerate(rest) if syllable in _spoken_ends("月")]
    return bool(months) and len(rest) - months[-1] > 2


def _stripped(heard: Syllables, kind: FactKind, frames: FrameTable) -> Syllables:
    """Without the fillers and leading words in front."""
    leads = _leads(frames.leads if kind in _NUMBERS else (*frames.leads, *frames.longest_before), kind)
    while heard:
        if _fills(heard[:2]):
            heard = heard[2:]
        elif (lead := next((lead for lead in leads if heard[: len(lead)] == lead), None)) is not None:
            heard = heard[len(lead) :]
        elif heard[0] in _THIS and any(heard[1 : 1 + len(lead)] == lead for lead in leads):
            heard = heard[1:]
        else:
            return heard
    return heard


def _fills(two: Syllables) -> bool:
    """这个 or 那个."""
    return len(two) == 2 and two[0] in _THIS and two[1].startswith("g")


def _syllables(ids: Sequence[int]) -> Syllables:
    """Hums are none, nor is an initial without its final."""
    found, initial = [], ""
    for phone in ids:
        if phone in HUM_IDS:
            initial = ""
        elif phone < FIRST_FINAL:
            initial = PHONES[phone]
        else:
            final = PHONES[phone][:-1]
            found.append(_ALIKE_INITIALS.get(initial, initial) + _ALIKE_FINALS.get(final, final))
            initial = ""
    return tuple(found)


@cache
def _spoken(phrases: tuple[str, ...]) -> tuple[Syllables, ...]:
    """The longest first."""
    said = {_syllables(phone_ids(phrase)) for phrase in phrases}
    return tuple(sorted((one for one in said if one), key=len, reverse=True))


@cache
def _spoken_ends(characters: str) -> frozenset[str]:
    return frozenset(syllable for said in _spoken(tuple(characters)) for syllable in said)


@cache
def _leads(phrases: tuple[str, ...], kind: FactKind) -> tuple[Syllables, ...]:
    """Of several syllables, the longest first."""
    usable = tuple(one for one in phrases if kind is FactKind.AMOUNT or not _COUNTED.match(one))
    return tuple(one for one in _spoken((*_THOUGHT, *usable)) if len(one) > 1)
