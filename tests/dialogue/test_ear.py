"""When a reply counts as over: the ear, its tracker and its judge together, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest

from dialogue.answer.values import HeardAnswer
from dialogue.ear import CallerGone, Ear, Listening
from dialogue.line import Samples
from dialogue.turn.activity import level_db
from dialogue.turn.complete import TRUSTED_BELOW
from dialogue.turn.tracker import TurnPolicy, silence_needed_ms
from tests.fakes.line import HANG_UP, ScriptedLine, tone

POLICY = TurnPolicy()
STARTS_MS = 1_000


@dataclass
class Smart:
    """Implements dialogue.ear.Completion."""

    found: float = 1.0
    asked: int = 0

    async def probability(self, samples: Samples) -> float:
        self.asked += 1
        return self.found


class Clerk:
    """Weighs a reply by its length, once the line's clock has reached `ready_ms`."""

    def __init__(self, line: ScriptedLine, complete: Callable[[int], float | None], *, ready_ms: int = 0):
        """`complete`: given the ms of speech heard."""
        self.line, self.complete, self.weighed = line, complete, list[int]()
        self._ready, self._ready_ms = asyncio.Event(), ready_ms

    async def weigh(self, heard: HeardAnswer) -> int:
        await self._ready.wait()
        said_ms = sum(end - start for start, end in heard.segments)
        self.weighed.append(said_ms)
        return said_ms

    def look_at_the_clock(self) -> None:
        if self.line.now_ms() >= self._ready_ms:
            self._ready.set()


class ByLevel:
    """Implements VoiceActivity; the clerk sees time pass."""

    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk

    async def probabilities(self, frames: Sequence[Samples]) -> list[float]:
        self._clerk.look_at_the_clock()
        return [0.95 if level_db(frame) > -50 else 0.02 for frame in frames]


async def hear(line: ScriptedLine, clerk: Clerk, smart: Smart | None = None) -> tuple[HeardAnswer, int, int]:
    """The reply, what it was weighed as, and when that was known."""

    async def held(group: asyncio.TaskGroup) -> tuple[HeardAnswer, int, int]:
        ear = Ear(line, ByLevel(clerk), smart or Smart(), group, lambda _: None, POLICY)
        running = group.create_task(ear.run())
        listening = Listening(patience_ms=5_000, weigh=clerk.weigh, complete=clerk.complete)
        try:
            heard, weighed = await ear.turn(listening)
            return heard, weighed, line.now_ms()
        finally:
            running.cancel()

    return await _in_group(held)


async def _in_group(
    held: Callable[[asyncio.TaskGroup], Awaitable[tuple[HeardAnswer, int, int]]],
) -> tuple[HeardAnswer, int, int]:
    found: list[tuple[HeardAnswer, int, int]] = []
    try:
        async with asyncio.TaskGroup() as group:
            found.append(await held(group))
    except* CallerGone:
        raise CallerGone from None
    return found[0]


def line_with(*speech: tuple[int, int]) -> ScriptedLine:
    return ScriptedLine([(start, tone(end - start)) for start, end in speech], limit_ms=20_000)


@pytest.mark.parametrize("complete", [1.0, 0.7, 0.5, 0.3, 0.0])
async def test_a_reply_is_over_after_the_silence_its_shape_asks_for(complete: float) -> None:
    line = line_with((STARTS_MS, 2_000))
    _, _, over_ms = await hear(line, Clerk(line, lambda _: complete))
    assert over_ms == pytest.approx(2_000 + silence_needed_ms(complete, POLICY), abs=100)


async def test_while_it_is_being_weighed_nobody_is_cut_off() -> None:
    """The first stretch would be whole, and its silence is longer than that asks for."""
    line = line_with((STARTS_MS, 2_000), (3_000, 3_600))
    clerk = Clerk(line, lambda _: 1.0, ready_ms=3_200)
    heard, _, _ = await hear(line, clerk)
    assert len(heard.segments) == 2
    assert clerk.weighed[-1] > 1_400


async def test_weighed_late_it_is_over_at_once() -> None:
    line = line_with((STARTS_MS, 2_000))
    _, _, over_ms = await hear(line, Clerk(line, lambda _: 1.0, ready_ms=2_900))
    assert over_ms == pytest.approx(2_900, abs=100)


async def test_what_was_weighed_before_the_caller_went_on_is_forgotten() -> None:
    line = line_with((STARTS_MS, 1_400), (2_300, 3_000))
    clerk = Clerk(line, lambda said_ms: 0.0 if said_ms < 600 else 1.0)
    heard, weighed, over_ms = await hear(line, clerk)
    assert len(heard.segments) == 2
    assert weighed > 1_000
    assert over_ms == pytest.approx(3_000 + POLICY.end_min_ms, abs=100)


@pytest.mark.parametrize(
    ("found", "silence_ms"),
    [(TRUSTED_BELOW / 2, POLICY.end_max_ms), (TRUSTED_BELOW, POLICY.end_usual_ms)],
)
async def test_where_the_words_do_not_tell_the_sound_is_asked(found: float, silence_ms: int) -> None:
    line, smart = line_with((STARTS_MS, 2_000)), Smart(found)
    _, _, over_ms = await hear(line, Clerk(line, lambda _: None), smart)
    assert over_ms == pytest.approx(2_000 + silence_ms, abs=100)
    assert smart.asked == 1


async def test_where_the_words_tell_the_sound_is_not_asked() -> None:
    line, smart = line_with((STARTS_MS, 2_000)), Smart(0.0)
    await hear(line, Clerk(line, lambda _: 1.0), smart)
    assert smart.asked == 0


async def test_silence_is_weighed_too() -> None:
    line = line_with()
    heard, weighed, over_ms = await hear(line, Clerk(line, lambda _: None))
    assert (heard.segments, weighed) == ((), 0)
    assert over_ms == pytest.approx(5_000, abs=100)


async def test_who_hangs_up_while_it_is_weighed_is_gone() -> None:
    line = ScriptedLine([(STARTS_MS, tone(500)), (2_000, HANG_UP)])
    with pytest.raises(CallerGone):
        await hear(line, Clerk(line, lambda _: 1.0, ready_ms=2_500))
