"""How sounds are misheard, taken from recordings, so that any sentence can be misheard alike. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.intent.soft_phones import soft_phones
from dialogue.hearing.phones import FIRST_FINAL, PHONES

Soft = NDArray[np.float32]  # (phones,), sums to 1

_CLASSES = 3  # of recordings, from the worst heard to the best
_OTHER_SORT, _OTHER_TONE = 2.0, 0.3  # costs of an alignment; another sound of the same sort costs 1
_HARDER, _EASIER = 1.3, 0.5  # how many sounds are lost or added, against the class


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    log_posteriors: NDArray[np.float32]  # (frames, phones)
    said: tuple[int, ...]  # phone ids


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quality:
    """Recordings that are about equally well heard."""

    heard: dict[int, list[Soft]]  # by what was said
    added: list[Soft]  # where nothing was
    lost_share: float
    added_share: float


class Confusions:
    """What became of each sound in recordings of known words."""

    def __init__(self, recordings: Sequence[Recording]) -> None:
        """At least _CLASSES recordings in which something is heard."""
        rows = [soft_phones(recording.log_posteriors) for recording in recordings]
        known = [i for i, row in enumerate(rows) if len(row) and recordings[i].said]
        known.sort(key=lambda i: float(rows[i].max(axis=1).mean()))
        parts = [
            known[n * len(known) // _CLASSES : (n + 1) * len(known) // _CLASSES] for n in range(_CLASSES)
        ]
        self._classes = [_quality([(rows[i], recordings[i].said) for i in part]) for part in parts]

    def imitate(self, said: Sequence[int], rng: random.Random) -> NDArray[np.float32]:
        """A sentence as it might be heard: (n, len(PHONES)), n at least 1."""
        place = rng.randrange(_CLASSES)
        quality, pace = self._classes[place], rng.uniform(_EASIER, _HARDER)
        found: list[Soft] = []
        for phone in said:
            if rng.random() < quality.lost_share * pace:
                continue
            if quality.added and rng.random() < quality.added_share * pace:
                found.append(rng.choice(quality.added))
            found.append(self._heard(phone, place, rng))
        return np.stack(found) if found else _plain(said[0] if said else 1)[None]

    def _heard(self, phone: int, place: int, rng: random.Random) -> Soft:
        # A sound too rare to have been met on such a line is heard as on a better one.
        for quality in (*self._classes[place:], *reversed(self._classes[:place])):
            if phone in quality.heard:
                return rng.choice(quality.heard[phone])
        return _plain(phone)


def _quality(replies: Sequence[tuple[NDArray[np.float32], tuple[int, ...]]]) -> _Quality:
    heard: dict[int, list[Soft]] = {}
    added: list[Soft] = []
    lost = total = 0
    for rows, said in replies:
        total += len(said)
        for at, phone in aligned(rows.argmax(axis=1).tolist(), said):
            if at is None:
                lost += 1
            elif phone is None:
                added.append(rows[at])
            else:
                heard.setdefault(phone, []).append(rows[at])
    return _Quality(
        heard=heard, added=added, lost_share=lost / max(total, 1), added_share=len(added) / max(total, 1)
    )


def aligned(heard: Sequence[int], said: Sequence[int]) -> list[tuple[int | None, int | None]]:
    """Pairs of (place in `heard`, phone that was said), None where one of them is missing."""
    cost = np.zeros((len(heard) + 1, len(said) + 1))
    cost[:, 0], cost[0] = np.arange(len(heard) + 1), np.arange(len(said) + 1)
    for i, one in enumerate(heard, 1):
        for j, other in enumerate(said, 1):
            cost[i, j] = min(cost[i - 1, j - 1] + _apart(one, other), cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    pairs: list[tuple[int | None, int | None]] = []
    i, j = len(heard), len(said)
    while i or j:
        if i and j and cost[i, j] == cost[i - 1, j - 1] + _apart(heard[i - 1], said[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, said[j]))
        elif i and cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((None, said[j]))
    return pairs[::-1]


def _apart(one: int, other: int) -> float:
    if one == other:
        return 0.0
    if (one >= FIRST_FINAL) is not (other >= FIRST_FINAL):
        return _OTHER_SORT
    same = one >= FIRST_FINAL and PHONES[one].rstrip("12345") == PHONES[other].rstrip("12345")
    return _OTHER_TONE if same else 1.0


def _plain(phone: int) -> Soft:
    row = np.zeros(len(PHONES), dtype=np.float32)
    row[phone] = 1.0
    return row
