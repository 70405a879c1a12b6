"""The network announcement that the test carrier plays: a given recording, or information tones."""

import shutil
import wave
from pathlib import Path

import numpy as np

from decision_hook.contract import SurveyError

RATE_HZ = 8_000
# Special information tones of ITU-T E.180: three rising tones of 330 ms, then silence.
TONES_HZ = (950, 1_400, 1_800)
TONE_MS = 330
REST_MS = 1_000
LEVEL = 0.25  # of full scale


def information_tones() -> bytes:
    """Two rounds of the tones, 16-bit little-endian mono at 8 kHz."""
    times = np.arange(RATE_HZ * TONE_MS // 1_000) / RATE_HZ
    tones = [np.sin(2 * np.pi * hz * times) * LEVEL for hz in TONES_HZ]
    one = np.concatenate([*tones, np.zeros(RATE_HZ * REST_MS // 1_000)])
    return (np.tile(one, 2) * 32_767).astype("<i2").tobytes()


def write_announcement(path: Path, recording: Path | None) -> None:
    """Writes `path`. A `recording` must be a WAV file of 16 bit, one channel, 8 kHz. Raises SurveyError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if recording is not None:
        _check(recording)
        shutil.copyfile(recording, path)
        return
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(information_tones())


def _check(recording: Path) -> None:
    try:
        with wave.open(str(recording), "rb") as file:
            shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
    except (OSError, EOFError, wave.Error) as problem:
        raise SurveyError(f"{recording}: not a WAV file ({problem}); give another recording") from problem
    if shape != (1, 2, RATE_HZ):
        raise SurveyError(
            f"{recording}: {shape[0]} channels, {shape[1] * 8} bit, {shape[2]} Hz; "
            f"convert it to one channel, 16 bit, {RATE_HZ} Hz"
        )
