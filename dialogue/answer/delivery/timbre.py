"""The colour of a voice in a short stretch, and how far two are apart. Level plays no part."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dialogue.line import SAMPLE_RATE_HZ, Samples

_HOP = SAMPLE_RATE_HZ // 100
_LOUD_DB = 25.0  # frames further below the loudest are line, not voice
_LEAST_FRAMES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Timbre:
    """Mean and spread of cepstral coefficients 1..12 over the loud frames."""

    mean: NDArray[np.float64]  # (12,)
    spread: NDArray[np.float64]


def timbre(samples: Samples) -> Timbre | None:
    """None with less than 150 ms of sound."""
    import torch

    if samples.size < 2 * _HOP * _LEAST_FRAMES:
        return None
    power = (
        np.square(samples[: samples.size // _HOP * _HOP].astype(np.float64)).reshape(-1, _HOP).mean(axis=1)
    )
    with torch.inference_mode():
        wave = torch.from_numpy(samples.astype(np.float32) / np.float32(32_768))
        cepstra = _transform()(wave)[1:13].numpy().T.astype(np.float64)
    frames = min(len(power), len(cepstra))
    loud = cepstra[:frames][power[:frames] > power.max() * 10 ** (-_LOUD_DB / 10)]
    if len(loud) < _LEAST_FRAMES:
        return None
    return Timbre(mean=loud.mean(axis=0), spread=np.maximum(loud.std(axis=0), 1e-3))


def distance(one: Timbre, usual: Timbre) -> float:
    """Root mean square of the coefficients' distances, each in spreads of `usual`; > 0."""
    return float(np.sqrt(np.mean(np.square((one.mean - usual.mean) / usual.spread))))


@cache
def _transform() -> Any:
    """Mel cepstra of the telephone's band. Shared: it holds constants only."""
    from torchaudio.transforms import MFCC

    mel = {"n_fft": 256, "hop_length": _HOP, "n_mels": 26, "f_min": 250.0, "f_max": 3_500.0}
    return MFCC(SAMPLE_RATE_HZ, n_mfcc=20, melkwargs=mel)
