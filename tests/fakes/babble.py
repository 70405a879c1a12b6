"""Syllables never twice alike: speech for telling one recording from another."""

import numpy as np
from numpy.typing import NDArray

from voiceprint.audio import Samples


def babble(seed: int, seconds: float, *, pitch_hz: tuple[float, float] = (90, 300)) -> Samples:
    """Harmonics with random strengths, pitch glides and lengths. int16 at 8 kHz."""
    rng = np.random.default_rng(seed)
    pieces: list[NDArray[np.float64]] = []
    while sum(len(piece) for piece in pieces) < seconds * 8_000:
        time = np.arange(int(rng.uniform(800, 3_200))) / 8_000
        pitch = rng.uniform(*pitch_hz) * (1 + rng.uniform(-0.4, 0.4) * time / time[-1])
        phase = 2 * np.pi * np.cumsum(pitch) / 8_000
        strengths = rng.exponential(1.0, 12) / np.arange(1, 13) ** 0.5
        wave = sum(a * np.sin(k * phase + rng.uniform(0, 6)) for k, a in enumerate(strengths, 1))
        pieces.append(wave * np.hanning(len(time)) * rng.uniform(0.4, 1))
    joined = np.concatenate(pieces)[: int(seconds * 8_000)]
    samples: Samples = (joined / np.abs(joined).max() * 16_000).astype(np.int16)
    return samples
