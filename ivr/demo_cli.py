"""`shengwen demo`: the main job, live in the terminal."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from config.progress import bars, console
from config.settings import Settings
from decision_hook.contract import CallOutcome, SurveyError
from ivr.line_options import Line, on_line
from ivr.live import LiveCalls, results_table
from ivr.simulator.cast import Player
from ivr.simulator.demo import Entry, Part
from ivr.simulator.load import load_demo
from ivr.terminal import begin

app = typer.Typer()


@app.command()
def demo(
    seed: Annotated[
        int, typer.Option(help="Another seed, other questions and another luck of every applicant.")
    ] = 0,
    only: Annotated[str, typer.Option(help="These personas alone, with commas between: genuine,noisy.")] = "",
    further: Annotated[
        bool, typer.Option(help="Also those who refuse, hang up, press keys, stay silent …")
    ] = False,
    repeat: Annotated[
        int, typer.Option(min=1, max=1_000, help="Call each persona so often; with --json a measurement.")
    ] = 1,
    chance: Annotated[
        int,
        typer.Option(
            "--random",
            min=0,
            max=10_000,
            help="So many applicants made up at random instead of the demo's, in a database of their own.",
        ),
    ] = 0,
    at_once: Annotated[int, typer.Option(min=0, max=100, help="Calls side by side; 0: as set.")] = 0,
    line: Line = "",
    serve: Annotated[bool, typer.Option(help="Show the pages afterwards, until Ctrl-C.")] = False,
    strict: Annotated[bool, typer.Option(help="Fail if a call does not come out as expected.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON, alone on stdout.")] = False,
) -> None:
    """Telephone the demo's applicants, hear them, judge them, and show what came of it.

    Six synthetic people are called side by side, really speaking Mandarin over a telephone line, and a
    seventh is decided without a call: `config/demo/` says who they are and what should come of each. A call
    lasts some minutes, as it would. Recordings and verdicts stay in `var/`; --serve shows them as pages.

    Exit code 1 if the line failed a call; with --strict also if one did not come out as expected.
    """
    settings = on_line(begin(), line)
    if chance:
        # Invented people by the hundred, few voices among them: apart from the bank's own calls and list.
        settings = settings.model_copy(update={"database_url": f"sqlite:///{settings.var / 'random.db'}"})
    entries = random_entries(chance, seed) if chance else chosen_entries(only, further)
    rounds = [replace(entry) for _ in range(repeat) for entry in entries]
    right = asyncio.run(_run(settings, rounds, seed=seed, at_once=at_once, as_json=as_json, serve=serve))
    if strict and not right:
        raise SurveyError("demo: not every call came out as expected; see the table above")


def chosen_entries(only: str, further: bool) -> list[Entry]:
    demo = load_demo()
    if not only:
        return [entry for entry in demo.entries if further or entry.part is Part.MAIN]
    wanted = [name.strip() for name in only.split(",") if name.strip()]
    known = {entry.name: entry for entry in demo.entries}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise SurveyError(f"--only: no persona {', '.join(unknown)}; known: {', '.join(known)}")
    return [known[name] for name in wanted]


def random_entries(count: int, seed: int) -> list[Entry]:
    from ivr.simulator.random import random_persona

    entries = []
    for number in range(count):
        made = random_persona(seed * 1_000_003 + number)
        player = Player(application=made.application, persona=made.persona, seed=number)
        entries.append(Entry(name=made.kind, player=player, expect=made.expect))
    return entries


async def _run(
    settings: Settings, entries: Sequence[Entry], *, seed: int, at_once: int, as_json: bool, serve: bool
) -> bool:
    from ivr.app import build_app
    from ivr.demo import PhoneOf, cast_of, plan_run, prepare, report, telephone

    plans = [
        plan
        for number, first in enumerate(range(0, len(entries), 9_000))
        for plan in plan_run(
            entries[first : first + 9_000],
            run=f"{secrets.token_hex(3)}{number}",
            seed=seed,
            line=settings.line,
        )
    ]
    live = LiveCalls(console, {plan.attempt: plan.name for plan in plans if plan.entry.expect.called})
    console.print("loading models …", style="dim")
    async with build_app(
        settings, cast=cast_of(plans), observer=live, phone_of=PhoneOf(plans), remember=False
    ) as house:
        with bars() as progress:
            await prepare(house, plans, progress)
        with live:
            results = await telephone(house, plans, at_once=at_once or settings.campaign.calls_at_once)
        console.print(
            results_table(
                [
                    (result.plan.name, result.verdict, _in_words(result.decision), result.as_expected)
                    for result in results
                ]
            )
        )
        if as_json:
            print(json.dumps(report(results), ensure_ascii=False))
        failed = [r.plan.name for r in results if r.verdict and r.verdict.outcome is CallOutcome.LINE_FAILED]
        if failed:
            raise SurveyError(f"demo: the line failed for {', '.join(failed)}; see `shengwen doctor`")
        if serve:
            from ivr.serve import serve_pages

            await serve_pages(house, applications=None, announce=console.print)
    return all(result.as_expected for result in results)


def _in_words(decision: object) -> str:
    from decision_hook.contract import CreditDecision

    if not isinstance(decision, CreditDecision):
        return "–"
    return decision.result.value if decision.limit is None else f"{decision.result.value} {decision.limit:,}"
