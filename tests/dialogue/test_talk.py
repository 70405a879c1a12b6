"""What is said begins at once."""

import asyncio
import random
from typing import cast
from uuid import uuid4

import numpy as np
import pytest

from dialogue.ear import Ear
from dialogue.events import CallEvent
from dialogue.line import Samples
from dialogue.talk import LEAD_IN, Talk, from_first_sound
from tests.fakes.line import ScriptedLine, tone
from tests.fakes.synthesizer import FakeSynthesizer

SILENCE: Samples = np.zeros(240, np.int16)  # 30 ms


class Quiet(FakeSynthesizer):
    """Every prompt has 30 ms of silence in front."""

    async def render(self, text: str, *, slow: bool = False) -> Samples:
        return np.concatenate([SILENCE, await super().render(text, slow=slow)])


class Nobody:
    def observe(self, event: CallEvent) -> None:
        pass


@pytest.mark.parametrize(
    ("samples", "kept"),
    [
        pytest.param(np.concatenate([SILENCE, tone(100)]), LEAD_IN + 800, id="silence in front"),
        pytest.param(tone(100), 800, id="none in front"),
        pytest.param(SILENCE, SILENCE.size, id="nothing but silence stays as long as it is"),
        pytest.param(SILENCE[:0], 0, id="nothing"),
    ],
)
def test_the_silence_in_front_is_not_played(samples: Samples, kept: int) -> None:
    assert from_first_sound(samples).size == pytest.approx(kept, abs=2)  # a tone's first sample is zero


async def test_only_a_prompt_that_begins_is_shortened() -> None:
    line = ScriptedLine()
    talk = Talk(
        call=uuid4(),
        line=line,
        ear=cast(Ear, None),  # nobody is listened to
        synthesizer=Quiet(),
        observer=Nobody(),
        rng=random.Random(1),
    )
    async with asyncio.timeout(5):
        await talk.say("您好")
        await talk.say("请问")
    first, second = (spoken.samples.size for spoken in line.spoken)
    assert second - first == pytest.approx(SILENCE.size - LEAD_IN, abs=2)
