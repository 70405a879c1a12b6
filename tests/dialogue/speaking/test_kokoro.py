from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from config.settings import Settings
from decision_hook.contract import SurveyError
from dialogue.speaking.kokoro import Kokoro, blend, parse_blend, split_long
from dialogue.speaking.phonemes import Phonemizer

STYLES = {"a": np.zeros((510, 1, 256), dtype=np.float32), "b": np.ones((510, 1, 256), dtype=np.float32)}


def test_weights_of_a_blend_are_normalised() -> None:
    assert parse_blend("a*3+b") == {"a": 0.75, "b": 0.25}
    assert blend(STYLES, "a*1+b*3")[0, 0, 0] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("voice", "message"),
    [
        pytest.param("c", "no style c; known: a, b", id="unknown"),
        pytest.param("a*x", "is not name", id="not a weight"),
        pytest.param("a+", "is not name", id="nothing after the plus"),
        pytest.param("a*0", "sum to 0", id="no weight at all"),
    ],
)
def test_a_voice_that_does_not_exist(voice: str, message: str) -> None:
    with pytest.raises(SurveyError, match=message):
        blend(STYLES, voice)


def test_long_texts_are_cut_at_sentences_then_commas() -> None:
    assert split_long("aaa. bbb, ccc", 8) == ["aaa.", " bbb,", " ccc"]
    assert split_long("a" * 20, 8) == ["a" * 8, "a" * 8, "a" * 4]


def test_polyphones_follow_the_lexicon() -> None:
    phonemizer = Phonemizer()
    assert phonemizer.phonemes("银行") == "i↗nxa↗ŋ"
    assert phonemizer.phonemes("重庆") != phonemizer.phonemes("种庆")
    assert phonemizer.phonemes("曾先生").startswith("ʦə→ŋ")
    assert phonemizer.phonemes("您好，请问是谁？").endswith("?")
    assert phonemizer.phonemes("……") == "……"


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="shengwen models gather"):
        Kokoro(tmp_path).speak("您好")
    with pytest.raises(SurveyError, match="shengwen models gather"):
        Kokoro(tmp_path).version()


@pytest.mark.models
def test_speaks_from_two_threads() -> None:
    kokoro = Kokoro(Settings().models / "kokoro", threads=1)
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(kokoro.speak, ["您好。", "您好。"])
    assert one.dtype == np.float32
    assert one.ndim == 1
    assert 0.4 < one.size / 24_000 < 2.0
    assert np.array_equal(one, two)
    assert kokoro.version().startswith("kokoro-")


@pytest.mark.models
def test_voices_speeds_and_blends_differ() -> None:
    kokoro = Kokoro(Settings().models / "kokoro", threads=1)
    assert "jm_kumo" in kokoro.voices()
    usual = kokoro.speak("您好，请问。")
    assert kokoro.speak("您好，请问。", speed=0.7).size > 1.2 * usual.size
    blended = kokoro.speak("您好，请问。", "jf_alpha*0.5+jm_kumo*0.5")
    assert blended.size != usual.size or not np.allclose(blended, usual)
    with pytest.raises(SurveyError, match="jf_alpha"):
        kokoro.speak("您好", "nobody")
    with pytest.raises(SurveyError, match="nothing speakable"):
        kokoro.speak("*")
