"""The main job: telephones the demo's applicants side by side and compares what came of it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid5

from decision_hook.contract import Application, CallVerdict, CreditDecision, Grade
from decision_hook.credit_limit.decide import decide, must_call
from dialogue.events import CallEvent
from ivr.app import App
from ivr.asterisk_line import number_behind
from ivr.bench.figures import wilson
from ivr.call import CallOrder, conduct, in_thread
from ivr.simulator.cast import Cast, Player
from ivr.simulator.demo import Entry, listed_voice_samples
from voiceprint.entry import Grounds

NAMESPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562, for name-based UUIDs
LISTED = "listed_voice"
LUCKS = 1_000  # between the seeds of a persona's calls
Progress = Callable[[str, int, int], None]  # what, done, of


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One applicant of one run: who, under which ids."""

    entry: Entry
    application: Application
    attempt: UUID
    seed: int

    @property
    def name(self) -> str:
        return self.entry.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    plan: Plan
    verdict: CallVerdict | None  # None: decided without a call
    decision: CreditDecision | None

    @property
    def as_expected(self) -> bool:
        expect = self.plan.entry.expect
        if self.verdict is None:
            return not expect.called and self.decision is not None and self.decision.result is expect.decision
        return expect.called and expect.met(
            self.verdict.outcome, self.verdict.recommendation, self.verdict.reasons
        )


def plan_run(entries: Sequence[Entry], *, run: str, seed: int, line: str) -> list[Plan]:
    """Gives every applicant of a run ids of its own, and a number nobody else has.

    A persona called again has another luck each time.
    """
    plans, times = [], Counter[str]()
    for index, entry in enumerate(entries):
        luck = entry.player.seed + seed + LUCKS * times[entry.name]
        times[entry.name] += 1
        application = entry.player.application
        number = f"1700000{index % 10_000:04d}"
        if line == "asterisk":
            number = number_behind(entry.player.persona.line, number)
        named = application.model_copy(update={"id": f"{application.id}-{run}", "phone": number})
        player = replace(
            entry.player,
            application=named,
            persona=entry.player.persona.model_copy(update={"phone": None}),
            seed=luck,
        )
        plans.append(
            Plan(
                entry=replace(entry, player=player),
                application=named,
                attempt=uuid5(NAMESPACE, f"{run}/{entry.name}/{index}"),
                seed=luck,
            )
        )
    return plans


def cast_of(plans: Sequence[Plan]) -> Cast:
    return Cast(plan.entry.player for plan in plans)


class PhoneOf:
    """Which number a call's events belong to."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._phones = {plan.attempt: plan.application.phone for plan in plans}

    def __call__(self, event: CallEvent) -> str | None:
        return self._phones.get(event.call)


async def prepare(app: App, plans: Sequence[Plan], progress: Progress) -> None:
    """Renders what the applicants will most likely say, and puts the listed voice on the watch list."""
    players = [plan.entry.player for plan in plans]
    await asyncio.to_thread(
        app.studio.prepare,
        [player.applicant() for player in players],
        lambda done, of: progress("applicants' voices", done, of),
    )
    listed = next((plan for plan in plans if plan.name == LISTED), None)
    if listed is not None:
        await in_thread(app.disk, enlist, app, listed.entry.player)


def enlist(app: App, player: Player) -> None:
    """An older recording of this voice, under another identity, goes on the list. Idempotent; blocks."""
    loaded = app.voices.search.ready()
    now = datetime.now(UTC)
    label = f"demo: {player.persona.name}"
    if any(entry.grounds.label == label for entry in loaded.store.entries()):
        return
    speech = app.studio.say(listed_voice_samples(player.persona), player.persona)
    voiceprint = app.voices.search.voiceprint([speech])
    assert voiceprint is not None  # the sentences are long enough for any voice
    added = loaded.watchlist.add(
        voiceprint,
        speech=speech,
        grounds=Grounds(
            label=label,
            reason="demo: used several identities",
            evidence="demo: synthetic voice",
            legal_basis="demo: nobody's voice",
        ),
        by="demo-first",
        now=now,
    )
    loaded.store.approve(added.entry.id, by="demo-second", at=now)


async def telephone(app: App, plans: Sequence[Plan], *, at_once: int) -> list[Result]:
    """Takes every application in, decides the harmless ones, and calls the others side by side."""
    free = asyncio.Semaphore(at_once)

    async def one(plan: Plan) -> Result:
        await in_thread(app.disk, app.store.save_application, plan.application, datetime.now(UTC))
        if not must_call(plan.application, app.policy):
            decision = decide(plan.application, None, app.policy)
            await in_thread(
                app.disk, app.store.save_decision, plan.application.id, decision, datetime.now(UTC)
            )
            return Result(plan=plan, verdict=None, decision=decision)
        async with free:
            verdict = await conduct(
                CallOrder(attempt=plan.attempt, application=plan.application, seed=plan.seed), app.desk
            )
        return Result(plan=plan, verdict=verdict, decision=verdict.decision)

    async with asyncio.TaskGroup() as calls:
        tasks = [calls.create_task(one(plan), name=f"call {plan.name}") for plan in plans]
    return [task.result() for task in tasks]


def report(results: Sequence[Result]) -> dict[str, object]:
    """The JSON report: every call, and how often each persona came out as expected, with interval."""
    by_name: dict[str, list[bool]] = {}
    for result in results:
        by_name.setdefault(result.plan.name, []).append(result.as_expected)
    right = sum(result.as_expected for result in results)
    return {
        "calls": [_row(result) for result in results],
        "as_expected": right,
        "of": len(results),
        "interval": wilson(right, len(results)),
        "by_persona": {
            name: {"as_expected": sum(flags), "of": len(flags), "interval": wilson(sum(flags), len(flags))}
            for name, flags in by_name.items()
        },
        "understood": understood([result.verdict for result in results if result.verdict is not None]),
    }


def understood(verdicts: Sequence[CallVerdict]) -> dict[str, object]:
    """Of the questions about facts: how many replies left it open, at first and after repeat and keypad."""
    grades: dict[tuple[UUID, str], list[Grade]] = {}
    for verdict in verdicts:
        for answer in verdict.answers:
            if answer.fact_key is not None:
                grades.setdefault((verdict.call, answer.question), []).append(answer.grade)
    at_first = sum(replies[0] is Grade.UNCLEAR for replies in grades.values())
    at_last = sum(replies[-1] is Grade.UNCLEAR for replies in grades.values())
    return {
        "questions": len(grades),
        "unclear_at_first": at_first,
        "unclear_at_first_interval": wilson(at_first, len(grades)),
        "unclear_at_last": at_last,
        "unclear_at_last_interval": wilson(at_last, len(grades)),
    }


def _row(result: Result) -> dict[str, object]:
    verdict, decision = result.verdict, result.decision
    return {
        "persona": result.plan.name,
        "application": result.plan.application.id,
        "call": None if verdict is None else str(verdict.call),
        "outcome": None if verdict is None else verdict.outcome.value,
        "recommendation": None if verdict is None else verdict.recommendation.value,
        "reasons": [] if verdict is None else [reason.value for reason in verdict.reasons],
        "decision": None if decision is None else decision.result.value,
        "limit": None if decision is None else decision.limit,
        "answers": 0 if verdict is None else len(verdict.answers),
        "duration_s": 0.0 if verdict is None else verdict.duration_s,
        "audio_dropped_ms": 0 if verdict is None else verdict.audio_dropped_ms,
        "as_expected": result.as_expected,
    }
