"""Random telephone lines for fitting: frequency response, room, level, noise, codec."""

import io
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import firwin2, lfilter

Wave = NDArray[np.float32]  # shape (n,), -1..1, 8 kHz
RATE_HZ = 8_000
HARDNESS = (0.0, 0.5, 1.0)  # a straight digital line, an ordinary one, a bad one
RESPONSE_HZ = np.array([0, 120, 250, 700, 1_000, 1_400, 2_000, 2_800, 3_300, 3_600, 3_990, 4_000])


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneLine:
    """One line. Two recordings of a voice over two of these differ as two calls do."""

    gains_db: NDArray[np.float64]  # at RESPONSE_HZ
    echo: float  # room reflections, 0 dry
    level_db: float  # of the speech, below full scale
    snr_db: float
    gsm: bool  # GSM 06.10, else A-law alone

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> "TelephoneLine":
        hard = rng.choice(HARDNESS)
        tilt_db = hard * rng.uniform(-2.5, 2.5)  # per octave from 1 kHz
        gains = tilt_db * np.log2(np.maximum(RESPONSE_HZ, 100) / 1_000)
        gains += hard * rng.normal(0, 1.0, len(RESPONSE_HZ))
        gains[[0, 1, -2, -1]] -= np.array((40.0, rng.uniform(3, 20), 30.0, 40.0)) * max(hard, 0.5)
        gains[-3] -= hard * rng.uniform(0, 15)
        return cls(
            gains_db=gains,
            echo=float(hard * rng.choice([0.0, rng.uniform(0.02, 0.12)])),
            level_db=float(rng.uniform(-32, -18)),
            snr_db=float(rng.uniform(18, 40)),
            gsm=bool(rng.random() < 0.2),
        )

    def carry(self, wave: Wave, rng: np.random.Generator) -> NDArray[np.int16]:
        """int16 (about n,): what arrives at the other end."""
        if self.echo:
            tail = np.arange(1, 1_200)
            wave = lfilter(
                np.concatenate(([1.0], self.echo * rng.normal(size=len(tail)) * np.exp(-tail / 250))), 1, wave
            )
        wave = lfilter(firwin2(255, RESPONSE_HZ / 4_000, 10 ** (self.gains_db / 20)), 1, wave)
        power = float(np.mean(wave**2)) + 1e-12
        wave = wave / power**0.5 * 10 ** (self.level_db / 20)
        noise = lfilter([1], [1, -0.8], rng.normal(size=len(wave)))
        noise *= 10 ** ((self.level_db - self.snr_db) / 20) / noise.std()
        carried = _alaw(np.clip(wave + noise, -1, 1))
        if self.gsm:
            carried = _gsm(carried)
        return np.clip(carried * 32_767, -32_768, 32_767).astype(np.int16)


def _alaw(wave: Wave) -> Wave:
    """Through 8-bit A-law and back (G.711, continuous form)."""
    a = 87.6
    d = 1 + np.log(a)
    size = np.abs(wave)
    code = np.where(size < 1 / a, a * size / d, (1 + np.log(np.maximum(a * size, 1))) / d)
    code = (np.floor(code * 127.999) + 0.5) / 128
    heard: Wave = np.sign(wave) * np.where(code < 1 / d, code * d / a, np.exp(code * d - 1) / a)
    return heard


def _gsm(wave: Wave) -> Wave:
    buffer = io.BytesIO()
    soundfile.write(buffer, wave.astype(np.float32), RATE_HZ, format="WAV", subtype="GSM610")
    buffer.seek(0)
    decoded: Wave = soundfile.read(buffer, dtype="float32")[0]
    return decoded
