"""Filled pauses in what a phone model told: 嗯 and 呃, and a 那个 or 这个 that leads nowhere. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.delivery.told_sounds import ToldSounds, told_sounds
from dialogue.hearing.phones import FRAME_MS

_FILLED, _SURE = 0.6, 0.85  # P of each sound of a filled pause, and of the surest
_LEAST_MS = 190  # nobody thinks for less: none of 91 found in the sets of docs/hearing.md did
_HUM_MS = 900  # longest of one hum
_ONSET_MS = 60  # a phone is told so long after it begins
_ONE_MS = 200  # fillers nearer than this are one

Span = tuple[int, int]


class FillerTeller(Protocol):
    def probabilities(self, told: ToldSounds) -> NDArray[np.float64]:
        """(n,): that a sound belongs to a filled pause. Blocks a few ms."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One phone, told from frame to frame."""

    p: float  # that it belongs to a filled pause
    at_ms: int
    end_ms: int


def fillers_by_phone(
    phones: NDArray[np.float32], sounds: Sequence[Span], model: FillerTeller, *, first_ms: int
) -> list[Span]:
    """(start, end) in ms. `phones`: log-probabilities per 20 ms, (frames, len(PHONES)), from `first_ms` on.

    `sounds`: where there is any, between dips, in the same ms. A hum after which nothing comes is an answer.
    Blocks some milliseconds.
    """
    told = [t for t in _told(phones, model, first_ms) if _heard(t, sounds)]
    found: list[Span] = []
    for number, phone in enumerate(told):
        if phone.p < _FILLED or (number and told[number - 1].p >= _FILLED):
            continue
        rest = told[number:]
        size = next((i for i, later in enumerate(rest) if later.p < _FILLED), None)
        if size is not None and max(own.p for own in rest[:size]) >= _SURE:
            earliest_ms = told[number - 1].end_ms if number else first_ms
            found.append(_span(rest[:size], rest[size].at_ms, earliest_ms, sounds))
    return [(start, end) for start, end in _joined(found) if end - start >= _LEAST_MS]


def _told(phones: NDArray[np.float32], model: FillerTeller, first_ms: int) -> list[_Told]:
    told = told_sounds(phones)
    times = zip(model.probabilities(told).tolist(), told.first.tolist(), told.end.tolist(), strict=True)
    return [
        _Told(p=p, at_ms=first_ms + first * FRAME_MS, end_ms=first_ms + end * FRAME_MS)
        for p, first, end in times
    ]


def _heard(told: _Told, sounds: Sequence[Span]) -> bool:
    return any(a - 40 <= told.at_ms <= b + 40 for a, b in sounds)


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
