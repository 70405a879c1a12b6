"""Voice activity per call from one shared model."""

import asyncio
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

import ivr.inference.vad as vad_module
from config.settings import Settings
from decision_hook.contract import SurveyError
from ivr.inference.vad import SileroPool, SileroStream
from ivr.inference.worker import WorkerUnavailable

pytestmark = pytest.mark.models
SPEECH = Path(__file__).parents[2] / "dialogue" / "hearing" / "speech"
FRAME = 160


async def listen(stream: SileroStream, samples: NDArray[np.int16]) -> list[float]:
    frames = [samples[at : at + FRAME] for at in range(0, len(samples) - FRAME + 1, FRAME)]
    return [(await stream.probabilities([frame]))[0] for frame in frames]


async def test_calls_side_by_side_hear_what_they_hear_alone() -> None:
    pool = SileroPool(Settings().models)
    answer, _ = soundfile.read(SPEECH / "parents.flac", dtype="int16")
    sounds = [
        answer,
        np.zeros(8_000, dtype=np.int16),
        (np.random.default_rng(0).normal(size=8_000) * 800).astype(np.int16),
    ]
    together = await asyncio.gather(*(listen(pool.stream(), sound) for sound in sounds))
    speech, silence, noise = together
    assert np.median(speech) > 0.8
    assert max(silence) < 0.2
    assert max(noise) < 0.2
    for sound, beside in zip(sounds, together, strict=True):
        assert await listen(pool.stream(), sound) == pytest.approx(beside, abs=1e-4)
    await pool.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("voice-activity")]


async def test_a_closed_stream_is_refused() -> None:
    pool = SileroPool(Settings().models)
    stream = pool.stream()
    assert await stream.probabilities([np.zeros(FRAME, dtype=np.int16)]) == [0.0]  # no window is full yet
    stream.close()
    with pytest.raises(ValueError, match="closed"):
        await stream.probabilities([np.zeros(FRAME, dtype=np.int16)])
    await pool.close()


async def test_frames_that_waited_are_answered_as_if_they_had_come_one_by_one() -> None:
    pool = SileroPool(Settings().models)
    rng = np.random.default_rng(3)
    frames = [rng.normal(0, 3_000, FRAME).astype(np.int16) for _ in range(40)]
    one_by_one, at_once = pool.stream(), pool.stream()
    expected = [(await one_by_one.probabilities([frame]))[0] for frame in frames]
    together = await at_once.probabilities(frames[:7]) + await at_once.probabilities(frames[7:])
    assert together == pytest.approx(expected, abs=1e-5)
    await pool.close()


async def test_after_a_second_of_silence_a_stream_hears_as_if_it_were_new() -> None:
    pool = SileroPool(Settings().models)
    answer, _ = soundfile.read(SPEECH / "parents.flac", dtype="int16")
    rng = np.random.default_rng(6)
    before = rng.normal(0, 4_000, 256 * 160 // 4).astype(np.int16)  # whole windows and whole frames
    silence = np.where(np.arange(256 * 60) % 2, 8, -8).astype(np.int16)  # what A-law makes of nothing
    old = await listen(pool.stream(), np.concatenate([before, silence, answer]))
    new = await listen(pool.stream(), np.concatenate([silence, answer]))
    await pool.close()
    heard = len(answer) // FRAME
    assert old[-heard:] == pytest.approx(new[-heard:], abs=1e-6)


async def test_calls_with_more_and_fewer_frames_waiting_are_heard_as_if_alone() -> None:
    pool = SileroPool(Settings().models)
    rng = np.random.default_rng(4)
    waiting = [rng.normal(0, 3_000, (count, FRAME)).astype(np.int16) for count in (2, 9, 1, 30)]
    streams = [pool.stream() for _ in waiting]
    for _ in range(2):  # the second time they carry on
        together = await asyncio.gather(
            *(stream.probabilities(list(frames)) for stream, frames in zip(streams, waiting, strict=True))
        )
    for frames, beside in zip(waiting, together, strict=True):
        alone = pool.stream()
        await alone.probabilities(list(frames))
        assert await alone.probabilities(list(frames)) == pytest.approx(beside, abs=1e-5)
        alone.close()
    await pool.close()


async def test_a_call_hears_nothing_of_the_one_whose_place_it_takes() -> None:
    pool = SileroPool(Settings().models)
    answer, _ = soundfile.read(SPEECH / "parents.flac", dtype="int16")
    places = [pool.stream() for _ in range(512)]
    first = await listen(places[3], answer)
    with pytest.raises(SurveyError, match="512 calls at once"):
        pool.stream()
    places[3].close()
    places[3].close()  # gives its place back once
    assert await listen(pool.stream(), answer) == first
    with pytest.raises(SurveyError, match="512 calls at once"):
        pool.stream()
    await pool.close()


async def test_calls_that_tick_together_go_to_the_model_together() -> None:
    pool = SileroPool(Settings().models)
    streams = [pool.stream() for _ in range(7)]
    frames = [np.zeros(FRAME, dtype=np.int16)] * 2
    await asyncio.gather(*(stream.probabilities(frames) for stream in streams))
    assert (pool.counts().requests, pool.counts().batches) == (1, 1)
    await pool.close()


async def test_calls_that_ask_soon_after_a_departure_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vad_module, "_APART_S", 0.25)
    pool = SileroPool(Settings().models)
    frames = [np.zeros(FRAME, dtype=np.int16)] * 2
    await pool.stream().probabilities(frames)
    asking = []
    for _ in range(5):  # each at a moment of its own
        asking.append(asyncio.create_task(pool.stream().probabilities(frames)))
        await asyncio.sleep(0)
    await asyncio.gather(*asking)
    assert pool.counts().requests == 2
    await pool.close()


async def test_a_call_that_ends_while_it_waits_leaves_the_others_their_answers() -> None:
    pool = SileroPool(Settings().models)
    frames = [np.zeros(FRAME, dtype=np.int16)] * 2
    ending, other = (asyncio.create_task(pool.stream().probabilities(frames)) for _ in range(2))
    await asyncio.sleep(0)
    ending.cancel()
    assert len(await other) == 2
    with pytest.raises(asyncio.CancelledError):
        await ending
    await pool.close()


async def test_a_closed_pool_says_so_and_leaves_nothing() -> None:
    pool = SileroPool(Settings().models)
    stream = pool.stream()
    await pool.close()
    with pytest.raises(WorkerUnavailable):
        await stream.probabilities([np.zeros(FRAME, dtype=np.int16)] * 2)
    assert asyncio.all_tasks() == {asyncio.current_task()}
