"""The scripted line keeps the promises of dialogue.line.Line."""

import numpy as np

from dialogue.line import FrameHeard, HungUp, KeyPressed, Line, LineEvent
from tests.fakes.line import HANG_UP, ScriptedLine, tone


async def listen(line: ScriptedLine, until_ms: int) -> list[LineEvent]:
    events: list[LineEvent] = []
    while line.now_ms() < until_ms and not (events and isinstance(events[-1], HungUp)):
        events.append(await line.next_event())
    return events


def voiced_ms(events: list[LineEvent]) -> list[int]:
    return [event.at_ms for event in events if isinstance(event, FrameHeard) and event.samples.any()]


async def test_a_script_in_absolute_time() -> None:
    line = ScriptedLine([(100, tone(40)), (200, "1#"), (500, HANG_UP)])
    on_the_phone: Line = line
    events = await listen(line, 2_000)
    assert voiced_ms(events) == [100, 120]
    keys = [event for event in events if isinstance(event, KeyPressed)]
    assert [(key.at_ms, key.digit) for key in keys] == [(200, "1"), (400, "#")]
    assert events[-1] == HungUp(at_ms=500)
    assert await on_the_phone.next_event() == HungUp(at_ms=500)


async def test_replies_follow_the_prompts_end() -> None:
    line = ScriptedLine(replies=[(600, tone(20)), None, [(100, tone(20)), (300, HANG_UP)]])
    for _ in range(3):
        line.speak(tone(1_000))
        line.speak(tone(100))
        assert line.speaking_ms() == 1_100
        await listen(line, line.now_ms() + 2_000)
    assert [prompt.at_ms for prompt in line.spoken] == [0, 1_000, 2_000, 3_000, 4_000, 5_000]
    assert line.now_ms() == 5_400


async def test_what_is_stopped_was_not_said() -> None:
    line = ScriptedLine(replies=[(100, tone(20))])
    line.speak(tone(1_000))
    line.speak(tone(500))
    await listen(line, 400)
    line.duck(-12.0)
    assert line.stop_speaking() == 1_100
    assert [prompt.said_ms for prompt in line.spoken] == [400, 0]
    assert voiced_ms(await listen(line, 1_000)) == [500]


async def test_hanging_up_says_what_is_queued() -> None:
    line = ScriptedLine()
    line.speak(np.ones(8_000, np.int16))
    await line.hang_up()
    assert line.hung_up_by_us
    assert await line.next_event() == HungUp(at_ms=1_000)
