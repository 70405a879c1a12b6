"""Something to say that no model has to render: vowels, which voice activity takes for speech."""

import numpy as np

from dialogue.line import SAMPLE_RATE_HZ, Samples

PITCH_HZ = 125.0
SYLLABLE = SAMPLE_RATE_HZ // 5
OVERLAP = SAMPLE_RATE_HZ // 20
PEAK = 12_000
# The first three resonances of a, i, o, e, u; Hz.
FORMANTS_HZ = (
    (700, 1_200, 2_600),
    (300, 2_200, 2_900),
    (500, 900, 2_400),
    (400, 1_700, 2_500),
    (350, 800, 2_300),
)
WIDTHS_HZ = (80, 100, 140)


def vowels(seconds: int) -> Samples:
    """(n,) int16 at 8 kHz, always the same; without a pause."""
    rng = np.random.default_rng(0)
    size = seconds * SAMPLE_RATE_HZ
    time_s = np.arange(size) / SAMPLE_RATE_HZ
    wander = np.cumsum(rng.normal(size=size)) / np.sqrt(size)
    pitch_hz = PITCH_HZ * (1 + 0.12 * np.sin(2 * np.pi * 0.7 * time_s) + 0.02 * wander)
    pulses = np.diff(np.floor(np.cumsum(pitch_hz) / SAMPLE_RATE_HZ), prepend=0.0)
    source = pulses + rng.normal(0, 0.02, size)
    said = np.zeros(size)
    for start in range(0, size, SYLLABLE):
        piece = source[start : start + SYLLABLE + OVERLAP]
        spectrum = np.fft.rfft(piece, 2 * piece.size)
        turn = np.exp(-2j * np.pi * np.fft.rfftfreq(2 * piece.size))
        for formant_hz, width_hz in zip(FORMANTS_HZ[rng.integers(5)], WIDTHS_HZ, strict=True):
            radius = np.exp(-np.pi * width_hz / SAMPLE_RATE_HZ)
            angle = 2 * np.pi * formant_hz / SAMPLE_RATE_HZ
            spectrum /= 1 - 2 * radius * np.cos(angle) * turn + (radius * turn) ** 2
        said[start : start + piece.size] += np.fft.irfft(spectrum)[: piece.size] * np.hanning(piece.size)
    level: Samples = (said / np.abs(said).max() * PEAK).astype(np.int16)
    return level
