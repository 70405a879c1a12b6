"""Holds the calls of a bench: our house in this process, the applicants in another."""

import asyncio
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from config.settings import Settings
from decision_hook.contract import CallOutcome, CallVerdict, Recommendation, SurveyError
from ivr.app import App, build_app
from ivr.bench.applicants import BenchPlayer, bench_player, everybody
from ivr.bench.far_end import FarEnd, FarEndDialler
from ivr.bench.report import Load
from ivr.bench.turns import QUARTERS, Answered, AnswerKind, answers
from ivr.bench.watch import CALL, TimedCompletion, TimedJudge, TimedScriptJudge, TimedSynthesizer, Watch
from ivr.call import CallOrder, Desk, conduct, in_thread
from ivr.conversation import SpokenConversations
from ivr.prompts import shared_prompts
from ivr.simulator.cast import Cast
from ivr.simulator.cue import Cue
from question_bank.bank import Bank

FRUITLESS_CALLS = 4  # in a row; then something is wrong
STAGGER_S = 2.0  # between the first calls, as a dialler's pacing would
TICK_S = 0.02
Progress = Callable[[str, int, int], None]  # what, done, of
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchCall:
    """One call, measured."""

    verdict: CallVerdict
    answers: tuple[Answered, ...]
    rendered_late: int

    @property
    def as_expected(self) -> bool:
        """All applicants of a bench are genuine."""
        return (
            self.verdict.outcome is CallOutcome.COMPLETED
            and self.verdict.recommendation is Recommendation.APPROVE
        )


class Bench:
    """An open house with its load generator."""

    def __init__(
        self, house: App, desk: Desk, watch: Watch, far_end: FarEnd, players: dict[str, BenchPlayer]
    ):
        self.house = house
        self._desk, self._watch, self._far_end, self._players = desk, watch, far_end, players
        self._run = secrets.token_hex(3)
        self._calls = 0

    async def call(self) -> BenchCall:
        """One whole call in the present task. Raises SurveyError if it left no log."""
        number, self._calls = self._calls, self._calls + 1
        chosen = bench_player(number, run=self._run)
        application = chosen.player.application
        attempt = uuid4()
        self._players[application.phone] = chosen
        notes = self._watch.begin(attempt)
        CALL.set(attempt)
        try:
            await in_thread(
                self.house.disk, self.house.store.save_application, application, datetime.now(UTC)
            )
            verdict = await conduct(
                CallOrder(attempt=attempt, application=application, seed=number), self._desk
            )
            log = await self._far_end.log(attempt)
        finally:
            self._watch.end(attempt)
            self._players.pop(application.phone, None)
        return BenchCall(verdict=verdict, answers=tuple(answers(log, notes)), rendered_late=log.rendered_late)


@asynccontextmanager
async def open_bench(settings: Settings, *, progress: Progress) -> AsyncIterator[Bench]:
    """Opens everything and renders the applicants' words. The house works in a folder that is deleted."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shengwen-bench-")))
        aside = settings.model_copy(
            update={"var": folder, "database_url": f"sqlite:///{folder / 'bench.db'}", "line": "embedded"}
        )
        far_end = FarEnd()
        stack.push_async_callback(far_end.close)
        await far_end.start()
        watch = Watch(far_end)
        players: dict[str, BenchPlayer] = {}
        house = await stack.enter_async_context(
            build_app(
                aside,
                cast=Cast([]),
                observer=watch,
                phone_of=lambda _: None,
                network=lambda media: FarEndDialler(far_end, media, players.get),
                remember=False,
            )
        )
        await _render_prompts(house, aside, progress)
        await far_end.rehearse(
            everybody(),
            cues_of(house.bank),
            models=settings.models,
            cache=settings.var / "voices",
            progress=lambda done, of: progress("callers' voices", done, of),
        )
        yield Bench(house, timed(house, watch), watch, far_end, players)


async def _render_prompts(house: App, settings: Settings, progress: Progress) -> None:
    """What a running house has at hand for everybody; the personal prompts are rendered in the calls."""
    texts = shared_prompts(settings, every=False)
    for done, text in enumerate(texts):
        progress("our prompts", done, len(texts))
        await house.synthesizer.render(text)
    progress("our prompts", len(texts), len(texts))


def cues_of(bank: Bank) -> tuple[Cue, ...]:
    """Every question that can be put, as the applicants are told of it."""
    asked = (*bank.script.questions(), *bank.questions.values())
    return tuple(
        Cue(question_id=question.id, fact_keys=question.fact_keys, kind=question.kind) for question in asked
    )


def timed(house: App, watch: Watch) -> Desk:
    """The house's desk with a stop watch at each step of a turn."""
    talking = house.desk.conversations
    assert isinstance(talking, SpokenConversations)
    script = house.bank.script
    return replace(
        house.desk,
        conversations=replace(
            talking,
            completion=TimedCompletion(talking.completion, watch),
            judge=TimedJudge(talking.judge, watch),
            script_judge=TimedScriptJudge(talking.script_judge, watch),
            synthesizer=TimedSynthesizer(
                talking.synthesizer, (*script.acknowledgements, *script.refusal), watch
            ),
        ),
    )


async def turns(bench: Bench, *, wanted: int, tell: Told) -> tuple[list[Answered], list[Answered]]:
    """One call at a time until a quarter of `wanted` is there of each kind. Returns (counted, surplus)."""
    quota = -(-wanted // len(QUARTERS))
    counted: list[Answered] = []
    surplus: list[Answered] = []
    have: Counter[AnswerKind] = Counter()
    fruitless = number = 0
    while any(have[kind] < quota for kind in QUARTERS):
        made = await asyncio.create_task(bench.call(), name="bench call")
        number += 1
        before = len(counted)
        for answer in made.answers:
            if answer.kind in QUARTERS and have[answer.kind] < quota:
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
        shares = ", ".join(f"{kind.value} {have[kind]}/{quota}" for kind in QUARTERS)
        tell(f"call {number}: {_one_line(made)}; {shares}")
    return counted, surplus


async def load(bench: Bench, *, lines: int, minutes: float, tell: Told) -> tuple[list[Answered], Load]:
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
    return heard, Load(
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


def _one_line(made: BenchCall) -> str:
    waited = sorted(answer.turn_ms for answer in made.answers if answer.turn_ms is not None)
    cut = sum(answer.cut_off is not None for answer in made.answers)
    median = f"{waited[len(waited) // 2]:.0f} ms" if waited else "–"
    late = f", {made.rendered_late} sentences rendered late" if made.rendered_late else ""
    return (
        f"{made.verdict.outcome.value} {made.verdict.recommendation.value}, {len(made.answers)} answers, "
        f"turn {median}, {cut} cut off{late}"
    )
