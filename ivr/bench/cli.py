"""`shengwen bench`: what callers wait for, and how many of them one machine serves."""

import asyncio
import json
from typing import Annotated

import typer

from config.progress import bars, console
from config.settings import Settings
from decision_hook.contract import SurveyError
from ivr.terminal import begin
from question_bank.simulate.cli import paper_command

app = typer.Typer(help="Measure turns, calls under load, and papers. Callers live in a process of their own.")
app.command("paper")(paper_command)

Json = Annotated[bool, typer.Option("--json", help="The report as JSON on stdout.")]


@app.command()
def turn(
    answers: Annotated[
        int, typer.Option(min=4, max=10_000, help="So many answers, a quarter each kind.")
    ] = 160,
    as_json: Json = False,
) -> None:
    """How long a caller waits: one call at a time, about 30 minutes for 160 answers.

    A turn runs from the last audible sample of the caller's clean speech to the first audible sample of the
    next question at the caller's ear. Acknowledgements ("好的") are reported apart. A caller is cut off if
    anything of ours begins before that last sample. A quarter of the answers each: yes or no, fact, digits,
    hesitant (silences inside, median 0.5 s, 95th percentile 1.2 s). The first run renders the callers' words,
    a few minutes.
    """
    settings = begin()
    _print(asyncio.run(_turn(settings, answers)), as_json=as_json)


@app.command()
def calls(
    lines: Annotated[int, typer.Option("--n", min=1, max=200, help="Calls at once.")] = 8,
    minutes: Annotated[float, typer.Option(min=0.5, max=240, help="Measured for so long.")] = 5.0,
    as_json: Json = False,
) -> None:
    """N calls at once in real time: turns, our CPU, the 20 ms clock. Takes the minutes and about four more.

    Whoever hangs up is followed by the next caller. cpu_cores is our process alone, without the callers'.
    A call should bring at least 0.11 answers a second (answers_per_s_per_call).
    """
    settings = begin()
    _print(asyncio.run(_calls(settings, lines, minutes)), as_json=as_json)


@app.command()
def search(
    sizes: Annotated[
        str, typer.Option(help="Voices on the list, separated by commas.")
    ] = "10000,100000,1000000",
    probes: Annotated[
        int, typer.Option(min=100, max=100_000, help="Searches at each size, half of them of strangers.")
    ] = 1_000,
    graph_up_to: Annotated[
        int, typer.Option(min=0, help="Voices up to which hnswlib builds its graph: an hour for a million.")
    ] = 100_000,
    as_json: Json = False,
) -> None:
    """How fast and how exactly a watch list of any length is searched, beside other indexes.

    Lists are drawn from the measured spread of voices; 2.5 GB of memory for a million with everybody, 12 GB
    for ten million, which are ours alone. hnswlib and Milvus Lite (up to 100,000 voices) take part if they
    are installed (pip install 'shengwen[bench]').
    """
    from voiceprint.backend import Backend
    from voiceprint.bench.population import draw
    from voiceprint.bench.run import run
    from voiceprint.tables import VOICEPRINT_TABLE, VoiceprintTable

    settings = begin()
    table = VoiceprintTable.load(settings.voiceprint.table or VOICEPRINT_TABLE)
    try:
        wanted = [int(size) for size in sizes.split(",")]
    except ValueError as exc:
        raise SurveyError(f"--sizes {sizes}: not whole numbers; write e.g. 10000,100000") from exc
    if min(wanted) < probes:
        raise SurveyError(f"--sizes {sizes}: a list needs at least {probes} voices; make --probes smaller")
    report = run(
        Backend(table),
        wanted,
        lambda size: draw(table, voices=size, probes=probes, seed=size),
        _tell,
        graph_up_to,
    )
    _print(dict(report), as_json=as_json)


async def _turn(settings: Settings, wanted: int) -> dict[str, object]:
    from ivr.bench.figures import machine
    from ivr.bench.report import turn_report
    from ivr.bench.run import open_bench, turns

    state = machine()
    with bars() as progress:
        async with open_bench(settings, progress=progress) as bench:
            counted, surplus = await turns(bench, wanted=wanted, tell=_tell)
    return {**turn_report(counted, surplus), "machine": state}


async def _calls(settings: Settings, lines: int, minutes: float) -> dict[str, object]:
    from ivr.bench.figures import machine
    from ivr.bench.report import load_report
    from ivr.bench.run import load, open_bench

    state = machine()
    with bars() as progress:
        async with open_bench(settings, progress=progress) as bench:
            heard, measured = await load(bench, lines=lines, minutes=minutes, tell=_tell)
    return {**load_report(heard, measured), "machine": state}


def _tell(line: str) -> None:
    console.print(line, style="dim", highlight=False, soft_wrap=True)


def _print(report: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        console.print_json(json.dumps(report, ensure_ascii=False))
