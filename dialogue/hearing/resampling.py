"""From one sampling rate to another."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torchaudio.functional import resample

from dialogue.line import Samples

# An odd rate such as 22,051 Hz needs a filter of gigabytes; the nearest multiple of 25 Hz is at most a
# third of a per cent off from 4 kHz up, which nobody hears. All common rates are multiples.
_GRID_HZ = 25


def resampled(samples: Samples, from_hz: int, to_hz: int) -> NDArray[np.float32]:
    """Samples at `to_hz`, as float32 of -1..1. Blocks about 0.1 ms per second of sound."""
    wave = torch.from_numpy(np.ascontiguousarray(samples, dtype=np.float32) / 32_768)
    if from_hz != to_hz and len(wave):
        near_hz = max(_GRID_HZ, round(from_hz / _GRID_HZ) * _GRID_HZ)
        divisor = math.gcd(near_hz, to_hz)
        wave = resample(wave, near_hz // divisor, to_hz // divisor)
    found: NDArray[np.float32] = wave.numpy()
    return found
