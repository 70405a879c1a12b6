"""How the recordings sound that hearing is measured on: persons, lines, noises; and what is known of them."""

import random
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ivr.simulator.channel import (
    Floats,
    Pcm,
    babble_noise,
    coded,
    keep_packets,
    levelled,
    street_noise,
    to_pcm,
    to_telephone,
    unit,
    white_noise,
)
from ivr.simulator.persona import Codec, NoiseKind, VoiceSpec, Warp
from ivr.simulator.voice import VOICE_RATE_HZ, Voice
from ivr.simulator.warp import HOP_MS, vocoder, warped
from scripts.hearing_words import Piece

RATE_HZ = 8_000
STYLES = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
# Women, men, old and young: semitones and formants away from the style.
PERSONS = (
    Warp(),
    Warp(),
    Warp(pitch_semitones=-5, formant_ratio=0.86),  # a man
    Warp(pitch_semitones=-8, formant_ratio=0.82),  # a low man
    Warp(pitch_semitones=-3, formant_ratio=0.93),  # an old woman
    Warp(pitch_semitones=3, formant_ratio=1.08),  # a girl
)
SILENT_DB = 35.0  # 10 ms frames this far below the loudest are silence
PAUSE_MS = 250
FILLER_SPEED = 0.7  # people draw them out


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """One reply before the line, and what is known of it. Times in ms from its first sample."""

    sound: NDArray[np.float32]  # 24 kHz
    start_ms: int
    end_ms: int
    pauses_ms: list[list[int]]
    fillers_ms: list[list[int]]
    f0: list[list[float]]  # (ms, Hz), every 10 ms where there is a voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What happens to it on the way."""

    codec: Codec = Codec.ALAW
    noise: NoiseKind | None = None
    snr_db: float = 40.0
    loss: float = 0.0
    level_dbfs: float = -22.0
    far: bool = False  # the speaker stands away from the telephone: fainter, and the room with it

    @property
    def group(self) -> str:
        if self.far:
            return "far voice"
        if self.noise is None:
            return "clean" if self.codec is not Codec.GSM and self.loss == 0 else "clean, GSM or loss"
        return "20 to 12 dB" if self.snr_db >= 12 else "under 12 dB"


def drawn_voice(rng: random.Random) -> VoiceSpec:
    first, second = rng.sample(STYLES, 2)
    share = round(rng.uniform(0.5, 1.0), 2)
    warp = rng.choice(PERSONS)
    return VoiceSpec(
        name=f"{first}*{share:.2f}+{second}*{1 - share:.2f}", speed=round(rng.uniform(0.8, 1.2), 2), warp=warp
    )


def drawn_line(rng: random.Random, *, noisy: bool) -> Line:
    codec = rng.choice((Codec.ALAW, Codec.ALAW, Codec.ULAW, Codec.GSM))
    loss = rng.choice((0.0, 0.0, 0.01, 0.03))
    level_dbfs = round(rng.uniform(-30, -18), 1)
    if not noisy:
        return Line(codec=codec, loss=loss, level_dbfs=level_dbfs)
    if rng.random() < 0.15:
        return Line(codec=codec, level_dbfs=-36.0, far=True)
    snr_db = round(rng.uniform(12, 20) if rng.random() < 0.7 else rng.uniform(0, 12), 1)
    return Line(
        codec=codec,
        noise=rng.choice(tuple(NoiseKind)),
        snr_db=snr_db,
        loss=loss,
        level_dbfs=level_dbfs,
    )


def spoken(pieces: tuple[Piece, ...], voice: VoiceSpec, speaker: Voice) -> Clean:
    """Piece by piece, so that it is known where each begins and ends. Blocks: about 1.5 core-s per second."""
    sounds: list[NDArray[np.float32]] = []
    fillers: list[list[int]] = []
    at = 0
    for piece in pieces:
        if not piece.text:
            sound = np.zeros(piece.silence_ms * VOICE_RATE_HZ // 1_000, dtype=np.float32)
        else:
            speed = voice.speed * (FILLER_SPEED if piece.filler else 1.0)
            sound = _edges_cut(
                warped(speaker.speak(piece.text, voice.name, speed), VOICE_RATE_HZ, voice.warp)
            )
        if piece.filler:
            fillers.append([_ms(at), _ms(at + sound.size)])
        sounds.append(sound)
        at += sound.size
    whole = np.concatenate(sounds)
    loud = _loud(whole)
    first, last = int(loud[0]), int(loud[-1]) + 1
    gaps = [(int(a) + 1, int(b)) for a, b in pairwise(loud) if b - a > PAUSE_MS // 10]
    return Clean(
        sound=whole,
        start_ms=first * 10,
        end_ms=last * 10,
        pauses_ms=[[a * 10, b * 10] for a, b in gaps],
        fillers_ms=fillers,
        f0=_f0(whole),
    )


def on_the_line(
    clean: Clean, line: Line, *, lead_ms: int, tail_ms: int, talk: list[Floats], rng: np.random.Generator
) -> Pcm:
    """8 kHz as it arrives, with so much before and after. `talk`: other people, for babble."""
    voice = levelled(to_telephone(clean.sound), line.level_dbfs)
    if line.far:
        voice = levelled(_in_a_room(voice, rng), line.level_dbfs)
    whole = np.concatenate([np.zeros(lead_ms * 8, np.float32), voice, np.zeros(tail_ms * 8, np.float32)])
    if line.noise is not None:
        rms = np.float32(10 ** ((line.level_dbfs - line.snr_db) / 20))
        whole = whole + noise(line.noise, whole.size, talk, rng) * rms
    return keep_packets(coded(to_pcm(whole), line.codec), line.loss, rng)


def noise(kind: NoiseKind, n: int, talk: list[Floats], rng: np.random.Generator) -> Floats:
    match kind:
        case NoiseKind.WHITE:
            return white_noise(n, rng)
        case NoiseKind.STREET:
            return street_noise(n, rng)
        case NoiseKind.BABBLE:
            return babble_noise(n, talk, rng)


def _in_a_room(voice: Floats, rng: np.random.Generator) -> Floats:
    """Direct sound and a tail that dies away within 0.4 s."""
    n = RATE_HZ * 4 // 10
    tail = unit(rng.standard_normal(n).astype(np.float32) * np.exp(-np.arange(n) / (0.06 * RATE_HZ)))
    response = np.concatenate([[1.0], 0.02 * tail])
    size = 1 << (voice.size + response.size).bit_length()
    heard = np.fft.irfft(np.fft.rfft(voice, size) * np.fft.rfft(response, size), size)
    return np.asarray(heard[: voice.size], dtype=np.float32)


def _edges_cut(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without the silence around it, faded over 5 ms."""
    loud = _loud(sound)
    step, edge = VOICE_RATE_HZ // 100, VOICE_RATE_HZ // 200
    cut = sound[max(0, int(loud[0]) - 1) * step : (int(loud[-1]) + 2) * step].copy()
    ramp = np.linspace(0, 1, edge, dtype=np.float32)
    cut[:edge] *= ramp
    cut[-edge:] *= ramp[::-1]
    return cut


def _loud(sound: NDArray[np.float32]) -> NDArray[np.intp]:
    """The 10 ms frames that are not silence; at least one."""
    step = VOICE_RATE_HZ // 100
    power = np.square(sound[: sound.size // step * step].reshape(-1, step)).mean(axis=1)
    return np.flatnonzero(power >= power.max() * 10 ** (-SILENT_DB / 10))


def _f0(sound: NDArray[np.float32]) -> list[list[float]]:
    """By pyworld, on the clean source."""
    tool = vocoder()
    wide = sound.astype(np.float64)
    pitch, times = tool.dio(wide, VOICE_RATE_HZ, frame_period=HOP_MS * 2)
    pitch = tool.stonemask(wide, pitch, times, VOICE_RATE_HZ)
    return [[round(t * 1_000, 1), round(float(hz), 2)] for t, hz in zip(times, pitch, strict=True) if hz > 0]


def _ms(samples: int) -> int:
    return round(samples * 1_000 / VOICE_RATE_HZ)
