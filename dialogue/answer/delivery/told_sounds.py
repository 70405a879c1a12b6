"""What a phone model told, sound by sound: doubtful, with its time. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.intent.soft_phones import soft_rows
from dialogue.answer.spotting import best_path


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ToldSounds:
    """n of them, in order."""

    soft: NDArray[np.float32]  # (n, phones): what each may have been, rows sum to 1
    first: NDArray[np.int64]  # (n,) frames
    end: NDArray[np.int64]  # (n,) exclusive

    def __len__(self) -> int:
        return len(self.first)

    def part(self, which: slice | NDArray[np.bool_]) -> "ToldSounds":
        return ToldSounds(soft=self.soft[which], first=self.first[which], end=self.end[which])


def told_sounds(log_posteriors: NDArray[np.float32]) -> ToldSounds:
    """`log_posteriors`: (frames, phones)."""
    path = best_path(log_posteriors)
    times = np.array([(first, end) for _, first, end in path], dtype=np.int64).reshape(-1, 2)
    return ToldSounds(soft=soft_rows(log_posteriors, path), first=times[:, 0], end=times[:, 1])
