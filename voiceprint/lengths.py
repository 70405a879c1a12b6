"""Recordings of one length out of files of any length. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voiceprint.audio import Samples

ENOUGH = 0.8  # of the length that is wanted


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """A file, a part of it, or several joined."""

    speaker: int
    file: int  # the last one in it
    speech: Samples
    changed: bool  # False: it is the file as it was


def of_length(speakers: NDArray[np.int64], speech: Sequence[Samples], wanted: int) -> Iterator[Recording]:
    """Speech cut to so many samples, or as little as ENOUGH of it; no file is in two recordings.

    `speakers` (n,): who speaks in each file, one speaker's files beside each other.
    """
    joined: list[Samples] = []
    for file, (speaker, samples) in enumerate(zip(speakers.tolist(), speech, strict=True)):
        if file and speaker != speakers[file - 1]:
            joined = []
        joined.append(samples)
        if sum(map(len, joined)) >= ENOUGH * wanted:
            cut = np.concatenate(joined)[:wanted]
            changed = len(joined) > 1 or len(cut) < len(samples)
            yield Recording(speaker=speaker, file=file, speech=cut, changed=changed)
            joined = []
