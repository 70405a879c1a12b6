import numpy as np
import pytest

from dialogue.hearing.port import Utterance
from ivr.hearing.turn import heard_in, telephone
from tests.ivr.hearing.listening import LoudIsSpeech, answer


async def test_a_recording_is_one_turn_with_its_pauses() -> None:
    samples = answer((500, 1_000), (2_600, 3_200), length_ms=4_000)
    heard = await heard_in(samples, prompt_end_ms=0, stream=LoudIsSpeech)
    assert np.ravel(heard.segments) == pytest.approx((500, 1_000, 2_600, 3_200), abs=40)
    assert heard.latency_ms == pytest.approx(500, abs=40)
    assert len(heard.samples) == pytest.approx((3_200 + 200 - 300) * 8, abs=400)


async def test_what_was_said_before_the_prompt_was_over_is_forgotten() -> None:
    samples = answer((200, 450), (2_500, 3_200), length_ms=4_000)
    heard = await heard_in(samples, prompt_end_ms=2_000, stream=LoudIsSpeech)
    assert len(heard.segments) == 1
    assert heard.latency_ms == pytest.approx(500, abs=40)


async def test_who_barges_in_has_no_latency_from_the_prompts_end() -> None:
    heard = await heard_in(answer((1_000, 2_400)), prompt_end_ms=2_800, stream=LoudIsSpeech)
    assert heard.started_ms == pytest.approx(1_000, abs=40)
    assert heard.latency_ms is None


@pytest.mark.parametrize("length_ms", [0, 5, 3_000])
async def test_silence_is_no_answer(length_ms: int) -> None:
    heard = await heard_in(np.zeros(length_ms * 8, dtype=np.int16), prompt_end_ms=0, stream=LoudIsSpeech)
    assert heard.segments == ()
    assert heard.samples.size == 0


async def test_a_monologue_is_cut_after_half_a_minute() -> None:
    samples = np.tile(answer((0, 3_000)), 40)  # two minutes without a breath
    heard = await heard_in(samples, prompt_end_ms=0, stream=LoudIsSpeech)
    assert heard.ended_ms == pytest.approx(30_000, abs=1_600)
    assert heard.samples.size <= 32_000 * 8


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100])
def test_any_rate_becomes_the_telephones(rate_hz: int) -> None:
    tone = (8_000 * np.sin(2 * np.pi * 440 * np.arange(rate_hz) / rate_hz)).astype(np.int16)
    found = telephone(Utterance(samples=tone, rate_hz=rate_hz))
    assert found.dtype == np.int16
    assert found.size == pytest.approx(8_000, abs=2)
    assert int(np.argmax(np.abs(np.fft.rfft(found)))) == 440
