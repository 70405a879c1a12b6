import numpy as np
import pytest
from numpy.typing import NDArray

from dialogue.speaking.telephone import (
    ACTIVE_LEVEL_DBFS,
    CEILING,
    LONGEST_PAUSE_MS,
    active_level_dbfs,
    limit,
    tighten,
    to_telephone,
)


def said(level: float, *, lead_s: float = 0.5, rate_hz: int = 24_000) -> NDArray[np.float32]:
    """A second of warbling tone between silences."""
    time_s = np.arange(rate_hz) / rate_hz
    voice = level * np.sin(2 * np.pi * 220 * time_s) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time_s))
    silence = np.zeros(int(lead_s * rate_hz))
    return np.concatenate([silence, voice, silence]).astype(np.float32)


@pytest.mark.parametrize("level", [0.005, 0.1, 0.9])
def test_every_prompt_is_equally_loud(level: float) -> None:
    samples = to_telephone(said(level), 24_000)
    assert samples.dtype == np.int16
    heard = np.asarray(samples / 32_767, dtype=np.float32)
    assert active_level_dbfs(heard) == pytest.approx(ACTIVE_LEVEL_DBFS, abs=0.7)


def test_silence_at_the_ends_is_under_60_ms() -> None:
    samples = to_telephone(said(0.1), 24_000)
    heard = np.flatnonzero(np.abs(samples) > 100)
    assert heard[0] < 480
    assert samples.size - heard[-1] < 480
    assert samples.size == pytest.approx(8_000 + 480, abs=200)


def test_silence_stays_nothing() -> None:
    assert to_telephone(np.zeros(24_000, dtype=np.float32), 24_000).size == 0


def test_a_peak_is_turned_down_not_cut_off() -> None:
    quiet_with_a_shout = said(0.1, lead_s=0)
    quiet_with_a_shout[12_000:12_100] = 3.0
    limited = limit(quiet_with_a_shout)
    assert np.abs(limited).max() <= CEILING + 1e-3
    assert np.allclose(limited[:10_000], quiet_with_a_shout[:10_000])
    assert np.abs(to_telephone(quiet_with_a_shout, 24_000)).max() < 32_767


def test_a_long_pause_inside_a_prompt_is_shortened_and_nothing_else() -> None:
    rng = np.random.default_rng(5)
    word = rng.normal(0, 0.1, 4_000).astype(np.float32)
    gap, short = np.zeros(8_000, dtype=np.float32), np.zeros(800, dtype=np.float32)
    tight = tighten(np.concatenate([word, gap, word, short, word]))
    assert len(tight) == 3 * len(word) + len(short) + LONGEST_PAUSE_MS * 8
    assert np.array_equal(tight[: len(word)], word)
    assert np.array_equal(tight[-len(word) :], word)
