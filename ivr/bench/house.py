"""Our house opened for a bench: itself in this process, the applicants in another."""

import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from config.settings import Settings
from decision_hook.contract import CallOutcome, CallVerdict, Recommendation
from ivr.app import App, build_app
from ivr.bench.applicants import BenchPlayer, bench_player, everybody
from ivr.bench.far_end import FarEnd, FarEndDialler
from ivr.bench.notes import CallNotes
from ivr.bench.turns import Answered, answers
from ivr.bench.watch import (
    CALL,
    TimedActivity,
    TimedCompletion,
    TimedJudge,
    TimedScriptJudge,
    TimedSynthesizer,
    Watch,
)
from ivr.call import CallOrder, Desk, conduct, in_thread
from ivr.conversation import SpokenConversations
from ivr.prompts import shared_prompts
from ivr.simulator.cast import Cast
from ivr.simulator.cue import Cue
from question_bank.bank import Bank

Progress = Callable[[str, int, int], None]  # what, done, of


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchCall:
    """One call, measured."""

    player: BenchPlayer
    verdict: CallVerdict
    answers: tuple[Answered, ...]
    notes: CallNotes
    rendered_late: int
    seconds: float
    cpu_s: float  # of our whole process meanwhile: this call's alone if there is no other

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
        self.house, self.far_end = house, far_end
        self._desk, self._watch, self._players = desk, watch, players
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
        began_s, cpu_s = time.monotonic(), time.process_time()
        try:
            await in_thread(
                self.house.disk, self.house.store.save_application, application, datetime.now(UTC)
            )
            verdict = await conduct(
                CallOrder(attempt=attempt, application=application, seed=number), self._desk
            )
            seconds, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
            log = await self.far_end.log(attempt)
        finally:
            self._watch.end(attempt)
            self._players.pop(application.phone, None)
        return BenchCall(
            player=chosen,
            verdict=verdict,
            answers=tuple(answers(log, notes)),
            notes=notes,
            rendered_late=log.rendered_late,
            seconds=seconds,
            cpu_s=cpu_s,
        )


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
            activity=lambda: TimedActivity(talking.activity(), watch),
            completion=TimedCompletion(talking.completion, watch),
            judge=TimedJudge(talking.judge, watch),
            script_judge=TimedScriptJudge(talking.script_judge, watch),
            synthesizer=TimedSynthesizer(
                talking.synthesizer, (*script.acknowledgements, *script.refusal), watch
            ),
        ),
    )
