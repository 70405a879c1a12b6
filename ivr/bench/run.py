"""Holds the calls of a bench, one at a time or many at once."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from decision_hook.contract import SurveyError
from ivr.bench.curve import curve
from ivr.bench.house import Bench, BenchCall
from ivr.bench.replay import PRESENT, replay, silences_ms
from ivr.bench.report import Load
from ivr.bench.turns import QUARTERS, Answered, AnswerKind
from ivr.conversation import TURNS

FRUITLESS_CALLS = 4  # in a row; then something is wrong
STAGGER_S = 2.0  # between the first calls, as a dialler's pacing would
TICK_S = 0.02
Told = Callable[[str], None]
After = Callable[[BenchCall], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """What calls one at a time brought."""

    counted: list[Answered]  # as many of each kind as were wanted
    surplus: list[Answered]
    calls: list[BenchCall]

    @property
    def cpu_cores(self) -> float:
        """Of our process, while a call lasted."""
        return round(sum(call.cpu_s for call in self.calls) / sum(call.seconds for call in self.calls), 3)


def quota(wanted: int) -> int:
    """How many of each kind."""
    return -(-wanted // len(QUARTERS))


async def turns(bench: Bench, *, wanted: int, tell: Told, after: After | None) -> Turns:
    """One call at a time until a quarter of `wanted` is there of each kind.

    `after` is awaited with each call that has ended, before the next begins.
    """
    enough = quota(wanted)
    counted: list[Answered] = []
    surplus: list[Answered] = []
    calls: list[BenchCall] = []
    have: Counter[AnswerKind] = Counter()
    fruitless = number = 0
    while any(have[kind] < enough for kind in QUARTERS):
        made = await asyncio.create_task(bench.call(), name="bench call")
        calls.append(made)
        number += 1
        before = len(counted)
        for answer in made.answers:
            if answer.kind in QUARTERS and have[answer.kind] < enough:
                have[answer.kind] += 1
                counted.append(answer)
            else:
                surplus.append(answer)
        fruitless = fruitless + 1 if len(counted) == before else 0
        if fruitless == FRUITLESS_CALLS:
            raise SurveyError(
                f"bench: {fruitless} calls in a row brought no answer of a kind still wanted; "
                f"the last ended {made.verdict.outcome.value}"
            )
        shares = ", ".join(f"{kind.value} {have[kind]}/{enough}" for kind in QUARTERS)
        tell(f"call {number}: {_one_line(made)}; {shares}")
        if after is not None:
            await after(made)
    return Turns(counted=counted, surplus=surplus, calls=calls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What calls side by side brought."""

    heard: list[Answered]  # while it was measured
    measured: Load
    calls: list[BenchCall]


async def load(bench: Bench, *, lines: int, minutes: float, tell: Told) -> Loaded:
    """`lines` calls at once: whoever hangs up is followed by the next, until `minutes` are over.

    Measured from the moment all lines are in use; the calls that are still going then are brought to their
    end, but their later answers do not count.
    """
    opens_s = time.monotonic() + STAGGER_S * lines
    closes_s = opens_s + minutes * 60
    made: list[BenchCall] = []

    async def line(number: int) -> None:
        await asyncio.sleep(STAGGER_S * number)
        while time.monotonic() < closes_s:
            made.append(await asyncio.create_task(bench.call(), name=f"bench line {number}"))
            tell(f"call {len(made)} on line {number + 1}: {_one_line(made[-1])}")

    async def measure() -> tuple[float, float | None, int, float]:
        await asyncio.sleep(opens_s - time.monotonic())
        before_s = bench.house.admission.held_back().seconds
        cpu_s, skipped = time.process_time(), bench.house.clock.lateness().skipped
        while time.monotonic() < closes_s:
            bench.house.admission.admits(lines)  # asked, not obeyed: a bench shows what overload does
            await asyncio.sleep(min(1.0, max(0.0, closes_s - time.monotonic())))
        held_s = bench.house.admission.held_back().seconds - before_s
        late = bench.house.clock.lateness(last_ticks=round(minutes * 60 / TICK_S))
        return time.process_time() - cpu_s, late.p99_ms, late.skipped - skipped, held_s

    async with asyncio.TaskGroup() as group:
        measured = group.create_task(measure(), name="measure")
        for number in range(lines):
            group.create_task(line(number), name=f"line {number}")
    cpu_s, late_p99_ms, skipped, held_s = measured.result()
    heard = [answer for call in made for answer in call.answers if opens_s <= answer.ends_s < closes_s]
    measured_load = Load(
        calls=lines,
        seconds=minutes * 60,
        cpu_s=cpu_s,
        clock_late_p99_ms=late_p99_ms,
        clock_skipped=skipped,
        overloaded_s=held_s,
        audio_dropped_ms=sum(call.verdict.audio_dropped_ms for call in made),
        as_expected=sum(call.as_expected for call in made),
        ended=len(made),
    )
    return Loaded(heard=heard, measured=measured_load, calls=made)


def our_curve(calls: Sequence[BenchCall], counted: Sequence[Answered]) -> list[dict[str, object]]:
    """Waits and cut-offs of the counted answers at other silences. Blocks, some seconds for many calls."""
    wanted = {id(answer) for answer in counted}
    replayed = [
        one for call in calls for one in replay(call.answers, call.notes, TURNS) if id(one.answer) in wanted
    ]
    return curve(replayed, silences_ms(TURNS), present=PRESENT)


def _one_line(made: BenchCall) -> str:
    waited = sorted(answer.turn_ms for answer in made.answers if answer.turn_ms is not None)
    cut = sum(answer.cut_off is not None for answer in made.answers)
    median = f"{waited[len(waited) // 2]:.0f} ms" if waited else "–"
    late = f", {made.rendered_late} sentences rendered late" if made.rendered_late else ""
    return (
        f"{made.verdict.outcome.value} {made.verdict.recommendation.value}, {len(made.answers)} answers, "
        f"turn {median}, {cut} cut off{late}"
    )
