"""After what may have been a whisper, the caller's own answer is heard as one to the same prompt."""

import random
from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

import numpy as np
import pytest

from dialogue.answer.values import HeardAnswer
from dialogue.cut import cut
from dialogue.ear import Ear, Listening
from dialogue.line import FRAME_MS, FrameHeard
from dialogue.talk import LISTEN_ON_S, Prompt, Talk
from dialogue.tape import Tape
from dialogue.turn.tracker import TurnPolicy
from tests.fakes.line import ScriptedLine, tone

PROMPT_END_MS = 1_000
WHISPER, OWN = (1_600, 2_400), (4_400, 5_600)


def taped() -> Tape:
    tape = Tape()
    spoken = np.zeros(7_000 * 8, dtype=np.int16)
    for (start, end), level_db in ((WHISPER, -36.0), (OWN, -22.0)):
        spoken[start * 8 : end * 8] = tone(end - start, level_db=level_db)
    for index, frame in enumerate(spoken.reshape(-1, 160)):
        tape.append(FrameHeard(samples=frame, at_ms=index * FRAME_MS))
    return tape


def test_the_reply_counts_from_the_first_prompt_and_has_the_whisper_before_it() -> None:
    ear = Ear(ScriptedLine(), cast(Any, None), cast(Any, None), cast(Any, None), lambda _: None, TurnPolicy())
    ear.tape = taped()
    whispered = cut(ear.tape, (WHISPER,), prompt_end_ms=PROMPT_END_MS)
    own = cut(ear.tape, (OWN,), prompt_end_ms=3_300)  # when listening began again
    reply = ear.after_another(whispered, own)
    assert reply.latency_ms == OWN[0] - PROMPT_END_MS
    assert reply.segments == own.segments
    assert reply.others == whispered.segments
    assert reply.before.size == (OWN[0] - 200 - PROMPT_END_MS) * 8
    assert np.array_equal(reply.samples, own.samples)


class NextTurn:
    """An Ear that hears one given turn."""

    def __init__(self, heard: HeardAnswer) -> None:
        self._heard, self.patience_ms = heard, 0

    async def turn(self, listening: Listening[str]) -> tuple[HeardAnswer, str]:
        self.patience_ms = listening.patience_ms
        return self._heard, await listening.weigh(self._heard)

    def after_another(self, other: HeardAnswer, own: HeardAnswer) -> HeardAnswer:
        return replace(own, others=other.segments)


async def weigh(heard: HeardAnswer) -> str:
    return heard.keys or "weighed"


TAPE = taped()
SPOKEN = cut(TAPE, (OWN,), prompt_end_ms=3_300)
SILENT = cut(TAPE, (), prompt_end_ms=3_300)


@pytest.mark.parametrize(
    ("heard", "others", "weighed"),
    [
        pytest.param(SPOKEN, (WHISPER,), "weighed", id="the caller answers"),
        pytest.param(replace(SILENT, keys="12"), (), "12", id="the caller keys it"),
        pytest.param(SILENT, None, "", id="nobody says more"),
    ],
)
async def test_what_follows(
    heard: HeardAnswer, others: tuple[tuple[int, int], ...] | None, weighed: str
) -> None:
    ear = NextTurn(heard)
    talk = Talk(
        call=uuid4(),
        line=ScriptedLine(),
        ear=cast(Ear, ear),
        synthesizer=cast(Any, None),
        observer=cast(Any, None),
        rng=random.Random(1),
    )
    whispered = cut(TAPE, (WHISPER,), prompt_end_ms=PROMPT_END_MS)
    followed = await talk.listen_on(Prompt(text="几楼？"), weigh, lambda _: None, whispered)
    assert ear.patience_ms == LISTEN_ON_S * 1_000
    if others is None:
        assert followed is None
    else:
        assert followed is not None
        assert (followed[0].others, followed[1]) == (others, weighed)
