from collections.abc import Sequence
from typing import cast
from uuid import UUID, uuid4

import numpy as np
import pytest

from decision_hook.contract import FactKind
from dialogue.events import PromptStarted
from dialogue.line import Samples
from dialogue.turn.complete import GOES_ON
from ivr.bench.far_end import FarEnd
from ivr.bench.notes import Step
from ivr.bench.watch import CALL, TimedActivity, TimedCompletion, TimedSynthesizer, Watch
from ivr.simulator.cue import Cue

FRAME: Samples = np.full(160, 1_000, np.int16)


class FakeFarEnd:
    def __init__(self) -> None:
        self.told: list[tuple[UUID, Cue]] = []

    def asked(self, attempt: UUID, cue: Cue) -> None:
        self.told.append((attempt, cue))


class FakeVoice:
    """Renders as many samples as a text has characters."""

    async def render(self, text: str, *, slow: bool = False) -> Samples:
        return np.zeros(len(text), np.int16)

    async def render_ahead(self, text: str, *, slow: bool = False) -> Samples:
        return np.zeros(len(text), np.int16)

    def ready(self, text: str, *, slow: bool = False) -> Samples | None:
        return None


class FakeActivity:
    closed = False

    async def probabilities(self, frames: Sequence[Samples]) -> list[float]:
        return [0.1 * (place + 1) for place, _ in enumerate(frames)]

    def close(self) -> None:
        self.closed = True


class FakeCompletion:
    def __init__(self, found: float) -> None:
        self._found = found

    async def probability(self, samples: Samples) -> float:
        return self._found


def started(call: UUID, question_id: str, text: str) -> PromptStarted:
    return PromptStarted(
        call=call, question_id=question_id, fact_keys=("a",), kind=FactKind.YEAR, text=text, at_ms=40
    )


async def test_a_question_is_kept_with_its_sound_and_without_what_was_said_before_it() -> None:
    far_end, call = FakeFarEnd(), uuid4()
    watch = Watch(cast(FarEnd, far_end))
    notes = watch.begin(call)
    CALL.set(call)
    voice = TimedSynthesizer(FakeVoice(), (), watch)
    await voice.render("您好。")
    watch.observe(started(call, "", "您好。"))
    await voice.render("哪一年？")
    await voice.render("没听清。")  # a prefix is rendered after its question
    watch.observe(started(call, "q", "没听清。哪一年？"))
    (put,) = notes.puts
    assert put.audio.size == len("哪一年？")
    assert put.cue == far_end.told[-1][1] == Cue(question_id="q", fact_keys=("a",), kind=FactKind.YEAR)
    assert [prompt.question_id for prompt in notes.prompts] == ["", "q"]


async def test_frames_are_kept_as_they_were_judged() -> None:
    call = uuid4()
    watch = Watch(cast(FarEnd, FakeFarEnd()))
    notes = watch.begin(call)
    CALL.set(call)
    inner = FakeActivity()
    activity = TimedActivity(inner, watch)
    assert await activity.probabilities([FRAME, FRAME]) == [0.1, 0.2]
    assert [frame.probability for frame in notes.frames] == [0.1, 0.2]
    assert notes.frames[0].level_db == pytest.approx(-30.3, abs=0.1)
    watch.end(call)
    await activity.probabilities([FRAME])
    assert len(notes.frames) == 2
    activity.close()
    assert inner.closed


@pytest.mark.parametrize(
    ("found", "complete"),
    [
        pytest.param(0.05, GOES_ON, id="a brake"),
        pytest.param(0.9, None, id="not trusted when it says finished"),
    ],
)
async def test_what_the_end_of_turn_model_said_is_kept_as_it_counts(
    found: float, complete: float | None
) -> None:
    call = uuid4()
    watch = Watch(cast(FarEnd, FakeFarEnd()))
    notes = watch.begin(call)
    CALL.set(call)
    await TimedCompletion(FakeCompletion(found), watch).probability(FRAME)
    assert [(mark.step, mark.complete) for mark in notes.marks] == [(Step.DOUBTED, complete)]
