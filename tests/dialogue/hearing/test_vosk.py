"""Vosk's streaming on its packaged Korean model. The speech is Mandarin: what it writes is not judged."""

import numpy as np
import pytest

from config.settings import Settings
from dialogue.hearing.engine import ToScore, ToTranscribe
from dialogue.hearing.port import Utterance
from dialogue.hearing.vosk_engine import VoskEngine, VoskStream
from tests.dialogue.hearing.conftest import spoken

pytestmark = pytest.mark.models
FRAME = 160


@pytest.fixture(scope="module")
def vosk() -> VoskEngine:
    return VoskEngine(Settings().models / "vosk-ko")


def feed(stream: VoskStream, samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> list[str]:
    return [stream.accept(samples[at : at + FRAME]) for at in range(0, len(samples), FRAME)]


def test_words_come_while_the_caller_speaks(vosk: VoskEngine, capfd: pytest.CaptureFixture[str]) -> None:
    samples = spoken("cards").samples
    stream = vosk.stream()
    partials = feed(stream, samples)
    assert any(partials[: len(partials) * 3 // 4])
    transcript = stream.finish()
    assert transcript.text
    assert transcript.words
    assert all(0 <= w.started_ms < w.ended_ms <= len(samples) / 8 + 30 for w in transcript.words)
    assert all(0 <= w.probability <= 1 for w in transcript.words)
    assert capfd.readouterr().err == ""


def test_streams_on_one_model_do_not_mix(vosk: VoskEngine) -> None:
    """A silent caller stays silent. (Two runs of one stream may differ: features are dithered.)"""
    samples = spoken("forgotten").samples
    talking, silent = vosk.stream(), vosk.stream()
    for at in range(0, len(samples), 10 * FRAME):
        talking.accept(samples[at : at + 10 * FRAME])
        assert silent.accept(np.zeros(10 * FRAME, dtype=np.int16)) == ""
    assert talking.finish().text
    assert silent.finish().text == ""


def test_a_grammar_binds_the_words(vosk: VoskEngine) -> None:
    stream = vosk.stream(grammar=("네", "아니요"))
    feed(stream, spoken("children").samples)
    assert set(stream.finish().text.split()) <= {"네", "아니요"}


def test_silence_is_nothing_and_wordings_are_not_scored(vosk: VoskEngine) -> None:
    silence = Utterance(samples=np.zeros(8_000, dtype=np.int16))
    assert vosk.transcribe_many([ToTranscribe(utterance=silence)])[0].text == ""
    assert vosk.score_many([ToScore(utterance=silence, wordings=("네",))]) == ((),)
