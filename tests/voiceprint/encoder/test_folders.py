"""Encoders from folders: a small ECAPA trained here tells new voices apart; broken folders are named."""

from pathlib import Path

import numpy as np
import pytest
import torch

from decision_hook.contract import SurveyError
from tests.fakes.babble import babble
from voiceprint.audio import Samples
from voiceprint.encoder import ENCODERS
from voiceprint.encoder.ecapa import EcapaEncoder
from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.metrics import equal_error_rate

pytestmark = [
    pytest.mark.last,
    pytest.mark.filterwarnings("ignore"),  # of the libraries, while they load
]


def person(number: int, takes: int) -> list[Samples]:
    """One voice: its own pitch and its own spectrum."""
    rng = np.random.default_rng(number)
    low = float(rng.uniform(80, 250))
    shape = np.convolve(rng.normal(0, 1, 24), np.ones(3) / 3, "same")
    made = []
    for take in range(takes):
        wave = babble(100 * number + take, 3, pitch_hz=(low, 1.15 * low)).astype(np.float64)
        gains = np.exp(
            1.5 * np.interp(np.arange(len(wave) // 2 + 1), np.linspace(0, len(wave) / 2, 24), shape)
        )
        coloured = np.fft.irfft(np.fft.rfft(wave) * gains, len(wave))
        made.append((coloured / np.abs(coloured).max() * 12_000).astype(np.int16))
    return made


@pytest.fixture(scope="module")
def ecapa(tmp_path_factory: pytest.TempPathFactory) -> EcapaEncoder:
    from scripts.train_ecapa import train  # loads SpeechBrain, which is why these tests come last

    folder = tmp_path_factory.mktemp("ecapa")
    torch.set_num_threads(1)
    train({str(i): person(i, 2) for i in range(32)}, folder, steps=70, channels=32, dimensions=32)
    return EcapaEncoder.load(str(folder), folder)


@pytest.mark.models
def test_a_small_ecapa_tells_voices_apart_that_it_never_heard(ecapa: EcapaEncoder) -> None:
    takes, people = 4, 16
    vectors = ecapa.embed_many([take for i in range(people) for take in person(1_000 + i, takes)])
    assert vectors.shape == (takes * people, ecapa.dimensions)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    scores = (vectors @ vectors.T).astype(np.float64)
    rows, columns = np.triu_indices(len(vectors), 1)
    same = rows // takes == columns // takes
    assert equal_error_rate(scores[rows, columns][same], scores[rows, columns][~same]) < 0.36  # chance: 0.5


@pytest.mark.models
def test_weights_are_named_by_their_checksum(ecapa: EcapaEncoder, tmp_path: Path) -> None:
    assert ecapa.id.model == "ecapa"
    assert len(ecapa.id.checksum) == 64
    for silent in (np.zeros(8_000, np.int16), np.ones(100, np.int16)):
        with pytest.raises(SurveyError, match=r"0\.5 s"):
            ecapa.embed(silent)


@pytest.mark.models
def test_an_x_vector_folder_of_transformers(tmp_path: Path) -> None:
    from transformers import WavLMConfig, WavLMForXVector

    torch.manual_seed(0)
    config = WavLMConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        conv_dim=(8, 8), conv_stride=(8, 8), conv_kernel=(8, 8), num_feat_extract_layers=2,
        num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=2,
        tdnn_dim=(8, 8, 8), tdnn_kernel=(3, 3, 1), tdnn_dilation=(1, 2, 1), xvector_output_dim=12,
    )  # fmt: skip
    WavLMForXVector(config).save_pretrained(tmp_path)
    encoder: SpeakerEncoder = ENCODERS["xvector"](tmp_path, str(tmp_path))
    vectors = encoder.embed_many([babble(1, 2), babble(2, 3)])
    assert vectors.shape == (2, encoder.dimensions) == (2, 12)
    np.testing.assert_allclose(vectors[0], encoder.embed(babble(1, 2)), atol=1e-5)
    assert encoder.id.model == "xvector"


@pytest.mark.parametrize("name", ["ecapa", "xvector"])
def test_a_folder_that_holds_no_model_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "hyperparams.yaml").write_text("a: 1\n")
    with pytest.raises(SurveyError, match="encoder_source"):
        ENCODERS[name](tmp_path, str(tmp_path))
