"""Voices without a model: pulse trains through formants, on a line with some noise. For tests of delivery."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.values import HeardAnswer
from dialogue.line import SAMPLE_RATE_HZ, Samples

Floats = NDArray[np.float64]
MARGIN_MS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    f0_hz: float
    formants_hz: tuple[float, ...]  # of a middle vowel
    melody_semitones: float = 3.0  # either side of f0


WOMAN = Voice(f0_hz=230, formants_hz=(600, 1_700, 2_800))
MAN = Voice(f0_hz=110, formants_hz=(480, 1_350, 2_350))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    voice: Voice
    ms: int
    after_ms: int = 300  # since the piece before, or the prompt's end
    level_db: float = -22.0


def spoken(voice: Voice, ms: int, seed: int = 0) -> Floats:
    """Syllables of 200 ms with moving vowels and melody, RMS 1, in the telephone's band."""
    rng = np.random.default_rng(seed)
    n = ms * SAMPLE_RATE_HZ // 1_000
    time_s = np.arange(n) / SAMPLE_RATE_HZ
    syllable = time_s / 0.2
    melody = voice.melody_semitones * np.sin(2 * np.pi * 1.1 * time_s + rng.uniform(0, 6))
    phase = np.cumsum(voice.f0_hz * 2 ** (melody / 12)) / SAMPLE_RATE_HZ
    source = np.diff(np.floor(phase), prepend=0.0) + 0.02 * rng.standard_normal(n)
    shifts = rng.uniform(0.8, 1.25, (int(syllable[-1]) + 1 if n else 1, len(voice.formants_hz)))
    out = np.zeros(n)
    for index in range(len(shifts)):
        part = (syllable >= index) & (syllable < index + 1)
        out[part] = filtered(source, np.array(voice.formants_hz) * shifts[index])[part]
    out *= 0.55 + 0.45 * np.sin(np.pi * (syllable % 1.0))
    return np.asarray(out / np.sqrt(np.mean(np.square(out))))


def filtered(source: Floats, formants_hz: Floats) -> Floats:
    hz = np.fft.rfftfreq(source.size, 1 / SAMPLE_RATE_HZ)
    response = sum(1 / (1 + ((hz - f) / 120) ** 2) for f in formants_hz) + 0.02
    band = (hz > 300) & (hz < 3_400)
    return np.asarray(np.fft.irfft(np.fft.rfft(source) * response * band, source.size))


def turn(
    pieces: Sequence[Said], *, noise_db: float = -62.0, start_ms: int = 10_000, seed: int = 0
) -> HeardAnswer:
    """A turn whose prompt ended at `start_ms`, cut as the ear cuts it."""
    rng = np.random.default_rng(seed)
    segments: list[tuple[int, int]] = []
    at_ms = start_ms
    for piece in pieces:
        segments.append((at_ms + piece.after_ms, at_ms + piece.after_ms + piece.ms))
        at_ms = segments[-1][1]
    origin_ms = segments[0][0] - MARGIN_MS
    sound = rng.standard_normal((segments[-1][1] + MARGIN_MS - origin_ms) * 8) * 10 ** (noise_db / 20)
    for number, (piece, (begin, end)) in enumerate(zip(pieces, segments, strict=True)):
        voice = spoken(piece.voice, piece.ms, seed * 31 + number) * 10 ** (piece.level_db / 20)
        sound[(begin - origin_ms) * 8 : (end - origin_ms) * 8] += voice
    return HeardAnswer(
        samples=pcm(sound),
        segments=tuple(segments),
        started_ms=segments[0][0],
        ended_ms=segments[-1][1],
        prompt_end_ms=start_ms,
        latency_ms=segments[0][0] - start_ms,
    )


def pcm(sound: Floats) -> Samples:
    return np.clip(np.round(sound * 32_767), -32_768, 32_767).astype(np.int16)
