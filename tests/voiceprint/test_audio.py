"""Recordings become telephone audio, or a clear error."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from decision_hook.contract import SurveyError
from voiceprint.audio import from_float, read


def write(path: Path, wave: np.ndarray, rate_hz: int) -> Path:
    soundfile.write(path, wave, rate_hz, subtype="FLOAT" if wave.dtype == np.float32 else "PCM_16")
    return path


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 44_100])
def test_any_rate_is_brought_down(tmp_path: Path, rate_hz: int) -> None:
    time = np.arange(rate_hz) / rate_hz
    samples = read(
        write(tmp_path / "a.wav", (0.5 * np.sin(2 * np.pi * 400 * time)).astype(np.float32), rate_hz)
    )
    assert samples.dtype == np.int16
    assert len(samples) == 8_000
    assert np.abs(np.fft.rfft(samples)).argmax() == 400


def test_a_channel_is_chosen(tmp_path: Path) -> None:
    both = np.stack((np.full(800, 1_000), np.full(800, 2_000)), axis=1).astype(np.int16)
    path = write(tmp_path / "a.flac", both, 8_000)
    assert read(path, channel=1)[0] == 2_000
    with pytest.raises(SurveyError, match="--channel"):
        read(path)
    with pytest.raises(SurveyError, match="no channel 2"):
        read(path, channel=2)


def test_what_is_no_recording_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"RIFFnot audio")
    for path in (tmp_path / "x.wav", tmp_path / "missing.wav"):
        with pytest.raises(SurveyError, match="cannot be read as audio"):
            read(path)
    with pytest.raises(SurveyError, match="4000 Hz"):
        read(write(tmp_path / "slow.wav", np.zeros(100, np.int16), 4_000))
    assert len(read(write(tmp_path / "none.wav", np.zeros(0, np.int16), 16_000))) == 0
    with pytest.raises(SurveyError, match="not numbers"):
        read(write(tmp_path / "nan.wav", np.full(800, np.nan, np.float32), 8_000))
    with pytest.raises(SurveyError, match="400000 Hz"):
        from_float(np.zeros(10, np.float32), rate_hz=400_000)
