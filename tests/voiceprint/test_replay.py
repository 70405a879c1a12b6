"""Earlier audio is recognised through level, codec, cutting and noise; new speech is not."""

import numpy as np
import pytest

from tests.fakes.babble import babble
from voiceprint.audio import Samples
from voiceprint.replay import Catalogue, landmarks

rng = np.random.default_rng(2)
EARLIER = babble(1, 8)


def alaw(samples: Samples) -> Samples:
    """8 bits, logarithmic, and back."""
    size = np.abs(samples.astype(np.float64)) / 32_768
    code = np.round(127 * np.log1p(87 * size) / np.log(88))
    decoded: Samples = (np.sign(samples) * np.expm1(code / 127 * np.log(88)) / 87 * 32_767).astype(np.int16)
    return decoded


def noisy(samples: Samples) -> Samples:
    heard: Samples = (samples + rng.normal(0, 200, len(samples))).astype(np.int16)
    return heard


@pytest.mark.parametrize(
    "heard",
    [
        pytest.param(EARLIER, id="exact"),
        pytest.param((EARLIER // 6).astype(np.int16), id="quieter"),
        pytest.param(alaw(EARLIER), id="another codec"),
        pytest.param(noisy(EARLIER), id="noisy"),
        pytest.param(EARLIER[16_077:48_077], id="4 s of it, cut between frames"),
        pytest.param(np.concatenate((babble(9, 3), EARLIER[8_000:40_000])), id="after new speech"),
    ],
)
def test_replayed_audio_is_found(heard: Samples) -> None:
    catalogue = Catalogue()
    for seed in range(20, 30):
        catalogue.add(f"other {seed}", landmarks(babble(seed, 8)))
    catalogue.add("earlier", landmarks(EARLIER))
    assert [name for name, _ in catalogue.find(landmarks(heard))] == ["earlier"]


def test_the_delay_is_told() -> None:
    catalogue = Catalogue()
    catalogue.add("earlier", landmarks(EARLIER))
    late = np.concatenate((np.zeros(16_000, np.int16), EARLIER))
    assert catalogue.find(landmarks(late))[0][1].delay_s == pytest.approx(2, abs=0.02)


@pytest.mark.parametrize(
    "heard",
    [
        pytest.param(babble(5, 8), id="other speech"),
        pytest.param(np.zeros(40_000, np.int16), id="silence"),
        pytest.param(np.zeros(100, np.int16), id="less than a frame"),
        pytest.param(rng.normal(0, 800, 40_000).astype(np.int16), id="hiss"),
    ],
)
def test_new_audio_is_no_replay(heard: Samples) -> None:
    catalogue = Catalogue()
    assert catalogue.find(landmarks(heard)) == []
    for seed in range(20, 40):
        catalogue.add(f"other {seed}", landmarks(babble(seed, 8)))
    assert catalogue.find(landmarks(heard)) == []
