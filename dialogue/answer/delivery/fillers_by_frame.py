"""Filled pauses where a model told frame by frame how surely the speaker hesitates. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.phones import FRAME_MS

_LIKELY, _SURE = 0.6, 0.93  # P of every frame of a filled pause, and of its surest: docs/hearing.md
_LEAST_MS = 160  # nobody thinks for less
_ONE_MS = 200  # two nearer than this are one
_GOES_ON_MS = 100  # of sound after it: a hum after which nothing comes is an answer

Span = tuple[int, int]


def fillers_by_frame(hesitating: NDArray[np.float32], sounds: Sequence[Span], *, first_ms: int) -> list[Span]:
    """(start, end) in ms. `hesitating`: P per 20 ms, (frames,), from `first_ms` on.

    `sounds`: where there is any, between dips, in the same ms.
    """
    likely = np.flatnonzero(np.diff(np.concatenate(([0], hesitating > _LIKELY, [0]))))
    found: list[Span] = []
    for start, end in zip(likely[::2].tolist(), likely[1::2].tolist(), strict=True):
        if found and (start - found[-1][1]) * FRAME_MS < _ONE_MS:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    spans = [
        (first_ms + start * FRAME_MS, first_ms + end * FRAME_MS)
        for start, end in found
        if hesitating[start:end].max() >= _SURE and (end - start) * FRAME_MS >= _LEAST_MS
    ]
    return [(start, end) for start, end in spans if any(b >= end + _GOES_ON_MS for _, b in sounds)]
