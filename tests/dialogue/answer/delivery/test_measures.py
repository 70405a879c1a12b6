from dataclasses import replace

import numpy as np
import pytest

from dialogue.answer.delivery.measures import measure
from tests.dialogue.answer.delivery.voices import WOMAN, Said, turn


def test_gaps_and_pace_of_an_answer() -> None:
    heard = turn(
        [
            Said(voice=WOMAN, ms=600, after_ms=700),
            Said(voice=WOMAN, ms=1_000, after_ms=240),
            Said(voice=WOMAN, ms=400, after_ms=900),
            Said(voice=WOMAN, ms=400, after_ms=300),
        ]
    )
    measures = measure(heard, "嗯，这个，我住在成都市武侯区")
    assert measures is not None
    assert measures.latency_ms == 700
    assert (measures.pauses, measures.pause_ms, measures.longest_pause_ms) == (2, 1_200, 900)
    assert measures.speech_ms == 2_400
    assert measures.fillers == 2
    assert measures.syllables == 12
    assert measures.articulation_syl_s == pytest.approx(5.0)
    assert measures.rate_syl_s == pytest.approx(12 / 3.84, rel=0.01)
    assert measures.f0_hz == pytest.approx(230, rel=0.1)
    assert measures.level_db == pytest.approx(-20, abs=3)
    assert measures.over_noise_db == pytest.approx(42, abs=4)


@pytest.mark.parametrize(
    ("text", "fillers"),
    [
        pytest.param("嗯嗯，好", 1, id="one long 嗯"),
        pytest.param("那个，那个我想想", 1, id="that, as a filler"),
        pytest.param("那个小区", 0, id="that, as a word"),
        pytest.param("额度两万", 0, id="额 of a limit is no filler"),
        pytest.param("呃额，不知道", 2, id="two sounds"),
    ],
)
def test_fillers_are_told_from_words(text: str, fillers: int) -> None:
    measures = measure(turn([Said(voice=WOMAN, ms=600)]), text)
    assert measures is not None
    assert measures.fillers == fillers


def test_what_is_unknown_is_left_out() -> None:
    heard = turn([Said(voice=WOMAN, ms=600)])
    measures = measure(replace(heard, latency_ms=None), "")
    assert measures is not None
    assert not {"latency_ms", "syllables", "fillers", "rate_syl_s"} & set(measures.known())


def test_silence_has_no_measures() -> None:
    heard = replace(turn([Said(voice=WOMAN, ms=600)]), segments=(), samples=np.zeros(0, dtype=np.int16))
    assert measure(heard, "") is None


def test_a_bad_line_shows() -> None:
    measures = measure(turn([Said(voice=WOMAN, ms=1_000)], noise_db=-27), "我")
    assert measures is not None
    assert measures.over_noise_db == pytest.approx(7, abs=3)
