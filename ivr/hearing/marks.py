"""What was heard against what was said: errors of one answer. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.delivery.pitch import semitones
from dialogue.answer.fold import PAUSES, bare
from dialogue.answer.numerals import say_digits, say_number, say_short
from dialogue.answer.sound import syllables

Span = tuple[float, float]  # ms

_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_MAX_NUMBERS = 4  # per reply whose every reading is tried; the others are read digit by digit
_LEAST_SHARE = 0.5  # of the time two stretches cover together that they must share to be the same
PAUSE_MS = 250
_NEAREST_MS = 6.0  # between a reference's time and the nearest frame of a pitch track of 10 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Edits against the length of what was said; also of counts of stretches."""

    wrong: int
    of: int

    @property
    def rate(self) -> float | None:
        """None: nothing was said."""
        return round(self.wrong / self.of, 4) if self.of else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Stretches found of those there are."""

    hits: int
    reported: int
    there: int


def edits(wanted: Sequence[object], given: Sequence[object]) -> int:
    """Levenshtein distance."""
    previous = list(range(len(given) + 1))
    for row, item in enumerate(wanted, 1):
        current = [row]
        for j, other in enumerate(given, 1):
            current.append(min(previous[j - 1] + (item != other), previous[j] + 1, current[-1] + 1))
        previous = current
    return previous[-1]


def character_errors(said: str, heard: str) -> Errors:
    """Traditional and simplified, punctuation, 1998 and 一九九八 are the same."""
    wanted = _characters(said)[0]
    return Errors(wrong=min(edits(wanted, given) for given in _characters(heard)), of=len(wanted))


def syllable_errors(said: str, heard: str) -> Errors:
    """By sound, tones ignored."""
    wanted = _sounds(_characters(said)[0])
    return Errors(
        wrong=min(edits(wanted, _sounds(given)) for given in _characters(heard)),
        of=len(wanted),
    )


def _sounds(text: str) -> list[tuple[str, str]]:
    return [(s.initial, s.final) for s in syllables(text)]


def _characters(text: str) -> list[str]:
    """The ways to speak a text in which numbers may be written with Arabic digits."""
    folded = bare(text)
    numbers = list(_DIGITS.finditer(folded))
    ways = [_spoken(found[0], _after(folded, found.end()), i) for i, found in enumerate(numbers)]
    made = []
    for chosen in product(*ways):
        parts, at = [], 0
        for found, words in zip(numbers, chosen, strict=True):
            parts += [folded[at : found.start()], words]
            at = found.end()
        made.append(re.sub(rf"[\s{PAUSES}]+", "", "".join(parts) + folded[at:]))
    return made


def _after(text: str, end: int) -> str:
    return text[end : end + 1]


def _spoken(number: str, after: str, which: int) -> list[str]:
    """一九九八 or 一千九百九十八; a two-digit year is never 九十八."""
    whole, _, part = number.partition(".")
    one_by_one = say_digits(whole)
    if part:
        return [f"{say_number(int(whole[:12]))}点{say_digits(part)}"]
    if which >= _MAX_NUMBERS or len(whole) > 12 or (after == "年" and len(whole) == 4):
        return [one_by_one]
    value = int(whole)
    ways = [say_number(value), one_by_one, say_digits(whole, one="幺"), say_short(value) or one_by_one]
    return list(dict.fromkeys(ways))


def found_stretches(there: Sequence[Span], reported: Sequence[Span], *, share: float = _LEAST_SHARE) -> Found:
    """Each true stretch is found by at most one reported one that covers mostly the same time."""
    pairs = sorted(
        ((_overlap(a, b), i, j) for i, a in enumerate(there) for j, b in enumerate(reported)),
        reverse=True,
    )
    used_there: set[int] = set()
    used_reported: set[int] = set()
    for overlap, i, j in pairs:
        if overlap >= share and i not in used_there and j not in used_reported:
            used_there.add(i)
            used_reported.add(j)
    return Found(hits=len(used_there), reported=len(reported), there=len(there))


def _overlap(a: Span, b: Span) -> float:
    """Shared over covered time, 0..1."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    covered = max(a[1], b[1]) - min(a[0], b[0])
    return max(0.0, shared / covered) if covered > 0 else 0.0


def pitch_errors(
    reference: Sequence[tuple[float, float | None]], track: NDArray[np.float64], *, first_ms: float
) -> tuple[NDArray[np.float64], float | None]:
    """Semitones off, (k,), where both know a pitch; and the share of the reference that was found.

    `track`: Hz per 10 ms, nan unvoiced; `first_ms`: the time of its first value.
    """
    voiced = [(at_ms, hz) for at_ms, hz in reference if hz is not None and hz > 0]
    if not voiced:
        return np.empty(0), None
    off = []
    for at_ms, hz in voiced:
        index = round((at_ms - first_ms) / 10)
        near = abs(first_ms + index * 10 - at_ms) <= _NEAREST_MS
        if near and 0 <= index < track.size and not np.isnan(track[index]):
            off.append(abs(semitones(float(track[index]), hz)))
    return np.array(off), round(len(off) / len(voiced), 3)
