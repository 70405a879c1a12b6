"""`shengwen hearing`: how well answers are heard, and the training of what tells intents apart."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from config.progress import bars, console
from config.settings import Settings
from decision_hook.contract import SurveyError
from ivr.terminal import begin

PATIENCE_S = 60.0  # for one reading; a call waits less

app = typer.Typer(help="Measure how answers are heard; train the classifier of intents.")


@app.command("eval")
def evaluate(
    manifest: Annotated[Path, typer.Argument(help="One JSON line per recording; see docs/hearing.md.")],
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON, alone on stdout.")] = False,
    curve: Annotated[
        Path | None, typer.Option(help="Draw wrong decisions against asking again into this PNG.")
    ] = None,
) -> None:
    """Hear recorded answers as a call does, and say how often and how far that is off.

    Takes about a second and a half per short answer. Recordings that cannot be read count as silence and are
    reported; a line of the manifest that cannot be used is reported too, and the exit code is then 1.
    """
    settings = begin()
    made, bad = asyncio.run(_evaluate(settings, manifest, curve))
    if as_json:
        print(json.dumps(made, ensure_ascii=False))
    else:
        from rich.console import Console

        from ivr.hearing.table import tables

        Console().print(tables(made))
    if bad:
        raise typer.Exit(1)


@app.command()
def train(
    out: Annotated[Path | None, typer.Option(help="Where to write it; var/intent if not given.")] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Another seed, other sentences and another start.")
    ] = 20_261,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON, alone on stdout.")] = False,
) -> None:
    """Train what tells intents apart (do not know, refuse, repeat …), about three minutes of one core.

    Sentences come from config/intent_grammar.yaml and the tables; half are misheard, as the recogniser does.
    The report is of wordings left out of the training. To use it: `answer.intent_model` in the settings.
    """
    from dialogue.answer.intent.training.sentences import GRAMMAR_FILE, Source, phrases, read_grammar
    from dialogue.answer.intent.training.train import Plan
    from dialogue.answer.intent.training.train import train as train_now
    from dialogue.answer.tables import read_tables

    settings = begin()
    tables = read_tables(settings.answer.tables)
    source = Source(grammar=read_grammar(GRAMMAR_FILE), known=phrases(tables))
    folder = out or settings.var / "intent"
    with bars() as progress:
        made = train_now(
            source, tables, Plan(seed=seed), folder, lambda done, of: progress("batches", done, of)
        )
    if as_json:
        print(json.dumps(made, ensure_ascii=False))
        return
    for name in ("clean", "misheard"):
        part = made[name]
        assert isinstance(part, dict)
        print(
            f"{name}: {part['accuracy_rules_then_model']:.1%} of {part['n']} held-out sentences right "
            f"(model alone {part['accuracy_model']:.1%}), "
            f"{part['answers_taken_for_something_else']:.1%} of the answers taken for something else"
        )
    print(f"{folder}: written; to use it, set answer.intent_model to it in config/shengwen.yaml")


async def _evaluate(settings: Settings, manifest: Path, curve: Path | None) -> tuple[dict[str, object], int]:
    from dialogue.answer.tables import read_tables
    from ivr.hearing.evaluate import Bench, evaluate
    from ivr.hearing.manifest import BadLine, read_manifest
    from ivr.hearing.report import report
    from ivr.hearing_desk import open_hearing

    lines = list(read_manifest(manifest))
    bad = sum(isinstance(line, BadLine) for line in lines)
    if not lines:
        raise SurveyError(f"{manifest}: holds no lines; write one JSON object per recording")
    # What is measured is the ear, not how busy this machine is.
    patient = settings.hearing.model_copy(update={"deadline_s": PATIENCE_S})
    async with AsyncExitStack() as stack:
        desk = await open_hearing(settings.model_copy(update={"hearing": patient}), stack)
        bench = Bench(
            judge=desk.judge,
            recognizer=desk.recognizer,
            stream=desk.activity,
            tables=read_tables(settings.answer.tables),
            today=date.today(),
        )
        with bars() as progress:
            found = await evaluate(
                lines, bench, progress=lambda done, of: progress("recordings", done, of), tell=_tell
            )
    made = report(found)
    if curve is not None:
        from ivr.hearing.curve import draw

        draw(found, made, curve)
    return made, bad


def _tell(line: str) -> None:
    console.print(f"shengwen: {line}", style="dim", highlight=False, soft_wrap=True, markup=False)
