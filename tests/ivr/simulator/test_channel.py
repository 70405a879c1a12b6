import numpy as np
import pytest

from ivr.simulator import channel
from ivr.simulator.channel import FRAME, Floats
from ivr.simulator.persona import Codec


def tone(hz: float, rate_hz: int, seconds: float = 0.5) -> Floats:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(int(rate_hz * seconds)) / rate_hz)).astype(np.float32)


@pytest.mark.parametrize(
    ("hz", "passes"),
    [(100, False), (500, True), (1_500, True), (3_000, True), (5_000, False), (7_500, False)],
)
def test_the_telephone_passes_its_band_and_nothing_else(hz: float, passes: bool) -> None:
    out = channel.to_telephone(tone(hz, 24_000))
    level = channel.active_rms(out[800:-800]) / channel.active_rms(tone(hz, 24_000))
    assert out.size == 4_000
    assert level == pytest.approx(1.0, abs=0.1) if passes else level < 0.1


def test_levels() -> None:
    speech = np.concatenate([np.zeros(8_000, np.float32), tone(500, 8_000), np.zeros(8_000, np.float32)])
    assert 20 * np.log10(channel.active_rms(channel.levelled(speech, -22.0))) == pytest.approx(-22.0, abs=0.5)
    assert not channel.levelled(np.zeros(800, np.float32)).any()
    assert channel.trimmed(speech, keep=240).size == pytest.approx(4_000 + 480, abs=10)


@pytest.mark.parametrize(
    ("codec", "given", "expected"),
    [
        # G.711 decoder output values on a 16-bit scale
        (
            Codec.ALAW,
            [0, -1, 100, 1_000, -1_000, 32_767, -32_768],
            [8, -8, 104, 1_008, -1_008, 32_256, -32_256],
        ),
        (Codec.ULAW, [0, 100, 1_000, -1_000, 32_767], [0, 104, 988, -988, 32_124]),
    ],
)
def test_g711(codec: Codec, given: list[int], expected: list[int]) -> None:
    assert channel.coded(np.array(given, dtype=np.int16), codec).tolist() == expected


def test_coding_twice_changes_nothing_more() -> None:
    every = np.arange(-32_768, 32_768).astype(np.int16)
    for codec in (Codec.ALAW, Codec.ULAW):
        once = channel.coded(every, codec)
        assert np.array_equal(channel.coded(once, codec), once)
        assert np.abs(once.astype(int) - every)[1:].max() <= 1_024


def test_gsm_keeps_length_and_most_of_the_sound() -> None:
    rng = np.random.default_rng(1)
    speech = channel.to_pcm(channel.street_noise(8_050, rng) * np.float32(0.05))
    through = channel.coded(speech, Codec.GSM)
    assert through.size == speech.size
    assert not np.array_equal(through, channel.coded(speech, Codec.ALAW))
    likeness = np.corrcoef(speech.astype(float), through.astype(float))[0, 1]
    assert likeness > 0.7


def test_lost_packets_are_counted_in_frames() -> None:
    pcm = np.full(FRAME * 1_000, 1_000, dtype=np.int16)
    kept = channel.keep_packets(pcm, 0.1, np.random.default_rng(1))
    lost = sum(bool((frame != 1_000).any()) for frame in kept.reshape(-1, FRAME))
    assert 60 <= lost <= 140
    assert channel.keep_packets(pcm, 0.0, np.random.default_rng(1)) is pcm


def test_noises_have_unit_level() -> None:
    rng = np.random.default_rng(1)
    talk = [tone(400, 8_000, 2.0), tone(700, 8_000, 3.0)]
    noises = (
        channel.white_noise(16_000, rng),
        channel.street_noise(16_000, rng),
        channel.babble_noise(16_000, talk, rng),
    )
    for noise in noises:
        assert noise.size == 16_000
        assert float(np.sqrt(np.mean(noise**2))) == pytest.approx(1.0, abs=0.01)
