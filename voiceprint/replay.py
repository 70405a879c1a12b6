"""Is this earlier audio played again? Pairs of spectral peaks, matched at one constant delay.

A person never says a sentence twice in the same way to the hundredth of a second; a recording always does,
also at another level, through another codec, or cut. What is new speech of a synthetic voice is not noticed.
After Wang, "An industrial-strength audio search algorithm" (2003).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voiceprint.audio import RATE_HZ, Samples, checked

WINDOW = 512  # 64 ms: narrow enough bands to tell harmonics apart
HOP = 128  # 16 ms
BAND = slice(13, 218)  # 200 to 3,400 Hz: what every line carries
PEAK_FRAMES, PEAK_BINS = 7, 9  # a peak is the largest value this far around it, on either side
FAN_OUT = 5  # each peak is paired with so many later ones
REACH_FRAMES = 60  # about 1 s
# Matches at one delay. Of 34 human voices, in 98 % of 8 s files no other file gave more than 3 % of the
# landmarks; the rest share clips. The same 8 s over another line gave 69 % (median), over a bad line 19 %.
MIN_MATCHES = 15
MIN_SHARE = 0.03  # of the shorter side's landmarks

Landmarks = NDArray[np.int64]  # shape (n, 2): what two peaks are and how far apart; the first one's frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """Audio that was heard before."""

    matches: int  # landmarks at one delay
    delay_s: float  # of this audio against the earlier


def landmarks(samples: Samples) -> Landmarks:
    """About 80 a second of speech. The delay is kept: pass audio without pauses cut out. Blocks, 1 ms/s."""
    from scipy.ndimage import maximum_filter

    if len(checked(samples)) < WINDOW:
        return np.zeros((0, 2), dtype=np.int64)
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), WINDOW)[::HOP]
    levels = 20 * np.log10(np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1))[:, BAND] + 1.0)
    largest = maximum_filter(levels, (2 * PEAK_FRAMES + 1, 2 * PEAK_BINS + 1)) == levels
    rows, bins = np.nonzero(largest & (levels > max(levels.max() - 45.0, 30.0)))
    pairs = []
    for later in range(1, FAN_OUT + 1):
        gap = rows[later:] - rows[:-later]
        near = (gap > 0) & (gap <= REACH_FRAMES)
        first, second = bins[:-later][near], bins[later:][near]
        pairs.append(np.column_stack(((first * 256 + second) * 64 + gap[near], rows[:-later][near])))
    found: Landmarks = np.concatenate(pairs).astype(np.int64)
    return found


class Catalogue:
    """Landmarks of many earlier recordings, searched in one pass. Not thread-safe."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._marks: list[Landmarks] = []
        self._sorted: NDArray[np.int64] | None = None  # (n, 3): what, frame, number of the recording

    def add(self, name: str, marks: Landmarks) -> None:
        self._names.append(name)
        self._marks.append(marks)
        self._sorted = None

    def find(self, now: Landmarks) -> list[tuple[str, Replayed]]:
        """Recordings this audio was taken from, most matches first; [] if none can be told."""
        table = self._table()
        start = np.searchsorted(table[:, 0], now[:, 0], "left")
        counts = np.searchsorted(table[:, 0], now[:, 0], "right") - start
        if not counts.any():
            return []
        mine = np.repeat(np.arange(len(now)), counts)
        steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        matched = table[np.repeat(start, counts) + steps]
        delays = now[mine, 1] - matched[:, 1]
        found = []
        for number in np.unique(matched[:, 2]):
            shorter = min(len(now), len(self._marks[number]))
            same = _at_one_delay(delays[matched[:, 2] == number])
            if same.matches >= max(MIN_MATCHES, MIN_SHARE * shorter):
                found.append((self._names[number], same))
        return sorted(found, key=lambda pair: -pair[1].matches)

    def _table(self) -> NDArray[np.int64]:
        if self._sorted is None:
            rows = [
                np.column_stack((marks, np.full(len(marks), number, dtype=np.int64)))
                for number, marks in enumerate(self._marks)
            ]
            table = np.concatenate(rows) if rows else np.zeros((0, 3), dtype=np.int64)
            self._sorted = table[np.argsort(table[:, 0], kind="stable")]
        return self._sorted


def _at_one_delay(delays: NDArray[np.int64]) -> Replayed:
    values, times = np.unique(delays, return_counts=True)
    best = int(times.argmax())
    together = int(times[np.abs(values - values[best]) <= 1].sum())  # a delay between two frames spreads
    return Replayed(matches=together, delay_s=float(values[best]) * HOP / RATE_HZ)
