"""Where speech really begins, pauses and ends, by its energy, once a model of voice activity has found it.

After silence the model is slow: of clean telephone answers it missed up to 300 ms of the first syllable, and
whole hums before a pause. In noise it goes on for 150 ms after the end and over pauses. Nothing here runs
while the caller speaks; turns end as they did. Pure.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.delivery.pitch import pitch_track
from dialogue.line import SAMPLE_RATE_HZ, Samples

Segments = tuple[tuple[int, int], ...]  # speech, (start, end) in ms since the call was answered

AROUND_MS = 1_500  # of sound either side of the turn: for the line's own level, and for hums before it
_QUIET_LINE_DB = 35.0  # from the floor up to the loudest; below it, the line counts as noisy
_OVER_FLOOR_DB = 6.0
_UNDER_LOUDEST_DB = 35.0  # soft consonants; further down it is breath and room
_STEP_MS = 10
_STEP = SAMPLE_RATE_HZ * _STEP_MS // 1_000
_REACH, _REACH_IN_NOISE = 70, 20  # steps before what was found; in noise, what stands out may be the noise
_BRIDGED = 10  # steps below the threshold inside a word: the closures of p, t, q
_LEAST_STEPS = 5  # of silence, or nothing is known of the floor
_PAUSE_STEPS = 25
_OVER_NOISE_DB = 2.5  # quieter than this over the line's usual level, nobody speaks
_SMOOTHED = 5  # steps
# A hum: 嗯, or a short word the model took for none.
_HUM_STEPS, _HUM_APART_STEPS = 12, 100
_HUM_UNDER_LOUDEST_DB = 12.0  # a prompter beside the telephone is quieter
_HUM_VOICED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sound:
    """The turn and what lies around it, in steps of 10 ms."""

    levels: NDArray[np.float64]  # dB
    floor: float  # of the line
    usual: float  # its median
    loudest: float

    @property
    def quiet_line(self) -> bool:
        return self.loudest - self.floor >= _QUIET_LINE_DB

    @property
    def loud(self) -> NDArray[np.bool_]:
        return self.levels > max(self.floor + _OVER_FLOOR_DB, self.loudest - _UNDER_LOUDEST_DB)

    @property
    def silent(self) -> NDArray[np.bool_]:
        power = 10 ** (self.levels / 10)
        smooth = 10 * np.log10(np.convolve(power, np.full(_SMOOTHED, 1 / _SMOOTHED), mode="same"))
        return np.asarray(smooth < max(self.usual + _OVER_NOISE_DB, self.loudest - _UNDER_LOUDEST_DB))


def edged(segments: Segments, samples: Samples, *, first_ms: int, not_before_ms: int = 0) -> Segments:
    """The stretches as far as their sound reaches, with hums before them, cut at their silences.

    `samples`: the turn with AROUND_MS either side where there is so much, from `first_ms` on. Nothing
    begins before `not_before_ms` that did not already: our own prompt may leak back until then.
    """
    steps = [(_step(start, first_ms), _step(end, first_ms)) for start, end in segments]
    sound = _sound(samples, steps)
    if sound is None:
        return segments
    earliest = _step(not_before_ms, first_ms)
    found = _reaching(steps, sound, earliest)
    if sound.quiet_line:
        found = [*_hums(found[0][0], samples, sound, earliest), *found]
    pieces = [piece for stretch in found for piece in _cut(stretch, sound)]
    return tuple((first_ms + start * _STEP_MS, first_ms + end * _STEP_MS) for start, end in pieces)


def _step(at_ms: int, first_ms: int) -> int:
    return max(0, (at_ms - first_ms) // _STEP_MS)


def _sound(samples: Samples, steps: list[tuple[int, int]]) -> _Sound | None:
    """None if too little is known of the line."""
    whole = samples[: samples.size // _STEP * _STEP].reshape(-1, _STEP).astype(np.float64) / 32_768
    levels = np.asarray(10 * np.log10(np.maximum(whole.var(axis=1), 1e-9)))  # without what is constant
    inside = np.zeros(levels.size, dtype=np.bool_)
    for start, end in steps:
        inside[start:end] = True
    outside = levels[~inside]
    if outside.size < _LEAST_STEPS or not inside.any():
        return None
    return _Sound(
        levels=levels,
        floor=float(np.quantile(outside, 0.2)),
        usual=float(np.median(outside)),
        loudest=float(levels[inside].max()),
    )


def _reaching(steps: list[tuple[int, int]], sound: _Sound, earliest: int) -> list[tuple[int, int]]:
    """Every stretch from where its sound begins, at most from its neighbour's end."""
    loud, reach = sound.loud, _REACH if sound.quiet_line else _REACH_IN_NOISE
    found: list[tuple[int, int]] = []
    for start, end in steps:
        behind = found[-1][1] if found else earliest
        found.append((min(start, max(_back(loud, start, reach), behind)), min(end, loud.size)))
    return found


def _back(loud: NDArray[np.bool_], at: int, reach: int) -> int:
    """The first loud step of the sound that leads up to `at`; `at` itself if there is none."""
    found, quiet = at, 0
    for step in range(min(at, loud.size) - 1, max(-1, at - reach - 1), -1):
        quiet = 0 if loud[step] else quiet + 1
        if quiet > _BRIDGED:
            break
        if loud[step]:
            found = step
    return found


def _hums(before: int, samples: Samples, sound: _Sound, earliest: int) -> list[tuple[int, int]]:
    """Voiced sounds shortly before the first stretch, about as loud as it."""
    found = []
    for start, end in _runs(sound.loud[:before]):
        near = before - end <= _HUM_APART_STEPS and start >= earliest
        if not near or end - start < _HUM_STEPS:
            continue
        if sound.levels[start:end].max() < sound.loudest - _HUM_UNDER_LOUDEST_DB:
            continue
        track = pitch_track(samples[start * _STEP : end * _STEP])
        if track.size and np.mean(~np.isnan(track)) >= _HUM_VOICED:
            found.append((start, end))
    return found


def _cut(stretch: tuple[int, int], sound: _Sound) -> list[tuple[int, int]]:
    """Without long silences inside and any at the end; as it was if it is nothing but silence."""
    start, end = stretch
    silent = sound.silent[start:end]
    spoken = np.flatnonzero(~silent)
    if not spoken.size:
        return [stretch]
    pieces = [[start, start + int(spoken[-1]) + 1]]
    for from_step, until_step in _runs(silent[: int(spoken[-1])]):
        if until_step - from_step >= _PAUSE_STEPS and from_step > 0:
            pieces[-1][1] = start + from_step
            pieces.append([start + until_step, start + int(spoken[-1]) + 1])
    return [(a, b) for a, b in pieces]


def _runs(marked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where it is true: [start, end) of each run."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
