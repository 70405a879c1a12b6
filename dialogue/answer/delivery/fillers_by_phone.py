"""Filled pauses in what a phone model told: 嗯 and 呃, and a 那个 or 这个 that leads nowhere. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.spotting import best_path
from dialogue.hearing.phones import FRAME_MS, HUM_IDS, PHONES

_SURE = 0.5
_HUM_MS = 900  # longest of one hum
_ONSET_MS = 60  # a phone is told so long after it begins
_LEADS_NOWHERE_MS = 220  # from the 个 to the next sound; 140 where the sentence goes on
_ONE_MS = 200  # fillers nearer than this are one

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One phone, told from frame to frame."""

    name: str
    probability: float
    hum: bool
    at_ms: int
    end_ms: int


def fillers_by_phone(phones: NDArray[np.float32], sounds: Sequence[Span], *, first_ms: int) -> list[Span]:
    """(start, end) in ms. `phones`: log-probabilities per 20 ms, (frames, len(PHONES)), from `first_ms` on.

    `sounds`: where there is any, between dips, in the same ms. A hum after which nothing comes is an answer.
    """
    told = [t for t in _told(phones, first_ms) if any(a - 40 <= t.at_ms <= b + 40 for a, b in sounds)]
    found: list[Span] = []
    for number, phone in enumerate(told):
        rest = told[number:]
        if phone.hum:
            size = 1
        elif _that(rest) and _leads_nowhere(rest):
            size = 4
        else:
            continue
        if all(later.hum for later in rest[size:]):
            continue
        earliest_ms = told[number - 1].end_ms if number else first_ms
        found.append(_span(rest[:size], rest[size].at_ms, earliest_ms, sounds))
    return _joined(found)


def _told(phones: NDArray[np.float32], first_ms: int) -> list[_Told]:
    found = []
    for phone, start, end in best_path(phones):
        told = _Told(
            name=PHONES[phone],
            probability=float(np.exp(phones[start:end, phone].max())),
            hum=phone in HUM_IDS,
            at_ms=first_ms + start * FRAME_MS,
            end_ms=first_ms + end * FRAME_MS,
        )
        if not told.hum or told.probability >= _SURE:
            found.append(told)
    return found


def _that(rest: Sequence[_Told]) -> bool:
    """那个 (nà, nèi) or 这个 (zhè, zhèi)."""
    names = [phone.name for phone in rest[:4]]
    if len(names) < 4:
        return False
    first, vowel, second, end = names
    wanted = {"n": ("a", "ei", "e"), "zh": ("e", "ei")}.get(first, ())
    return vowel[:-1] in wanted and second == "g" and end[:-1] == "e"


def _leads_nowhere(rest: Sequence[_Told]) -> bool:
    return len(rest) > 4 and rest[4].at_ms - rest[3].at_ms >= _LEADS_NOWHERE_MS


def _span(own: Sequence[_Told], next_ms: int, earliest_ms: int, sounds: Sequence[Span]) -> Span:
    """From where its sound begins to where it ends, or to what is said next."""
    start_ms = next((a for a, b in sounds if a <= own[0].at_ms + 40 <= b + 80), own[0].at_ms)
    start_ms = max(start_ms, earliest_ms, own[0].at_ms - _HUM_MS // 2)
    last = own[-1]
    end_ms = next((b for a, b in sounds if a <= last.at_ms + 40 <= b + 80), last.end_ms)
    return start_ms, max(last.end_ms, min(end_ms, next_ms - _ONSET_MS, last.at_ms + _HUM_MS))


def _joined(spans: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in spans:
        if found and start - found[-1][1] < _ONE_MS:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
