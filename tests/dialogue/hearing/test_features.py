"""Features equal to the reference implementation, in windows of the measured lengths."""

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor

from dialogue.hearing.features import log_mel, window_s
from dialogue.hearing.port import Utterance
from dialogue.hearing.resampling import resampled


@pytest.mark.parametrize(
    ("duration_s", "expected"),
    [(0.0, 5), (3.0, 5), (3.01, 6), (7.9, 10), (18.0, 20), (25.0, 30), (60.0, 30)],
)
def test_windows_leave_a_tail(duration_s: float, expected: int) -> None:
    assert window_s(duration_s) == expected


def test_features_are_the_reference() -> None:
    noise = (np.random.default_rng(1).normal(size=16_000) * 3_000).astype(np.int16)
    padded = np.pad(noise.astype(np.float32) / 32_768, (0, 4 * 16_000))
    reference = FeatureExtractor()(padded, padding=0)
    ours = log_mel(Utterance(samples=noise, rate_hz=16_000), mels=80)
    assert ours.shape == (80, 500)
    np.testing.assert_allclose(ours, reference[:, :500], atol=1e-4)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_051, 44_100, 48_000])
def test_any_rate_is_resampled_in_bounded_memory(rate_hz: int) -> None:
    tone = (np.sin(2 * np.pi * 440 * np.arange(rate_hz) / rate_hz) * 16_000).astype(np.int16)
    wave = resampled(tone, rate_hz, 16_000)
    assert len(wave) == pytest.approx(16_000, abs=20)
    spectrum = np.abs(np.fft.rfft(wave[:16_000], 16_000))
    assert np.argmax(spectrum) == pytest.approx(440, abs=1)
