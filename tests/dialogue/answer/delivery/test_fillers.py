from dataclasses import replace

import numpy as np
import pytest

from dialogue.answer.delivery.fillers import filled_pauses
from dialogue.answer.values import HeardAnswer
from dialogue.line import SAMPLE_RATE_HZ
from tests.dialogue.answer.delivery.voices import MAN, WOMAN, Floats, Said, Voice, filtered, pcm, spoken, turn

MARGIN_MS = 200


def hum(voice: Voice, ms: int) -> Floats:
    """One vowel that does not move, RMS 1."""
    time_s = np.arange(ms * SAMPLE_RATE_HZ // 1_000) / SAMPLE_RATE_HZ
    phase = np.cumsum(voice.f0_hz * (1 + 0.02 * np.sin(2 * np.pi * 2 * time_s))) / SAMPLE_RATE_HZ
    sound = filtered(np.diff(np.floor(phase), prepend=0.0), np.array(voice.formants_hz))
    return np.asarray(sound / np.sqrt(np.mean(np.square(sound))))


def heard(*pieces: tuple[Floats, int]) -> HeardAnswer:
    """Sounds and the silence before each; a silence under 250 ms does not part two stretches."""
    sound = [np.zeros(MARGIN_MS * 8)]
    segments: list[tuple[int, int]] = []
    at_ms = 5_000
    for wave, before_ms in pieces:
        before_ms = before_ms if segments else 0
        sound += [np.zeros(before_ms * 8), 0.08 * wave]
        start, at_ms = at_ms + before_ms, at_ms + before_ms + wave.size // 8
        if segments and before_ms < 250:
            segments[-1] = (segments[-1][0], at_ms)
        else:
            segments.append((start, at_ms))
    samples = np.concatenate([*sound, np.zeros(MARGIN_MS * 8)])
    noise = np.random.default_rng(2).standard_normal(samples.size) * 10 ** (-65 / 20)
    return replace(
        turn([Said(voice=WOMAN, ms=300)]),
        samples=pcm(samples + noise),
        segments=tuple(segments),
        started_ms=segments[0][0],
        ended_ms=segments[-1][1],
    )


@pytest.mark.parametrize("voice", [WOMAN, MAN], ids=["a woman", "a man"])
def test_a_hum_before_the_answer(voice: Voice) -> None:
    [(start, end)] = filled_pauses(heard((hum(voice, 350), 0), (spoken(voice, 1_200), 400)), "", None)
    assert (start, end) == pytest.approx((5_000, 5_350), abs=40)


def test_a_hum_after_a_pause_that_runs_into_the_answer() -> None:
    answer = heard((spoken(WOMAN, 900), 0), (hum(WOMAN, 320), 500), (spoken(WOMAN, 800), 120))
    assert len(answer.segments) == 2
    [(start, end)] = filled_pauses(answer, "", None)
    assert (start, end) == pytest.approx((6_400, 6_720), abs=40)


# Two syllables without a break between them.
OTHER = Voice(f0_hz=230, formants_hz=(330, 2_400, 3_100))
VOWELS = np.concatenate([part for _ in range(2) for part in (hum(WOMAN, 120), hum(OTHER, 120))])


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        pytest.param([(hum(WOMAN, 350), 0)], "嗯嗯", id="a hum alone is the answer"),
        pytest.param([(hum(WOMAN, 350), 0), (spoken(WOMAN, 900), 400)], "对，我是", id="a meant yes"),
        pytest.param([(VOWELS, 0), (spoken(WOMAN, 900), 400)], "", id="a word and a pause"),
        pytest.param([(hum(WOMAN, 1_200), 0), (spoken(WOMAN, 900), 400)], "", id="longer than any hum"),
        pytest.param([(hum(WOMAN, 90), 0), (spoken(WOMAN, 900), 400)], "", id="a click"),
        pytest.param(
            [(np.random.default_rng(1).standard_normal(2_800), 0), (spoken(WOMAN, 900), 400)],
            "",
            id="a rustle has no voice",
        ),
    ],
)
def test_what_is_none(pieces: list[tuple[Floats, int]], text: str) -> None:
    assert filled_pauses(heard(*pieces), text, None) == ()


def test_a_written_filler_lasts_until_the_first_break() -> None:
    answer = heard((spoken(WOMAN, 400), 0), (spoken(WOMAN, 900), 110))
    assert filled_pauses(answer, "二零一六年", None) == ()
    [(start, end)] = filled_pauses(answer, "那个，二零一六年", None)
    assert (start, end) == pytest.approx((5_000, 5_400), abs=60)


def test_a_written_filler_without_a_break_has_no_place() -> None:
    assert filled_pauses(heard((hum(WOMAN, 1_500), 0)), "嗯二零一六年", None) == ()


def test_silence_has_none() -> None:
    nobody = replace(heard((hum(WOMAN, 300), 0)), segments=(), samples=np.zeros(0, dtype=np.int16))
    assert filled_pauses(nobody, "", None) == ()
