"""From arrival times to lateness: how late was each frame against its own call's schedule? Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAME_S = 0.02
AWAITED_FRAMES = 100  # 2 s: what is not made up within this time never will be
SLIPPED = 0.75  # of a frame: behind by so much for good, a frame was left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Punctuality:
    """Of one call's frames."""

    late_ms: NDArray[np.float64]  # (n,), never negative; what was made up for later was late, not lost
    lost: int  # frames that never came


def punctuality(numbers: NDArray[np.int64], arrived_s: NDArray[np.float64]) -> Punctuality:
    """`numbers`: of the frames that came, ascending; `arrived_s`: when, on any clock. Both (n,).

    The schedule is an even pace of 20 ms through the frame that was least late of all. A sender that leaves
    out a turn and numbers on stays behind by whole frames for ever: those frames count as lost.
    """
    if not numbers.size:
        return Punctuality(late_ms=np.zeros(0), lost=0)
    behind_s = arrived_s - numbers * FRAME_S
    least_s = np.minimum.accumulate(behind_s[::-1])[::-1]  # of this frame and all later ones
    settled = max(0, least_s.size - AWAITED_FRAMES - 1)
    least_s[settled:] = least_s[settled]
    slipped = np.floor((least_s - least_s[0]) / FRAME_S + 1 - SLIPPED)
    late_s = behind_s - slipped * FRAME_S
    left_out = int((np.diff(numbers) - 1).sum())
    return Punctuality(late_ms=(late_s - late_s.min()) * 1_000, lost=left_out + int(slipped[-1]))
