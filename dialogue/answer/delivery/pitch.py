"""Fundamental frequency of telephone speech, by autocorrelation. Pure numpy.

The telephone cuts the fundamental of most men (below 300 Hz) but not its spacing of harmonics, which the
autocorrelation still shows; cepstra and spectral peaks do not survive A-law and babble as well.
"""

import numpy as np
from numpy.typing import NDArray

from dialogue.line import SAMPLE_RATE_HZ, Samples

LOWEST_HZ, HIGHEST_HZ = 65.0, 420.0
HOP = SAMPLE_RATE_HZ // 100  # 10 ms
_WINDOW = SAMPLE_RATE_HZ * 40 // 1_000  # two and a half periods of the lowest voice
_VOICED = 0.55  # of the energy that repeats; babble at 12 dB stays mostly below
_FIRST_PEAK = 0.88  # the shortest lag nearly as good as the best: longer ones are octaves of it
_QUIET_DB = 25.0  # frames this far below the loudest say nothing about pitch


def pitch_track(samples: Samples) -> NDArray[np.float64]:
    """(m,) F0 in Hz per 10 ms; nan where there is no voice."""
    if samples.size < _WINDOW:
        return np.full(0, np.nan)
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), _WINDOW)[::HOP]
    frames = (frames - frames.mean(axis=1, keepdims=True)) * np.hanning(_WINDOW)
    power = np.square(frames).sum(axis=1)
    correlation = _autocorrelation(frames) / _autocorrelation(np.hanning(_WINDOW)[np.newaxis])
    correlation = correlation / np.maximum(correlation[:, :1], 1e-9)
    first, last = int(SAMPLE_RATE_HZ / HIGHEST_HZ), int(SAMPLE_RATE_HZ / LOWEST_HZ)
    loud = power > power.max() * 10 ** (-_QUIET_DB / 10)
    f0 = np.full(frames.shape[0], np.nan)
    for index in np.flatnonzero(loud):
        f0[index] = _f0(correlation[index], first, last)
    return _steady(f0)


def median_hz(track: NDArray[np.float64], *, least_ms: int = 100) -> float | None:
    """The usual pitch; None with less than `least_ms` of voice."""
    voiced = track[~np.isnan(track)]
    return float(np.median(voiced)) if voiced.size * 10 >= least_ms else None


def range_semitones(track: NDArray[np.float64], *, least_ms: int = 300) -> float | None:
    """From the 10th to the 90th percentile; None with less than `least_ms` of voice."""
    voiced = track[~np.isnan(track)]
    if voiced.size * 10 < least_ms:
        return None
    low, high = np.percentile(voiced, (10, 90))
    return semitones(float(high), float(low))


def semitones(hz: float, over_hz: float) -> float:
    return float(12 * np.log2(hz / over_hz))


def _autocorrelation(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    size = 1 << (2 * _WINDOW - 1).bit_length()
    spectrum = np.fft.rfft(frames, size)
    found: NDArray[np.float64] = np.fft.irfft(np.square(np.abs(spectrum)), size)[:, : _WINDOW * 3 // 4]
    return found


def _f0(correlation: NDArray[np.float64], first: int, last: int) -> float:
    """One frame. The first peak about as high as the highest; between samples by a parabola."""
    part = correlation[first - 1 : last + 2]
    peaks = np.flatnonzero((part[1:-1] >= part[:-2]) & (part[1:-1] > part[2:])) + 1
    if peaks.size == 0:
        return float("nan")
    heights = part[peaks]
    if heights.max() < _VOICED:
        return float("nan")
    at = int(peaks[np.flatnonzero(heights >= _FIRST_PEAK * heights.max())[0]])
    left, middle, right = part[at - 1 : at + 2]
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return float(SAMPLE_RATE_HZ / (first - 1 + at + shift))


def _steady(f0: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keeps frames whose neighbours agree within a tone: a voice glides, noise jumps."""
    kept = f0.copy()
    for index in np.flatnonzero(~np.isnan(f0)):
        near = f0[max(0, index - 2) : index + 3]
        close = np.abs(12 * np.log2(near[~np.isnan(near)] / f0[index])) < 2.0
        if close.sum() < 3:  # itself and two others
            kept[index] = np.nan
    return kept
