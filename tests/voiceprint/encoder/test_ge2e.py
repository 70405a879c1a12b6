"""The rebuilt encoder: its spectrum against the published formulas, its promises on real weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from config.settings import Settings
from decision_hook.contract import SurveyError
from voiceprint.audio import Samples
from voiceprint.encoder.ge2e import Ge2eEncoder, Ge2eNetwork
from voiceprint.encoder.mel import BANDS, HOP, WINDOW, MelBands
from voiceprint.quality import speech_only

rng = np.random.default_rng(3)


def librosa_mel(wave: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's mel bands of power, as librosa defines them, written out in numpy."""

    def to_mel(hz: float) -> float:
        return hz * 3 / 200 if hz < 1_000 else 15 + 27 * np.log(hz / 1_000) / np.log(6.4)

    def to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(mel < 15, mel * 200 / 3, 1_000 * np.exp((mel - 15) * np.log(6.4) / 27))

    padded = np.pad(wave, WINDOW // 2)
    starts = range(0, len(padded) - WINDOW + 1, HOP)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    power = np.abs(np.fft.rfft([padded[s : s + WINDOW] * hann for s in starts], axis=1)) ** 2
    edges = to_hz(np.linspace(0, to_mel(8_000), BANDS + 2))
    bins = np.linspace(0, 8_000, WINDOW // 2 + 1)
    low, mid, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.maximum(0, np.minimum((bins - low) / (mid - low), (high - bins) / (high - mid)))
    return power @ (triangles * 2 / (high - low)).T


def test_the_spectrum_is_librosas() -> None:
    wave = rng.normal(0, 0.1, 16_123)
    ours = MelBands()(torch.from_numpy(wave.astype(np.float32))).numpy()
    np.testing.assert_allclose(ours, librosa_mel(wave), rtol=1e-4, atol=1e-7)


@pytest.fixture(scope="module")
def encoder() -> Ge2eEncoder:
    return Ge2eEncoder.load(Settings().models / "ge2e" / "pretrained.pt")


def voice(pitch_hz: float, seconds: float) -> Samples:
    """Something with harmonics that moves like speech."""
    time = np.arange(int(seconds * 8_000)) / 8_000
    phase = 2 * np.pi * np.cumsum(pitch_hz * (1 + 0.1 * np.sin(7 * time))) / 8_000
    wave = sum(np.sin(k * phase) / k for k in range(1, 12)) * (0.55 + 0.45 * np.sin(20 * time))
    samples: Samples = (wave * 4_000).astype(np.int16)
    return samples


@pytest.mark.models
def test_embeddings_are_unit_non_negative_and_the_same_alone_or_in_a_batch(encoder: Ge2eEncoder) -> None:
    batch = [voice(120, 0.6), voice(220, 1.6), voice(180, 7.3)]
    together = encoder.embed_many(batch)
    assert together.shape == (3, encoder.dimensions)
    assert together.dtype == np.float32
    assert (together >= 0).all()
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.stack([encoder.embed(samples) for samples in batch]), together, atol=1e-5)
    assert together[0] @ together[1] < 0.95


@pytest.mark.models
def test_level_does_not_matter(encoder: Ge2eEncoder) -> None:
    quiet = (voice(150, 4) // 8).astype(np.int16)
    assert encoder.embed(voice(150, 4)) @ encoder.embed(quiet) > 0.999


@pytest.mark.models
@pytest.mark.parametrize(
    ("samples", "says"),
    [
        pytest.param(voice(150, 0.3), "at least 0.5 s", id="0.3 s"),
        pytest.param(np.zeros(8_000, np.int16), "silent", id="silence"),
        pytest.param(np.zeros(8_000, np.float32), "int16", id="not int16"),
        pytest.param(np.zeros((2, 8_000), np.int16), "one channel", id="stereo"),
    ],
)
def test_what_holds_no_voice_is_refused(encoder: Ge2eEncoder, samples: Samples, says: str) -> None:
    with pytest.raises(SurveyError, match=says):
        encoder.embed(samples)


@pytest.mark.parametrize("content", [b"", b"not weights at all", b"PK\x03\x04broken zip"])
def test_broken_weights_say_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pretrained.pt").write_bytes(content)
    with pytest.raises(SurveyError, match="delete it and run"):
        Ge2eEncoder.load(tmp_path / "pretrained.pt")


def test_foreign_and_missing_weights_say_what_to_do(tmp_path: Path) -> None:
    torch.save({"model_state": {"lstm.weight": torch.zeros(3)}}, tmp_path / "other.pt")
    with pytest.raises(SurveyError, match="delete it and run"):
        Ge2eEncoder.load(tmp_path / "other.pt")
    torch.save([Ge2eNetwork().state_dict()], tmp_path / "list.pt")
    with pytest.raises(SurveyError, match="delete it and run"):
        Ge2eEncoder.load(tmp_path / "list.pt")
    with pytest.raises(SurveyError, match="shengwen models gather"):
        Ge2eEncoder.load(tmp_path / "missing.pt")


@pytest.mark.models
def test_cut_speech_embeds(encoder: Ge2eEncoder) -> None:
    speech = speech_only(np.concatenate((np.zeros(8_000, np.int16), voice(150, 4))))
    assert encoder.embed(speech) @ encoder.embed(voice(150, 4)) > 0.9
