"""Telephone audio as this room takes it: int16, mono, 8 kHz."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError

Samples = NDArray[np.int16]  # shape (n,), mono, 8 kHz

RATE_HZ = 8_000
READABLE_RATES_HZ = (8_000, 192_000)  # from, to; above 8 kHz it is brought down
FULL_SCALE = 32_768.0


class UnreadableAudio(SurveyError):
    """A file holds no sound that can be read; of many files, it may be left out."""


def checked(samples: Samples) -> Samples:
    """The same samples, if they are what this room takes. Raises SurveyError."""
    if samples.ndim != 1:
        raise SurveyError(f"voiceprint: audio has shape {samples.shape}; pass one channel, shape (n,)")
    if samples.dtype != np.int16:
        raise SurveyError(f"voiceprint: audio is {samples.dtype}; pass int16 at 8 kHz")
    return samples


def read(path: Path, *, channel: int | None = None) -> Samples:
    """A WAV or FLAC file at 8 kHz or more as telephone audio. Blocks.

    `channel`: which one of several; None: the file must have one. Raises SurveyError.
    """
    import soundfile

    try:
        data, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as exc:
        raise UnreadableAudio(f"{path}: cannot be read as audio; pass a WAV or FLAC file") from exc
    if channel is None and data.shape[1] != 1:
        raise SurveyError(
            f"{path}: has {data.shape[1]} channels; say which one holds the voice with --channel "
            "(a call's recording has us at 0 and them at 1)"
        )
    if channel is not None and channel >= data.shape[1]:
        raise SurveyError(f"{path}: has no channel {channel}; the last one is {data.shape[1] - 1}")
    return from_float(data[:, channel or 0], rate_hz=rate_hz, where=str(path))


def from_float(wave: NDArray[np.float32], *, rate_hz: int, where: str = "voiceprint") -> Samples:
    """Samples of a wave in -1..1 at 8 kHz or more. Raises SurveyError for values that are no sound."""
    if not np.isfinite(wave).all():
        raise UnreadableAudio(f"{where}: holds values that are not numbers; record it again")
    low, high = READABLE_RATES_HZ
    if not low <= rate_hz <= high:
        raise SurveyError(f"{where}: rate is {rate_hz} Hz; pass a recording at {low} to {high} Hz")
    if rate_hz != RATE_HZ and len(wave):
        wave = _brought_down(wave, rate_hz)
    clipped: Samples = np.clip(np.round(wave * FULL_SCALE), -32_768, 32_767).astype(np.int16)
    return clipped


def _brought_down(wave: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    import torch
    from torchaudio.functional import resample

    with torch.inference_mode():
        down: NDArray[np.float32] = resample(torch.from_numpy(wave.copy()), rate_hz, RATE_HZ).numpy()
    return down
