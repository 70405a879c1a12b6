"""Where in a recording somebody speaks, and whether anybody does."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.port import Utterance
from dialogue.hearing.resampling import resampled
from dialogue.hearing.silero import WINDOW, SileroEngine
from dialogue.line import SAMPLE_RATE_HZ

WINDOW_S = WINDOW / SAMPLE_RATE_HZ

# Below -60 dBFS nobody speaks; G.711's own idle noise is at -72.
_QUIET = 0.001
# Measured: noises, hum, clicks and breath stay below 0.08; each of 65 answers reached 0.94 at 5 dB of noise.
_SPOKEN = 0.2
_BEGINS, _ENDS = 0.5, 0.35
_LEVEL = 0.3  # quiet speech is raised to this peak, or it is missed (0.24 at -30 dB)


class SpeechFinder:
    """Finds speech with Silero. Shared, safe to use from several threads."""

    def __init__(self, engine: SileroEngine) -> None:
        self._engine = engine

    def probabilities(self, utterance: Utterance) -> NDArray[np.float32]:
        """Of speech, per window of 32 ms. Blocks about 3 ms per second of sound."""
        wave = resampled(utterance.samples, utterance.rate_hz, SAMPLE_RATE_HZ)
        peak = float(np.abs(wave).max(initial=0.0))
        if peak < _QUIET:
            return np.zeros(-(-len(wave) // WINDOW), dtype=np.float32)
        return self._engine.probabilities(wave * (_LEVEL / peak))

    def spoken(self, utterance: Utterance) -> bool:
        """Whether there is any speech in it."""
        return bool((self.probabilities(utterance) > _SPOKEN).any())


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Speech from one window up to another."""

    first: int
    end: int  # exclusive


def stretches(
    probabilities: NDArray[np.float32], *, gap_s: float = 1.0, longest_s: float = 20.0, margin_s: float = 0.4
) -> list[Stretch]:
    """Speech between pauses of at least `gap_s`, with a margin either side. Pure.

    The margin holds what the model of voice activity misses after silence: up to 300 ms.
    What is longer than `longest_s` is cut at its quietest window in the second half.
    """
    gap, margin, longest = (round(s / WINDOW_S) for s in (gap_s, margin_s, longest_s))
    active = np.flatnonzero(_active(probabilities))
    if not len(active):
        return []
    groups = np.split(active, np.flatnonzero(np.diff(active) > gap) + 1)
    found: list[Stretch] = []
    for group in groups:
        first = max(0, int(group[0]) - margin)
        end = min(len(probabilities), int(group[-1]) + 1 + margin)
        while end - first > longest:
            middle = first + longest // 2
            cut = middle + int(np.argmin(probabilities[middle : first + longest]))
            found.append(Stretch(first=first, end=cut))
            first = cut
        found.append(Stretch(first=first, end=end))
    return found


def _active(probabilities: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Speech with hysteresis: begins above one threshold, lasts until below another."""
    active = np.zeros(len(probabilities), dtype=np.bool_)
    speaking = False
    for i, probability in enumerate(probabilities):
        speaking = probability >= (_ENDS if speaking else _BEGINS)
        active[i] = speaking
    return active
