"""Filled pauses of an answer, 嗯, 呃 and the like: where they are. Pure.

By the model of hesitations where the recogniser has one. Without it by sound: one drawn-out, steady, voiced
sound that a silence follows before the speaker goes on; what is said first and really meant, as 对 or 有, is
told by the words, and a filler without any break is found only if the recogniser writes it down at the
beginning.
"""

import re
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.delivery.fillers_by_frame import fillers_by_frame
from dialogue.answer.delivery.measures import origin, stretches
from dialogue.answer.delivery.pitch import pitch_track
from dialogue.answer.values import HeardAnswer
from dialogue.line import SAMPLE_RATE_HZ, Samples

_STEP_MS = 10
_STEP = SAMPLE_RATE_HZ * _STEP_MS // 1_000
_WINDOW, _FFT, _BANDS = 200, 256, 20  # 25 ms
_SOFT_DB = 25.0  # below the loudest of its stretch: the sound is over
_DIP_STEPS = 4
_LEAST_MS, _LONGEST_MS = 150, 700  # of a hum; a usual syllable lasts 200 ms, a hum on the telephone 300
_DRAWN_MS = 220  # of a hum with no more than a short break after it
_BREAK_MS = 90  # the closure of a stop is shorter
_APART_MS = 60  # over which its colour may hardly change ...
_STEADY_DB = 8.0  # ... this much, per band, most of the time
_MOSTLY = 0.8
_VOICED = 0.6
# What is said first and then goes on after a silence, and is no filler.
_MEANT = re.compile(r"^(?:对|是|有|没|好|行|不|在|喂|我|诶)")
_WRITTEN = re.compile(r"^(?:(嗯+|呃+|额(?![度外])|唔)|([这那]个)(?=[，,。…嗯呃]|[这那]个))")
_WORD_MS = 1_000  # 那个, drawn out

Spans = tuple[tuple[int, int], ...]


def filled_pauses(heard: HeardAnswer, text: str, hesitating: NDArray[np.float32] | None) -> Spans:
    """(start, end) in ms since the call was answered, in order. Blocks some milliseconds.

    `text`: what was understood, "" for nothing; `hesitating`: as in the transcript of the turn's samples.
    """
    if hesitating is None:
        return _by_sound(heard, text)
    parts = zip(heard.segments, stretches(heard), strict=True)
    sounds = [
        (start + a * _STEP_MS, start + b * _STEP_MS)
        for (start, _), samples in parts
        for a, b in _sounds(samples)
    ]
    return tuple(fillers_by_frame(hesitating, sounds, first_ms=origin(heard)))


def _by_sound(heard: HeardAnswer, text: str) -> Spans:
    found: list[tuple[int, int]] = []
    meant = _MEANT.match(text) is not None
    written = _WRITTEN.match(text)
    last = len(heard.segments) - 1
    for number, ((start, end), samples) in enumerate(zip(heard.segments, stretches(heard), strict=True)):
        sounds = _sounds(samples)
        if not sounds or (number == 0 and meant):
            continue
        until_ms = sounds[0][1] * _STEP_MS
        if number == 0 and written is not None:
            until_ms = _said_until(sounds, word=written[2] is not None)
            if until_ms:
                found.append((start, start + until_ms))
            elif number < last and end - start <= _WORD_MS:
                found.append((start, end))
        elif len(sounds) == 1 and number < last:
            if _LEAST_MS <= end - start <= _LONGEST_MS and _hums(samples):
                found.append((start, end))
        elif number > 0 and _breaks(sounds) and _DRAWN_MS <= until_ms <= _LONGEST_MS:
            # After an inner pause: the speaker thinks, and goes on almost at once.
            hum = samples[: sounds[0][1] * _STEP]
            if _hums(hum):
                found.append((start, start + until_ms))
    return tuple(found)


def _breaks(sounds: list[tuple[int, int]]) -> bool:
    """Whether the first sound is followed by more than the closure of a stop."""
    return len(sounds) > 1 and (sounds[1][0] - sounds[0][1]) * _STEP_MS >= _BREAK_MS


def _said_until(sounds: list[tuple[int, int]], *, word: bool) -> int:
    """Where a written filler ends, at the widest break there may be, ms from the beginning; 0: it runs on."""
    longest_ms, least_ms = (_WORD_MS, 2 * _LEAST_MS) if word else (_LONGEST_MS, _LEAST_MS)
    breaks = [
        (following - end, end * _STEP_MS)
        for (_, end), (following, _) in pairwise(sounds)
        if least_ms <= end * _STEP_MS <= longest_ms
    ]
    return max(breaks)[1] if breaks else 0


def _sounds(samples: Samples) -> list[tuple[int, int]]:
    """Loud parts with dips of at least 40 ms between them, in steps of 10 ms."""
    whole = samples[: samples.size // _STEP * _STEP].reshape(-1, _STEP).astype(np.float64)
    power = whole.var(axis=1)
    if power.size == 0 or power.max() <= 0:
        return []
    found: list[tuple[int, int]] = []
    for step in np.flatnonzero(power > power.max() * 10 ** (-_SOFT_DB / 10)):
        if found and step - found[-1][1] < _DIP_STEPS:
            found[-1] = (found[-1][0], int(step) + 1)
        else:
            found.append((int(step), int(step) + 1))
    return found


def _hums(samples: Samples) -> bool:
    """Voiced, and of one colour from beginning to end."""
    track = pitch_track(samples)
    if not track.size or np.mean(~np.isnan(track)) < _VOICED:
        return False
    colour = _colour(samples)[2:-2]
    apart = _APART_MS // _STEP_MS
    if len(colour) <= apart:
        return False
    change = np.sqrt(np.mean(np.square(colour[apart:] - colour[:-apart]), axis=1))
    return float(np.quantile(change, _MOSTLY)) < _STEADY_DB


def _colour(samples: Samples) -> NDArray[np.float64]:
    """(steps, bands) in dB, without what all bands share."""
    wide = np.pad(samples.astype(np.float64) / 32_768, _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(wide, _WINDOW)[::_STEP] * np.hanning(_WINDOW)
    power = np.square(np.abs(np.fft.rfft(frames, _FFT)))
    bands = 10 * np.log10(power @ _mel_bands().T + 1e-7)
    return np.asarray(bands - bands.mean(axis=1, keepdims=True))


@lru_cache(maxsize=1)
def _mel_bands() -> NDArray[np.float64]:
    """Triangles over 250 to 3,500 Hz."""
    low, high = (2_595 * np.log10(1 + hz / 700) for hz in (250, 3_500))
    edges_mel = np.linspace(low, high, _BANDS + 2)
    edges = 700 * (10 ** (edges_mel / 2_595) - 1)
    hz = np.fft.rfftfreq(_FFT, 1 / SAMPLE_RATE_HZ)
    rising = (hz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - hz) / np.diff(edges)[1:, None]
    return np.asarray(np.maximum(0, np.minimum(rising, falling)))
