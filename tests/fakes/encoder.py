"""A SpeakerEncoder whose voices are told apart by pitch: no weights, instant."""

from collections.abc import Sequence

import numpy as np

from voiceprint.audio import RATE_HZ, Samples, checked
from voiceprint.voiceprint import EncoderId, Vector, Vectors


class FakeEncoder:
    """SpeakerEncoder. `tone(hz)` of one frequency is one voice; `mean` and `apart` place voices in space."""

    def __init__(self, encoder_id: EncoderId, mean: Vector, apart: Vectors) -> None:
        self.id = encoder_id
        self.dimensions = len(mean)
        self._mean = mean
        self._apart = apart

    def embed(self, samples: Samples) -> Vector:
        vector: Vector = self.embed_many([samples])[0]
        return vector

    def embed_many(self, batch: Sequence[Samples]) -> Vectors:
        return np.stack([self._embed(checked(samples)) for samples in batch])

    def _embed(self, samples: Samples) -> Vector:
        spectrum = np.abs(np.fft.rfft(samples[:RATE_HZ].astype(np.float64)))
        weights = np.random.default_rng(int(spectrum.argmax())).standard_normal(len(self._apart))
        vector = np.maximum(self._mean + weights @ self._apart, 0)
        unit: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
        return unit


def tone(hz: int, seconds: float) -> Samples:
    """A voice for FakeEncoder: bursts of a tone with short gaps, so that it counts as speech."""
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    bursts = (time % 1.0) < 0.9
    samples: Samples = (8_000 * np.sin(2 * np.pi * hz * time) * bursts).astype(np.int16)
    return samples
