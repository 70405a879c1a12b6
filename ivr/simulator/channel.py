"""What a telephone line does to sound: band, level, noise, codec, lost packets. Pure functions on arrays.

Floats are int16 scale / 32768. Telephone rate is 8 kHz; a frame is 160 samples.
"""

import io
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ivr.simulator.persona import Codec

Floats = NDArray[np.float32]
Pcm = NDArray[np.int16]

RATE_HZ = 8_000
FRAME = 160
SPEECH_DBFS = -22.0  # active level of a usual telephone voice
GSM_BLOCK = 320


@cache
def _band_filter() -> NDArray[np.float64]:
    """A linear-phase band-pass, 300-3400 Hz at 24 kHz: the telephone, and the guard of decimation by 3."""
    taps, rate = 481, 24_000
    n = np.arange(taps) - (taps - 1) / 2
    low, high = 300 / rate, 3_400 / rate
    ideal = 2 * high * np.sinc(2 * high * n) - 2 * low * np.sinc(2 * low * n)
    return np.asarray(ideal * np.blackman(taps))


def to_telephone(samples: Floats) -> Floats:
    """24 kHz sound as an 8 kHz telephone passes it."""
    kernel = _band_filter()
    size = samples.size + kernel.size - 1
    n = 1 << max(size - 1, 1).bit_length()
    passed = np.fft.irfft(np.fft.rfft(samples, n) * np.fft.rfft(kernel, n), n)
    start = (kernel.size - 1) // 2
    return passed[start : start + samples.size : 3].astype(np.float32)


def active_rms(samples: Floats) -> float:
    """The level while somebody speaks: over the 20 ms frames within 30 dB of the loudest. 0.0: silence."""
    whole = samples.size // FRAME * FRAME
    if whole == 0:
        return float(np.sqrt(np.mean(np.square(samples)))) if samples.size else 0.0
    frames = np.sqrt(np.mean(np.square(samples[:whole].reshape(-1, FRAME)), axis=1))
    loud = frames[frames > frames.max() * 10 ** (-30 / 20)]
    return float(np.sqrt(np.mean(np.square(loud)))) if loud.size else 0.0


def levelled(samples: Floats, dbfs: float = SPEECH_DBFS) -> Floats:
    """Brought to an active level. Silence stays silence."""
    rms = active_rms(samples)
    return samples if rms == 0.0 else np.asarray(samples * np.float32(gain(dbfs) / rms), dtype=np.float32)


def trimmed(samples: Floats, keep: int = 560) -> Floats:
    """Without the silence around it, but for `keep` samples: soft consonants begin below any threshold."""
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max(initial=0.0) * 0.01)
    if not loud.size:
        return samples
    return samples[max(loud[0] - keep, 0) : loud[-1] + keep]


def gain(db: float) -> float:
    return float(10 ** (db / 20))


def to_pcm(samples: Floats) -> Pcm:
    return np.clip(np.round(samples * 32_768.0), -32_768, 32_767).astype(np.int16)


def to_float(pcm: Pcm) -> Floats:
    return pcm.astype(np.float32) / np.float32(32_768.0)


def coded(pcm: Pcm, codec: Codec) -> Pcm:
    """What is left after coding and decoding; same length. GSM is followed by A-law, as in a gateway."""
    match codec:
        case Codec.ALAW:
            return _alaw_table()[pcm.astype(np.int32) + 32_768]
        case Codec.ULAW:
            return _ulaw_table()[pcm.astype(np.int32) + 32_768]
        case Codec.GSM:
            return _alaw_table()[_gsm(pcm).astype(np.int32) + 32_768]


@cache
def _alaw_table() -> Pcm:
    """Every int16 value after A-law (G.711): 13 bits, logarithmic segments."""
    value = np.arange(-32_768, 32_768)
    size = np.minimum(np.abs(value + (value < 0)) >> 4, 2_047)  # 11 bits of magnitude
    step = 1 << np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(int) - 4, 0)
    middle = (size // step) * step + step / 2
    coded = np.where(value < 0, -middle * 16, middle * 16).clip(-32_768, 32_767)
    return np.asarray(coded, dtype=np.int16)


@cache
def _ulaw_table() -> Pcm:
    """Every int16 value after mu-law (G.711): 14 bits, biased by 33."""
    value = np.arange(-32_768, 32_768)
    size = np.minimum(np.abs(value >> 2), 8_158) + 33
    step = 1 << (np.floor(np.log2(size)).astype(int) - 4)
    middle = (size // step) * step + step / 2 - 33
    coded = np.where(value < 0, -middle * 4, middle * 4).clip(-32_768, 32_767)
    return np.asarray(coded, dtype=np.int16)


def _gsm(pcm: Pcm) -> Pcm:
    import soundfile

    padded = np.concatenate([pcm, np.zeros(-pcm.size % GSM_BLOCK + GSM_BLOCK, dtype=np.int16)])
    held = io.BytesIO()
    soundfile.write(held, padded, RATE_HZ, format="WAV", subtype="GSM610")
    held.seek(0)
    decoded, _ = soundfile.read(held, dtype="int16")
    return np.asarray(decoded[: pcm.size], dtype=np.int16)


def keep_packets(pcm: Pcm, loss: float, rng: np.random.Generator) -> Pcm:
    """Drops 20 ms frames at random; a lost one is filled with a fainter copy of the last, as receivers do."""
    if loss == 0.0:
        return pcm
    out = pcm.copy()
    for start in range(FRAME, pcm.size - FRAME + 1, FRAME):
        if rng.random() < loss:
            out[start : start + FRAME] = out[start - FRAME : start] // 2
    return out


def white_noise(n: int, rng: np.random.Generator) -> Floats:
    """(n,) at RMS 1, in the telephone's band."""
    return unit(_shaped(rng.standard_normal(n), lambda hz: np.ones_like(hz)))


def street_noise(n: int, rng: np.random.Generator) -> Floats:
    """(n,) at RMS 1: rumble that comes and goes, as of passing cars."""
    rumble = _shaped(rng.standard_normal(n), lambda hz: 1 / np.maximum(hz, 200))
    knots = np.arange(0, n + 8_000, 8_000)
    swell = np.interp(np.arange(n), knots, rng.uniform(0.5, 1.5, knots.size))
    return unit((rumble * swell).astype(np.float32))


def babble_noise(n: int, talk: list[Floats], rng: np.random.Generator) -> Floats:
    """(n,) at RMS 1: several people's talk, each at another place and pace, laid over each other."""
    total = np.zeros(n, dtype=np.float32)
    for clip in talk:
        for pace in (0.94, 1.07):
            at = np.arange(0, clip.size - 1, pace)
            moved = np.interp(at, np.arange(clip.size), clip).astype(np.float32)
            start = int(rng.integers(0, moved.size))
            total += np.resize(np.roll(unit(moved), start), n)
    return unit(total)


def unit(samples: Floats) -> Floats:
    rms = float(np.sqrt(np.mean(np.square(samples)))) if samples.size else 0.0
    return samples if rms == 0.0 else (samples / np.float32(rms)).astype(np.float32)


def _shaped(
    noise: NDArray[np.float64], curve: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> Floats:
    hz = np.fft.rfftfreq(noise.size, 1 / RATE_HZ).astype(np.float64)
    band = (hz > 300) & (hz < 3_400)
    return np.fft.irfft(np.fft.rfft(noise) * curve(hz) * band, noise.size).astype(np.float32)
