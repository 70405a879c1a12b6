"""Net speech, noise, clipping; what is no speech is none."""

import numpy as np
import pytest

from decision_hook.contract import SurveyError
from tests.fakes.encoder import tone
from voiceprint.audio import RATE_HZ, Samples
from voiceprint.quality import Confidence, confidence, measure, speech_only

rng = np.random.default_rng(1)


def noise(seconds: float, level: float) -> Samples:
    drawn: Samples = (rng.standard_normal(int(seconds * RATE_HZ)) * level).astype(np.int16)
    return drawn


@pytest.mark.parametrize(
    ("samples", "speech_s"),
    [
        pytest.param(np.zeros(0, np.int16), 0.0, id="nothing"),
        pytest.param(np.zeros(100, np.int16), 0.0, id="less than a frame"),
        pytest.param(np.zeros(16_000, np.int16), 0.0, id="digital silence"),
        pytest.param(np.full(16_000, 3_000, np.int16), 0.0, id="a constant offset"),
        pytest.param(noise(3, 900), 0.0, id="hiss"),
        pytest.param(
            np.concatenate((noise(1, 20), tone(440, 0.9), noise(1, 20))), 0.9, id="speech in a pause"
        ),
        pytest.param(np.concatenate((noise(1, 20), noise(0.02, 9_000), noise(1, 20))), 0.0, id="a click"),
        pytest.param(tone(300, 5), 5.0, id="short gaps stay in"),
    ],
)
def test_net_speech(samples: Samples, speech_s: float) -> None:
    assert measure(samples).net_speech_s == pytest.approx(speech_s, abs=0.11)
    assert len(speech_only(samples)) / RATE_HZ == pytest.approx(speech_s, abs=0.11)


def test_noise_and_clipping_are_measured() -> None:
    spoken = np.concatenate((noise(1, 80), tone(440, 0.9), noise(1, 80)))
    assert measure(spoken).snr_db == pytest.approx(20 * np.log10(8_000 / 2**0.5 / 80), abs=1.5)
    assert measure(spoken).clipped == 0
    loud = np.clip(spoken.astype(np.int32) * 8, -32_768, 32_767).astype(np.int16)
    assert 0.1 < measure(loud).clipped < 0.5
    assert measure(noise(1, 900)).snr_db is None


@pytest.mark.parametrize(
    ("speech_s", "expected"),
    [(0.0, Confidence.NONE), (1.9, Confidence.NONE), (2.0, Confidence.LOW), (10.0, Confidence.NORMAL)],
)
def test_confidence_follows_speech(speech_s: float, expected: Confidence) -> None:
    assert confidence(speech_s, min_speech_s=2) is expected


@pytest.mark.parametrize(
    "wrong", [np.zeros(8_000, np.float32), np.zeros((8_000, 2), np.int16)], ids=["float", "stereo"]
)
def test_other_audio_is_refused(wrong: Samples) -> None:
    with pytest.raises(SurveyError, match="pass"):
        measure(wrong)


def test_what_makes_a_voiceprint_worse_is_said() -> None:
    wide = np.sum([tone(hz, 3) // 12 for hz in (300, 900, 1_500, 2_400, 3_300)], axis=0).astype(np.int16)
    pause = noise(1, 20)
    good = np.concatenate((pause, wide, pause))
    assert measure(good).complaints() == []
    assert measure(good).bandwidth_hz == pytest.approx(3_500, abs=300)
    muffled = np.concatenate((pause, tone(440, 3), pause))
    assert [text.split(":")[0] for text in measure(muffled).complaints()] == ["muffled"]
    loud = np.clip(good.astype(np.int32) * 40, -32_768, 32_767).astype(np.int16)
    assert "clipped" in str(measure(loud).complaints())
    assert measure(pause).bandwidth_hz is None


def test_a_constant_offset_is_taken_out() -> None:
    spoken = tone(440, 3)
    shifted = (spoken + 4_000).astype(np.int16)
    np.testing.assert_allclose(speech_only(shifted), speech_only(spoken), atol=1)
