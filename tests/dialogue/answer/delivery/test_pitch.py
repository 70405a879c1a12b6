import numpy as np
import pytest

from dialogue.answer.delivery.pitch import median_hz, pitch_track, range_semitones
from tests.dialogue.answer.delivery.voices import MAN, WOMAN, Voice, pcm, spoken


@pytest.mark.parametrize("f0_hz", [85.0, 110.0, 160.0, 230.0, 330.0])
def test_the_fundamental_survives_the_telephone_band(f0_hz: float) -> None:
    voice = Voice(f0_hz=f0_hz, formants_hz=(600, 1_700, 2_800), melody_semitones=0.5)
    found = median_hz(pitch_track(pcm(0.1 * spoken(voice, 1_500))))
    assert found == pytest.approx(f0_hz, rel=0.05)


def test_pitch_does_not_depend_on_level() -> None:
    loud, quiet = (median_hz(pitch_track(pcm(g * spoken(WOMAN, 1_000)))) for g in (0.2, 0.01))
    assert loud == pytest.approx(quiet, rel=0.02)


@pytest.mark.parametrize("level", [0.0, 0.001, 0.2])
def test_noise_has_no_pitch(level: float) -> None:
    noise = pcm(level * np.random.default_rng(1).standard_normal(16_000))
    assert median_hz(pitch_track(noise)) is None


def test_a_lively_melody_has_a_wider_range() -> None:
    flat = Voice(f0_hz=110, formants_hz=MAN.formants_hz, melody_semitones=0.5)
    lively = Voice(f0_hz=110, formants_hz=MAN.formants_hz, melody_semitones=5)
    one, other = (range_semitones(pitch_track(pcm(0.1 * spoken(v, 3_000)))) for v in (flat, lively))
    assert one is not None
    assert other is not None
    assert one < 2 < 5 < other


def test_too_short_is_unknown() -> None:
    assert pitch_track(pcm(np.zeros(100))).size == 0
    assert median_hz(pitch_track(pcm(0.1 * spoken(MAN, 60)))) is None
