"""Where speech is found."""

import numpy as np
import pytest

from dialogue.hearing.port import Utterance
from dialogue.hearing.speech import WINDOW_S, SpeechFinder, Stretch, stretches
from tests.dialogue.hearing.conftest import spoken


def windows(*parts: tuple[float, float]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Probabilities from (seconds, probability) parts."""
    return np.concatenate(
        [np.full(round(seconds / WINDOW_S), probability, dtype=np.float32) for seconds, probability in parts]
    )


@pytest.mark.parametrize(
    ("probabilities", "lengths_s"),
    [
        pytest.param(windows((3, 0.1)), [], id="nobody"),
        pytest.param(windows((1, 0.0), (0.2, 0.9), (1, 0.0)), [1.0], id="a short one, with its margin"),
        pytest.param(windows((1, 0.9), (0.5, 0.0), (1, 0.9)), [2.5], id="a short pause belongs to it"),
        pytest.param(windows((1, 0.9), (2, 0.0), (1, 0.9)), [1.4, 1.4], id="a long pause parts"),
        pytest.param(windows((1, 0.9), (0.5, 0.4), (1, 0.0)), [1.9], id="lasts until it is really over"),
        pytest.param(windows((15, 0.9), (0.2, 0.6), (15, 0.9)), [15.0, 15.2], id="cut where it is quietest"),
    ],
)
def test_stretches(
    probabilities: np.ndarray[tuple[int], np.dtype[np.float32]], lengths_s: list[float]
) -> None:
    found = stretches(probabilities)
    assert [(s.end - s.first) * WINDOW_S for s in found] == pytest.approx(lengths_s, abs=0.1)
    assert found == sorted(found, key=lambda s: s.first)
    assert all(isinstance(s, Stretch) and 0 <= s.first < s.end <= len(probabilities) for s in found)


@pytest.mark.models
@pytest.mark.parametrize("gain", [1.0, 0.03])
def test_speech_is_found_loud_and_quiet(finder: SpeechFinder, gain: float) -> None:
    answer = spoken("children")
    assert finder.spoken(Utterance(samples=(answer.samples * gain).astype(np.int16)))


@pytest.mark.models
def test_noise_hum_and_clicks_are_not_speech(finder: SpeechFinder) -> None:
    rng, t = np.random.default_rng(0), np.arange(24_000) / 8_000
    clicks = np.zeros(24_000)
    clicks[[4_000, 9_000]] = 20_000
    for sound in (rng.normal(size=24_000) * 2_000, np.sin(2 * np.pi * 50 * t) * 9_000, clicks):
        assert not finder.spoken(Utterance(samples=sound.astype(np.int16)))
