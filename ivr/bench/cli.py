"""`shengwen bench`: what callers wait for, and how many of them one machine serves."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from config.progress import bars, console
from config.settings import Settings
from decision_hook.contract import SurveyError
from ivr.terminal import begin
from question_bank.simulate.cli import paper_command

app = typer.Typer(help="Measure turns, calls under load, and papers. Callers live in a process of their own.")
app.command("paper")(paper_command)

Json = Annotated[bool, typer.Option("--json", help="The report as JSON on stdout.")]
Peers = Annotated[
    bool,
    typer.Option("--peers", help="Beside us: Pipecat with the same callers. First: shengwen bench peers."),
]
Picture = Annotated[
    Path | None,
    typer.Option("--picture", help="PNG: waits against cut-offs at other silences.", dir_okay=False),
]


@app.command()
def turn(
    answers: Annotated[
        int, typer.Option(min=4, max=10_000, help="So many answers, a quarter each kind.")
    ] = 160,
    peers: Peers = False,
    picture: Picture = None,
    as_json: Json = False,
) -> None:
    """How long a caller waits: one call at a time, about 30 minutes for 160 answers.

    A turn runs from the last audible sample of the caller's clean speech to the first audible sample of the
    next question at the caller's ear. Acknowledgements ("好的") are reported apart. A caller is cut off if
    anything of ours begins before that last sample. A quarter of the answers each: yes or no, fact, digits,
    hesitant (silences inside, median 0.5 s, 95th percentile 1.2 s). The first run renders the callers' words,
    a few minutes. --peers takes as long again: after each call the same questions are put to the same caller
    by Pipecat. "curve" says what the same answers would have been like at other silences.
    """
    settings = begin()
    _show(asyncio.run(_turn(settings, answers, peers=peers)), picture, as_json=as_json)


@app.command()
def calls(
    lines: Annotated[int, typer.Option("--n", min=1, max=200, help="Calls at once.")] = 8,
    minutes: Annotated[float, typer.Option(min=0.5, max=240, help="Measured for so long.")] = 5.0,
    peers: Peers = False,
    picture: Picture = None,
    as_json: Json = False,
) -> None:
    """N calls at once in real time: turns, our CPU, the 20 ms clock. Takes the minutes and about four more.

    Whoever hangs up is followed by the next caller. cpu_cores is our process alone, without the callers'.
    A call should bring at least 0.11 answers a second (answers_per_s_per_call). --peers takes as long again:
    afterwards Pipecat, with our process idle, holds the same calls on as many lines.
    """
    settings = begin()
    _show(asyncio.run(_calls(settings, lines, minutes, peers=peers)), picture, as_json=as_json)


@app.command()
def peers() -> None:
    """Install what --peers measures against: Pipecat, 40 MB below `var`, seen by its own process only."""
    from ivr.bench.peers.packages import install

    console.print(str(install(begin().var)), highlight=False, soft_wrap=True)


@app.command()
def media(
    lines: Annotated[int, typer.Option("--n", min=1, max=500, help="Calls at once.")] = 400,
    seconds: Annotated[float, typer.Option(min=2, max=3_600, help="Measured for so long.")] = 30.0,
    search: Annotated[
        bool,
        typer.Option("--search/--no-search", help="If N do not hold, find the largest number that does."),
    ] = True,
    as_json: Json = False,
) -> None:
    """N AudioSocket calls with voice activity: how punctual our sound reaches the callers, and what it costs.

    Every call speaks and listens without end; every frame heard goes through the voice-activity model. A
    frame is late against its own call's even pace of 20 ms, as it arrives at the callers, who begin their own
    frames at different moments and live in a process of their own. N hold with a p99 of at most 5 ms and no
    frame lost either way. If they do not, a search follows (about two minutes), unless --no-search.
    """
    settings = begin()
    _print(asyncio.run(_media(settings, lines, seconds, search)), as_json=as_json)


@app.command()
def search(
    sizes: Annotated[
        str, typer.Option(help="Voices on the list, separated by commas.")
    ] = "10000,100000,1000000",
    probes: Annotated[
        int, typer.Option(min=100, max=100_000, help="Searches at each size, half of them of strangers.")
    ] = 1_000,
    peers_up_to: Annotated[
        int,
        typer.Option(
            min=0, help="Voices up to which hnswlib and Milvus Lite take part: ten minutes a million."
        ),
    ] = 1_000_000,
    as_json: Json = False,
) -> None:
    """How fast and how exactly a watch list of any length is searched, beside other indexes.

    Lists are drawn from the measured spread of voices; 2.5 GB of memory for a million with everybody, 12 GB
    for ten million, which are ours alone. hnswlib and Milvus Lite take part if they are installed
    (pip install 'shengwen[bench]').
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
        peers_up_to,
    )
    _print(dict(report), as_json=as_json)


async def _turn(settings: Settings, wanted: int, *, peers: bool) -> dict[str, Any]:
    from ivr.bench.figures import machine
    from ivr.bench.house import open_bench
    from ivr.bench.report import turn_report
    from ivr.bench.run import our_curve, turns

    _require_peers(settings, peers)
    state = machine()
    with bars() as progress:
        async with AsyncExitStack() as stack:
            bench = await stack.enter_async_context(open_bench(settings, progress=progress))
            follower = None
            if peers:
                from ivr.bench.peers.host import open_peer
                from ivr.bench.peers.run import Follower

                peer = await stack.enter_async_context(open_peer(bench.far_end, settings))
                follower = Follower(peer, wanted=wanted, tell=_tell)
            made = await turns(
                bench, wanted=wanted, tell=_tell, after=None if follower is None else follower.after
            )
    report = {**turn_report(made.counted, made.surplus), "cpu_cores": made.cpu_cores}
    return {
        **report,
        "curve": our_curve(made.calls, made.counted),
        "machine": state,
        **({} if follower is None else {"peers": {"pipecat": follower.run.report()}}),
    }


async def _calls(settings: Settings, lines: int, minutes: float, *, peers: bool) -> dict[str, Any]:
    from ivr.bench.figures import machine
    from ivr.bench.house import open_bench
    from ivr.bench.report import load_report
    from ivr.bench.run import load, our_curve

    _require_peers(settings, peers)
    state = machine()
    theirs: dict[str, object] = {}
    with bars() as progress:
        async with open_bench(settings, progress=progress) as bench:
            made = await load(bench, lines=lines, minutes=minutes, tell=_tell)
            if peers:
                from ivr.bench.peers.host import open_peer
                from ivr.bench.peers.run import load as peer_load

                async with open_peer(bench.far_end, settings) as peer:
                    run = await peer_load(peer, made.calls, lines=lines, minutes=minutes, tell=_tell)
                theirs = {"peers": {"pipecat": run.report()}}
    return {
        **load_report(made.heard, made.measured),
        "curve": our_curve(made.calls, made.heard),
        "machine": state,
        **theirs,
    }


def _require_peers(settings: Settings, peers: bool) -> None:
    """Before minutes are spent on our own calls."""
    if peers:
        from ivr.bench.peers.packages import require

        require(settings.var)


def _show(report: dict[str, Any], picture: Path | None, *, as_json: bool) -> None:
    if picture is not None:
        from ivr.bench.picture import draw

        theirs = {name: peer["curve"] for name, peer in report.get("peers", {}).items()}
        draw({"Shengwen": report["curve"], **theirs}, picture)
    _print(report, as_json=as_json)


async def _media(settings: Settings, lines: int, seconds: float, search: bool) -> dict[str, object]:
    from ivr.bench.figures import machine
    from ivr.bench.media import largest, one_line, open_media_bench

    state = machine()
    async with open_media_bench(settings) as bench:
        asked = await bench.trial(lines, seconds)
        _tell(one_line(asked))
        report = asked.report()
        if search and not asked.holds:
            found = await largest(bench, below=lines, seconds=seconds, tell=_tell)
            report["largest"] = None if found is None else found.report()
    return {**report, "machine": state}


def _tell(line: str) -> None:
    console.print(line, style="dim", highlight=False, soft_wrap=True)


def _print(report: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        console.print_json(json.dumps(report, ensure_ascii=False))
