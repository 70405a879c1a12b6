"""Voice activity per call from one shared model."""

import asyncio
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from config.settings import Settings
from ivr.inference.vad import SileroPool, SileroStream

pytestmark = pytest.mark.models
SPEECH = Path(__file__).parents[2] / "dialogue" / "hearing" / "speech"
FRAME = 160


async def listen(stream: SileroStream, samples: NDArray[np.int16]) -> list[float]:
    frames = [samples[at : at + FRAME] for at in range(0, len(samples) - FRAME + 1, FRAME)]
    return [await stream.probability(frame) for frame in frames]


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
    assert await stream.probability(np.zeros(FRAME, dtype=np.int16)) == 0.0  # no window is full yet
    stream.close()
    with pytest.raises(ValueError, match="closed"):
        await stream.probability(np.zeros(FRAME, dtype=np.int16))
    await pool.close()
