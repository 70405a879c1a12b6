"""A synthesiser's samples made fit for the telephone: 8 kHz, one loudness, trimmed. Pure."""

import numpy as np
from numpy.typing import NDArray

from dialogue.line import SAMPLE_RATE_HZ, Samples

ACTIVE_LEVEL_DBFS = -20.0  # of the parts that are speech; above ITU-T P.56's nominal -26 dBov
CEILING = 0.89  # -1 dBFS: A-law and resampling may overshoot a little
KEPT_SILENCE_MS = 30  # either end; the port allows 60
LONGEST_PAUSE_MS = 240  # people answer into a gap of half a second
_FRAME = SAMPLE_RATE_HZ // 100  # 10 ms
_BELOW_SPEECH_DB = 35.0  # a frame this far below the loudest tenth is silence


def to_telephone(samples: NDArray[np.float32], rate_hz: int) -> Samples:
    """(n,) float at `rate_hz` -> (m,) int16 at 8 kHz, levelled, limited and trimmed. Silence gives (0,)."""
    import torch
    from torchaudio.functional import resample

    narrow = resample(torch.from_numpy(np.ascontiguousarray(samples)), rate_hz, SAMPLE_RATE_HZ).numpy()
    spoken = tighten(trim(narrow))
    if spoken.size == 0:
        return np.zeros(0, dtype=np.int16)
    gain = 10 ** ((ACTIVE_LEVEL_DBFS - active_level_dbfs(spoken)) / 20)
    limited = limit(spoken * np.float32(gain))
    fade = np.linspace(0, 1, _FRAME // 2, dtype=np.float32)
    limited[: fade.size] *= fade
    limited[-fade.size :] *= fade[::-1]
    return np.round(limited * 32_767).astype(np.int16)


def active_level_dbfs(samples: NDArray[np.float32]) -> float:
    """RMS over the frames that hold speech; -inf for silence."""
    power = _frame_power(samples)
    speech = power[_is_speech(power)]
    return float(10 * np.log10(speech.mean())) if speech.size else float("-inf")


def trim(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Leaves at most KEPT_SILENCE_MS before the first and after the last frame of speech."""
    speech = np.flatnonzero(_is_speech(_frame_power(samples)))
    if speech.size == 0:
        return samples[:0]
    kept = KEPT_SILENCE_MS // 10
    start = max(0, int(speech[0]) - kept) * _FRAME
    end = (int(speech[-1]) + 1 + kept) * _FRAME
    return samples[start:end]


def tighten(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shortens silences inside a prompt to LONGEST_PAUSE_MS: who hears a longer one takes the turn."""
    longest = LONGEST_PAUSE_MS // 10
    speech = _is_speech(_frame_power(samples))
    keep = np.ones(speech.size, dtype=np.bool_)
    edges = np.flatnonzero(np.diff(np.concatenate(([True], speech, [True])).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start > longest:
            keep[start + longest // 2 : end - (longest - longest // 2)] = False
    whole = samples[: speech.size * _FRAME].reshape(-1, _FRAME)[keep].reshape(-1)
    return np.concatenate([whole, samples[speech.size * _FRAME :]])


def limit(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turns peaks above the ceiling down, over 5 ms either side, so that they neither clip nor crackle."""
    reach = SAMPLE_RATE_HZ // 200
    window = 2 * reach + 1
    gain = np.minimum(1.0, CEILING / np.maximum(np.abs(samples), 1e-9))
    if gain.min() >= 1.0:
        return samples
    padded = np.pad(gain, 2 * reach, constant_values=1.0)
    lowest = np.lib.stride_tricks.sliding_window_view(padded, window).min(axis=1)
    # Averaging the held minimum over the same window never exceeds the gain a peak needs.
    smooth = np.lib.stride_tricks.sliding_window_view(lowest, window).mean(axis=1)
    return np.asarray(samples * smooth, dtype=np.float32)


def _frame_power(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    whole = samples[: samples.size // _FRAME * _FRAME].astype(np.float64).reshape(-1, _FRAME)
    return np.asarray(np.square(whole).mean(axis=1))


def _is_speech(power: NDArray[np.float64]) -> NDArray[np.bool_]:
    if power.size == 0 or power.max() <= 1e-9:  # -90 dBFS: nothing was said
        return np.zeros(power.size, dtype=np.bool_)
    loud = np.quantile(power, 0.9)
    return power > loud * 10 ** (-_BELOW_SPEECH_DB / 10)
