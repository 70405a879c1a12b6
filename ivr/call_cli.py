"""`shengwen call`: one synthetic applicant, one verdict."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from config.progress import bars, console
from config.settings import Settings
from decision_hook.contract import Application, CallVerdict
from ivr.line_options import Line, on_line
from ivr.live import LiveCalls, results_table
from ivr.simulator.cast import Cast, Player
from ivr.simulator.load import load_application, load_persona
from ivr.simulator.persona import Persona
from ivr.terminal import begin
from voiceprint.said import in_words

app = typer.Typer()


@app.command()
def call(
    application: Annotated[
        Path, typer.Option(help="What the bank holds, YAML; format: `shengwen schema application`.")
    ],
    persona: Annotated[Path, typer.Option(help="Who answers, YAML; format: docs/personas.md.")],
    line: Line = "",
    seed: Annotated[int, typer.Option(help="Another seed, other questions and another luck.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="The verdict as JSON, alone on stdout.")] = False,
) -> None:
    """Call one synthetic applicant and print the verdict.

    Try it: `shengwen call --application config/demo/genuine/application.yaml --persona
    config/demo/genuine/persona.yaml`, then change a line of the persona.

    The call takes some minutes, as it would. It is stored under an id of its own, so the same files can be
    tried again and again; `shengwen serve` shows all of them.
    """
    settings = on_line(begin(), line)
    # Under an id of its own, so that the same file can be tried again and again.
    filed = load_application(application)
    tried = filed.model_copy(update={"id": f"{filed.id[:50]}-{uuid4().hex[:8]}"})
    verdict = asyncio.run(_call(settings, tried, load_persona(persona), seed))
    if as_json:
        print(verdict.model_dump_json())
    else:
        _show(verdict)


async def _call(settings: Settings, application: Application, persona: Persona, seed: int) -> CallVerdict:
    from ivr.app import build_app
    from ivr.call import CallOrder, conduct, in_thread

    player = Player(application=application, persona=persona, seed=seed)
    attempt = uuid4()
    live = LiveCalls(console, {attempt: persona.name})
    async with build_app(
        settings, cast=Cast([player]), observer=live, phone_of=lambda _: player.phone, remember=False
    ) as house:
        with bars() as progress:
            await asyncio.to_thread(
                house.studio.prepare,
                [player.applicant()],
                lambda done, of: progress("the applicant's voice", done, of),
            )
        await in_thread(house.disk, house.store.save_application, application, datetime.now(UTC))
        order = CallOrder(
            attempt=attempt,
            application=application.model_copy(update={"phone": player.phone}),
            seed=seed,
        )
        with live:
            return await conduct(order, house.desk)


def _show(verdict: CallVerdict) -> None:
    for answer in verdict.answers:
        latency = "" if answer.latency_ms is None else f" ({answer.latency_ms / 1_000:.1f} s)"
        console.print(f"[dim]{answer.asked}[/dim]")
        console.print(
            f"    {answer.text or '–'}{latency}  [bold]{answer.grade.value}[/bold] {answer.llr:+.2f}"
        )
    for line in in_words(verdict.voice):
        console.print(line)
    decision = verdict.decision
    words = "–" if decision is None else f"{decision.result.value} {decision.limit or ''}"
    console.print(results_table([("applicant", verdict, words, None)]))
