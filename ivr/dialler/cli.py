"""`shengwen asterisk`: the local Asterisk pair, for tests and `--line asterisk`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from config.load import load_settings
from config.settings import Settings
from ivr.dialler.pair.configure import configure
from ivr.dialler.pair.install import install as install_pair
from ivr.dialler.pair.layout import LOOPBACK, Instance, PairLayout, PairPorts
from ivr.dialler.pair.lifecycle import PairStatus, pair_status, start_pair, stop_pair
from ivr.dialler.pair.program import need_asterisk

app = typer.Typer(no_args_is_help=True, help="Install, start and stop the local Asterisk pair.")

Json = Annotated[bool, typer.Option("--json", help="Report as JSON on stdout.")]
Announcement = Annotated[
    Path | None,
    typer.Option(help="What the carrier's announcement numbers play: WAV, 16 bit, 8 kHz, one channel."),
]


@app.command()
def install(
    mirror: Annotated[
        str | None, typer.Option(help="A Debian archive, if this machine's apt sources have none.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Unpack Asterisk and sipp below var/asterisk, unless this machine has recent ones. No root needed."""
    layout, _, _ = _pair()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("asterisk", total=1.0)
        unpacked = install_pair(
            layout,
            mirror=mirror,
            progress=lambda what, done: bar.update(task, description=what, completed=done),
        )
    program = need_asterisk(layout.root)
    version = ".".join(str(part) for part in program.version)
    _report(
        {"version": version, "program": program.argv[-1], "unpacked": unpacked},
        f"Asterisk {version}: {program.argv[-1]}",
        as_json,
    )


@app.command()
def start(announcement: Announcement = None, as_json: Json = False) -> None:
    """Start both on loopback; returns when both answer. The demo starts them itself, with an announcement."""
    layout, ports, settings = _pair()
    seconds = start_pair(layout, ports, settings.asterisk, announcement=announcement)
    status = pair_status(layout)
    _report(
        _described(status) | {"seconds": round(seconds, 2)},
        f"Asterisk pair up in {seconds:.1f} s: AMI {LOOPBACK}:{ports.ami}, "
        f"SIP {ports.sip} -> {ports.carrier_sip}",
        as_json,
    )


@app.command()
def stop(as_json: Json = False) -> None:
    """End the processes that `start` started, and no others."""
    layout, _, _ = _pair()
    ended = stop_pair(layout)
    _report({"stopped": ended}, f"stopped: {', '.join(ended) or 'nothing ran'}", as_json)


@app.command()
def status(as_json: Json = False) -> None:
    """Tell what is installed and what runs. Exit code 1 unless both run."""
    layout, _, _ = _pair()
    now = pair_status(layout)
    lines = [f"installed: {now.version or 'no; run `scripts/asterisk install`'}"]
    lines += [
        f"{instance}: {f'process {process.pid}' if process else 'down'}"
        for instance, process in ((Instance.OURS, now.ours), (Instance.CARRIER, now.carrier))
    ]
    _report(_described(now), "\n".join(lines), as_json)
    if not now.up:
        raise typer.Exit(1)


@app.command()
def config(announcement: Announcement = None, as_json: Json = False) -> None:
    """Write both configurations without starting anything, to read or to copy from."""
    layout, ports, settings = _pair()
    configure(layout, ports, settings.asterisk, need_asterisk(layout.root), announcement=announcement)
    folders = {str(instance): str(layout.home(instance) / "etc") for instance in Instance}
    _report(folders, "\n".join(folders.values()), as_json)


def _pair() -> tuple[PairLayout, PairPorts, Settings]:
    settings = load_settings()
    return PairLayout.below(settings.var), PairPorts.of(settings.asterisk), settings


def _described(status: PairStatus) -> dict[str, object]:
    return {
        "version": status.version,
        "ours": status.ours.pid if status.ours else None,
        "carrier": status.carrier.pid if status.carrier else None,
    }


def _report(value: Mapping[str, object], text: str, as_json: bool) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False) if as_json else text)
