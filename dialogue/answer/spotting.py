"""Where, and how well, a wording fits the sounds that were heard. Pure.

Keyword spotting on a connectionist temporal classification (Graves et al., 2006): a wording's best path
through the frames, against the best path of any sounds at all. What is heard before and after it costs a
little for each sound, so that a short wording does not hide in a longer one.

Nats are kept in steps of 2^-16, and the frame at which a path began rides in the bits below: the best of
several paths is then one `maximum`, whoever began when.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.phones import BLANK, FIRST_FINAL, HUM_IDS

Floats = NDArray[np.float32]
_NEVER = np.float32(-1e9)
_STEPS = 2.0**16  # to a nat
_MOST_FRAMES = 4_096  # 82 s; an utterance is cut long before
_HOPELESS = -(2.0**20)  # with the frame below it still exact in 53 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Of one wording."""

    score: float  # nats against the best path of any sounds; 0 at best
    first: int  # frame
    end: int  # exclusive


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What may stand for what, and at which cost."""

    confusions: Floats  # (phones, phones): weight of hearing the second for the first, 1 on the diagonal
    around: float  # nats for each sound outside the wording


@dataclass(frozen=True, slots=True)
class Wordings:
    """Phone ids of many wordings side by side: a column each, its phones from the top."""

    phones: NDArray[np.intp]  # (longest, n); BLANK below the last
    repeats: NDArray[np.float64]  # (longest - 1, n): 0, or _HOPELESS where a phone is the one before
    ends: NDArray[np.intp]  # (n,): the row of the last phone

    @classmethod
    def of(cls, wordings: Sequence[tuple[int, ...]]) -> "Wordings":
        longest = max(1, *(len(wording) for wording in wordings))
        phones = np.full((longest, len(wordings)), BLANK, dtype=np.intp)
        for column, wording in enumerate(wordings):
            phones[: len(wording), column] = wording
        repeats = np.where(phones[1:] == phones[:-1], _HOPELESS, 0.0)
        return cls(phones, repeats, np.array([max(len(wording) - 1, 0) for wording in wordings]))

    def only(self, columns: Sequence[int]) -> "Wordings":
        """Some of them, in this order."""
        ends = self.ends[columns]
        rows = int(ends.max(initial=0)) + 1
        return Wordings(self.phones[:rows, columns], self.repeats[: rows - 1, columns], ends)


def spot(
    wordings: Wordings | Sequence[tuple[int, ...]], log_posteriors: Floats, tolerance: Tolerance
) -> tuple[Fit, ...]:
    """One fit per wording of phone ids. `log_posteriors`: (frames, phones). 5 ms for 2 s and 440 wordings.

    Frames past 82 s are not looked at.
    """
    if not isinstance(wordings, Wordings):
        if not wordings:
            return ()
        wordings = Wordings.of(wordings)
    log_posteriors = log_posteriors[:_MOST_FRAMES]
    count, frames = len(wordings.ends), len(log_posteriors)
    if not frames or not count:
        return tuple(Fit(score=float(_NEVER), first=0, end=0) for _ in range(count))
    totals = _paths(wordings, log_posteriors, tolerance)
    ends = totals.argmax(axis=0)
    scores, firsts = _told(totals[ends, np.arange(count)])
    return tuple(
        Fit(score=score, first=first, end=end + 1)
        for score, first, end in zip(scores.tolist(), firsts.tolist(), ends.tolist(), strict=True)
    )


def _paths(wordings: Wordings, log_posteriors: Floats, tolerance: Tolerance) -> NDArray[np.float64]:
    """(frames, wordings): of the best path of each that ends at each frame, with the frame it began at."""
    heard = _whole_steps(_heard(log_posteriors, tolerance))
    around = _whole_steps(_around(log_posteriors, tolerance.around))
    begins = np.arange(len(heard)) / (_STEPS * _MOST_FRAMES)
    begins[1:] -= around[:-1]  # what is heard before
    totals = np.empty((len(heard), len(wordings.ends)))
    # Phones, and the blanks behind each but the last.
    phones = np.full(wordings.phones.shape, _HOPELESS)
    blanks = np.full(wordings.repeats.shape, _HOPELESS)
    longer, emitted = np.empty_like(phones), np.empty_like(phones)
    straight = np.empty_like(blanks)
    last = (wordings.ends, np.arange(len(wordings.ends)))
    for t, frame in enumerate(heard):
        np.add(phones[:-1], wordings.repeats, out=straight)
        np.maximum(straight, blanks, out=straight)
        np.maximum(phones[1:], straight, out=longer[1:])
        np.maximum(phones[0], begins[t], out=longer[0])  # the first sound may begin at any frame
        np.maximum(blanks, phones[:-1], out=blanks)
        blanks += frame[BLANK]
        np.take(frame, wordings.phones, out=emitted, mode="clip")
        longer += emitted
        phones, longer = longer, phones
        totals[t] = phones[last]
    totals -= (around[-1] - around)[:, None]  # what is heard behind
    return totals


def _whole_steps(nats: Floats) -> NDArray[np.float64]:
    return np.round(nats.astype(np.float64) * _STEPS) / _STEPS


def _told(paths: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Nats, and the frame at which each path began."""
    steps = np.floor(paths * _STEPS)
    return steps / _STEPS, np.round((paths * _STEPS - steps) * _MOST_FRAMES).astype(np.int64)


def syllable_scores(
    wording: tuple[int, ...], log_posteriors: Floats, tolerance: Tolerance, fit: Fit
) -> tuple[float, ...]:
    """How each syllable of a wording fits where it was found, in nats against the best of any sounds."""
    heard = _heard(log_posteriors, tolerance)[fit.first : fit.end]
    row, skip = _states(wording)
    frames = len(heard)
    if not frames:
        return ()
    path = np.full((frames, len(row)), _NEVER, dtype=np.float32)
    came = np.zeros((frames, len(row)), dtype=np.int8)
    path[0, 0] = heard[0, row[0]]
    for t in range(1, frames):
        moves = np.full((3, len(row)), _NEVER, dtype=np.float32)
        moves[0] = path[t - 1]
        moves[1, 1:] = path[t - 1, :-1]
        moves[2, 2:] = np.where(skip[2:], path[t - 1, :-2], _NEVER)
        came[t] = moves.argmax(axis=0)
        path[t] = moves.max(axis=0) + heard[t, row]
    at = max(2 * len(wording) - 2, 0)
    spent = np.zeros(len(row), dtype=np.float32)
    for t in range(frames - 1, -1, -1):
        spent[at] += heard[t, row[at]]
        at -= int(came[t, at])
    return _by_syllable(wording, spent)


def _by_syllable(wording: tuple[int, ...], spent: Floats) -> tuple[float, ...]:
    found, total = [], 0.0
    for at, phone in enumerate(wording):
        total += float(spent[2 * at]) + (float(spent[2 * at - 1]) if at else 0.0)
        if phone >= FIRST_FINAL:
            found.append(total)
            total = 0.0
    return tuple(found)


def _heard(log_posteriors: Floats, tolerance: Tolerance) -> Floats:
    """Natural-log P of each phone or what may stand for it, against the best of any sounds: 0 at best.

    A pause inside a wording may be filled (嗯): it costs as little as silence.
    """
    free = log_posteriors.max(axis=1, keepdims=True)
    heard: Floats = np.log(np.maximum(np.exp(log_posteriors) @ tolerance.confusions.T, 1e-8))
    heard = np.minimum(heard, free) - free
    heard[:, BLANK] = np.maximum(heard[:, BLANK], heard[:, list(HUM_IDS)].max(axis=1))
    return heard


def _around(log_posteriors: Floats, cost: float) -> Floats:
    """Cost of what is heard up to each frame: each sound of the best path, as it begins; 嗯 costs none.

    An initial costs as much as a final: without it 一楼 would be all of 七楼.
    """
    path = log_posteriors.argmax(axis=1)
    begins = (path != np.concatenate([[BLANK], path[:-1]])) & (path != BLANK) & (path < min(HUM_IDS))
    total: Floats = (np.cumsum(begins) * cost).astype(np.float32)
    return total


def _states(wording: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Its phones with blanks between, and which of them may follow without one."""
    states = np.full(max(2 * len(wording) - 1, 1), BLANK, dtype=np.int64)
    states[0 : 2 * len(wording) : 2] = wording
    skips = np.zeros(states.shape, dtype=np.bool_)
    skips[2::2] = states[2::2] != states[:-2:2]
    return states, skips


def best_path(log_posteriors: Floats) -> tuple[tuple[int, int, int], ...]:
    """What was most probably heard, each sound as (phone, first frame, end)."""
    found: list[tuple[int, int, int]] = []
    before = BLANK
    for t, phone in enumerate(log_posteriors.argmax(axis=1).tolist()):
        if phone != BLANK and phone == before:
            found[-1] = (phone, found[-1][1], t + 1)
        elif phone != BLANK:
            found.append((phone, t, t + 1))
        before = phone
    return tuple(found)
