"""Where, and how well, a wording fits the sounds that were heard. Pure.

Keyword spotting on a connectionist temporal classification (Graves et al., 2006): a wording's best path
through the frames, against the best path of any sounds at all. What is heard before and after it costs a
little for each sound, so that a short wording does not hide in a longer one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.phones import BLANK, FIRST_FINAL, HUM_IDS

Floats = NDArray[np.float32]
_NEVER = np.float32(-1e9)


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


def spot(
    wordings: Sequence[tuple[int, ...]], log_posteriors: Floats, tolerance: Tolerance
) -> tuple[Fit, ...]:
    """One fit per wording of phone ids. `log_posteriors`: (frames, phones). 10 ms for 2 s and 80 wordings."""
    if not wordings:
        return ()
    frames = len(log_posteriors)
    if not frames:
        return tuple(Fit(score=float(_NEVER), first=0, end=0) for _ in wordings)
    heard = _heard(log_posteriors, tolerance)
    around = _around(log_posteriors, tolerance.around)
    before, after = around, around[-1] - around  # of all frames up to and including t; behind t
    states, skips, ends = _states(wordings)
    emitted = heard[:, states.reshape(-1)].reshape(frames, *states.shape)
    path = np.full(states.shape, _NEVER, dtype=np.float32)
    since = np.zeros(states.shape, dtype=np.int32)
    best = np.full(len(wordings), _NEVER, dtype=np.float32)
    found = np.zeros((len(wordings), 2), dtype=np.int32)
    rows = np.arange(len(wordings))
    for t in range(frames):
        step = np.full_like(path, _NEVER)
        step[:, 1:] = path[:, :-1]
        step_since = np.zeros_like(since)
        step_since[:, 1:] = since[:, :-1]
        skip = np.full_like(path, _NEVER)
        skip[:, 2:] = np.where(skips[:, 2:], path[:, :-2], _NEVER)
        moved = step > path
        now, now_since = np.where(moved, step, path), np.where(moved, step_since, since)
        skipped = skip > now
        if skipped.any():
            skip_since = np.zeros_like(since)
            skip_since[:, 2:] = since[:, :-2]
            now, now_since = np.where(skipped, skip, now), np.where(skipped, skip_since, now_since)
        begin = np.float32(-before[t - 1]) if t else np.float32(0)
        fresh = begin > now[:, 0]  # the first sound may begin at any frame
        now[fresh, 0], now_since[fresh, 0] = begin, t
        path, since = now + emitted[t], now_since
        total = path[rows, ends] - after[t]
        better = total > best
        best[better] = total[better]
        found[better, 0], found[better, 1] = since[rows, ends][better], t + 1
    return tuple(
        Fit(score=float(score), first=int(first), end=int(end))
        for score, (first, end) in zip(best, found, strict=True)
    )


def syllable_scores(
    wording: tuple[int, ...], log_posteriors: Floats, tolerance: Tolerance, fit: Fit
) -> tuple[float, ...]:
    """How each syllable of a wording fits where it was found, in nats against the best of any sounds."""
    heard = _heard(log_posteriors, tolerance)[fit.first : fit.end]
    states, skips, _ = _states([wording])
    row, skip = states[0], skips[0]
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


def _states(
    wordings: Sequence[tuple[int, ...]],
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
    """Per wording its phones with blanks between, which of them may follow without one, and the last."""
    longest = max(2 * len(w) - 1 for w in wordings)
    states = np.full((len(wordings), max(longest, 1)), BLANK, dtype=np.int64)
    skips = np.zeros(states.shape, dtype=np.bool_)
    for row, wording in enumerate(wordings):
        for at, phone in enumerate(wording):
            states[row, 2 * at] = phone
            skips[row, 2 * at] = at > 0 and wording[at - 1] != phone
    ends = np.array([max(2 * len(w) - 2, 0) for w in wordings])
    return states, skips, ends


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
