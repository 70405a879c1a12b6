from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from dialogue.answer.delivery.caller_voice import CallerVoice, split
from dialogue.answer.delivery.second_voice import Aside, WhoSpoke, find_asides, who_spoke
from dialogue.answer.delivery.table import load_delivery
from dialogue.line import Samples
from tests.dialogue.answer.delivery.voices import MAN, WOMAN, Said, Voice, turn

POLICY = load_delivery().second_voice_policy()
OWN = WOMAN
SISTER = replace(WOMAN, f0_hz=240, formants_hz=(620, 1_720, 2_830))
WHISPER = Said(voice=MAN, ms=900, after_ms=500, level_db=-32)
ANSWER = Said(voice=OWN, ms=1_500, after_ms=2_000)


@cache
def known(voice: Voice = OWN, noise_db: float = -62.0) -> CallerVoice:
    caller = CallerVoice()
    for seed in (101, 102):
        heard = turn([Said(voice=voice, ms=2_000)] * 3, seed=seed, noise_db=noise_db)
        caller = caller.heard(split(heard))
    return caller


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        pytest.param([WHISPER, ANSWER], Aside.BEFORE_OWN, id="whisper, silence, answer"),
        pytest.param([replace(WHISPER, level_db=-28), ANSWER], Aside.BEFORE_OWN, id="6 dB quieter"),
        pytest.param([replace(WHISPER, level_db=-38), ANSWER], Aside.BEFORE_OWN, id="16 dB quieter"),
        pytest.param([WHISPER, WHISPER, ANSWER], Aside.BEFORE_OWN, id="whispered twice"),
        pytest.param([WHISPER], Aside.ALONE, id="only the whisper"),
        pytest.param([ANSWER], Aside.NONE, id="plain answer"),
        pytest.param([replace(ANSWER, level_db=-30)], Aside.NONE, id="a quiet answer of one's own"),
        pytest.param(
            [Said(voice=OWN, ms=300, level_db=-29), replace(ANSWER, after_ms=900)], Aside.NONE, id="own 嗯"
        ),
        pytest.param(
            [Said(voice=OWN, ms=800, level_db=-29), replace(ANSWER, after_ms=900)],
            Aside.NONE,
            id="muttered to oneself",
        ),
        pytest.param([ANSWER, replace(WHISPER, after_ms=900)], Aside.NONE, id="somebody speaks afterwards"),
        pytest.param([WHISPER, replace(ANSWER, after_ms=300)], Aside.NONE, id="runs into the answer"),
        pytest.param([replace(WHISPER, level_db=-21), ANSWER], Aside.NONE, id="as loud as the caller"),
    ],
)
def test_what_fires(pieces: list[Said], kind: Aside) -> None:
    assert find_asides(turn(pieces, seed=7), known(), POLICY, None).kind is kind


def test_what_was_found_is_described() -> None:
    found = find_asides(turn([WHISPER, ANSWER], seed=3), known(), POLICY, None)
    assert found.quieter_db == pytest.approx(10, abs=2.5)
    assert found.pitch_semitones == pytest.approx(12.8, abs=2)
    assert found.silence_ms == 2_000
    assert [piece.start_ms for piece in found.other] == [10_500]
    assert [piece.start_ms for piece in found.own] == [13_400]


def test_the_end_of_our_own_prompt_is_no_second_voice() -> None:
    heard = turn([replace(WHISPER, after_ms=20), ANSWER], seed=3)
    assert find_asides(heard, known(), POLICY, None).kind is Aside.NONE


def test_nothing_is_judged_before_the_caller_is_known() -> None:
    heard = turn([WHISPER, ANSWER])
    assert find_asides(heard, CallerVoice(), POLICY, None).kind is Aside.NONE


@pytest.mark.parametrize("noise_db", [-34.0, -40.0])
def test_noise_that_passes_for_speech_is_no_second_voice(noise_db: float) -> None:
    """Steady noise 12 dB below the caller, of which the voice activity took a stretch for speech."""
    heard = turn([ANSWER], seed=5, noise_db=noise_db)
    rng = np.random.default_rng(5)
    before = (rng.standard_normal(1_400 * 8) * 10 ** (noise_db / 20) * 32_767).astype(np.int16)
    start_ms = heard.started_ms - 1_400
    widened = replace(
        heard,
        samples=np.concatenate([before, heard.samples]),
        segments=((start_ms, start_ms + 700), *heard.segments),
        started_ms=start_ms,
    )
    assert find_asides(widened, known(noise_db=noise_db), POLICY, None).kind is Aside.NONE


class Opinion:
    """A SpeakerSimilarity that always says the same."""

    def __init__(self, llr: float | None) -> None:
        self._llr = llr

    def same(self, a: Samples, b: Samples) -> float | None:
        return self._llr


def test_the_embedding_decides_between_similar_voices() -> None:
    heard = turn([replace(WHISPER, voice=SISTER), ANSWER], seed=3)
    found = [find_asides(heard, known(), POLICY, Opinion(llr)) for llr in (None, 4.0, -4.0)]
    assert [aside.kind for aside in found] == [Aside.BEFORE_OWN, Aside.NONE, Aside.BEFORE_OWN]
    unknown, _, surer = (aside.voice_llr for aside in found)
    assert unknown is not None
    assert surer == pytest.approx(unknown - 4.0 * POLICY.model.per_similarity)


def test_a_telephone_held_further_away_is_no_second_voice() -> None:
    """As low as what follows it: whatever the voice, nobody whispers."""
    away = [replace(WHISPER, voice=SISTER), replace(ANSWER, voice=SISTER, level_db=-30)]
    assert find_asides(turn(away, seed=3), known(), POLICY, None).kind is Aside.NONE


@pytest.mark.parametrize(
    ("pieces", "who"),
    [
        pytest.param([WHISPER], WhoSpoke.ANOTHER, id="another, plainly"),
        pytest.param([replace(WHISPER, voice=SISTER)], WhoSpoke.UNCERTAIN, id="a similar voice, 10 dB lower"),
        pytest.param(
            [replace(WHISPER, voice=OWN, level_db=-28)], WhoSpoke.CALLER, id="an own answer, 6 dB lower"
        ),
        pytest.param([ANSWER], WhoSpoke.CALLER, id="the usual answer"),
        pytest.param([WHISPER, ANSWER], WhoSpoke.CALLER, id="whispered, and answered"),
    ],
)
def test_whether_the_caller_has_answered_yet(pieces: list[Said], who: WhoSpoke) -> None:
    assert who_spoke(turn(pieces, seed=3), known(), POLICY, None) is who
