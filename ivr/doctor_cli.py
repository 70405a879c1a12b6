"""`shengwen doctor`: is everything here, and what is to be installed?"""

import json
from typing import Annotated

import typer
from rich.table import Table

from config.progress import console
from ivr.doctor import Finding, Health, examine
from ivr.terminal import begin

app = typer.Typer()

MARKS = {Health.OK: "[green]ok", Health.WARN: "[yellow]warn", Health.MISSING: "[red]missing"}


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="The findings as JSON, alone on stdout.")] = False,
) -> None:
    """Check models, Asterisk, database, disk, ports and every file that people edit.

    Says of each what to install or correct, and how many of 100 listed voices would be found. Exit code 1
    if no call can be made. Places none, and downloads nothing.
    """
    settings = begin()
    found: list[Finding] = []
    with console.status("looking …"):
        found.extend(examine(settings))
    missing = [finding for finding in found if finding.health is Health.MISSING]
    if as_json:
        rows = [
            {"check": one.check, "health": one.health.value, "says": one.says, "fix": one.fix}
            for one in found
        ]
        print(json.dumps({"healthy": not missing, "findings": rows}, ensure_ascii=False))
    else:
        console.print(_table(found))
    if missing:
        raise typer.Exit(1)


def _table(found: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("", "check", "found", "to do"):
        table.add_column(title, overflow="fold")
    for one in found:
        table.add_row(MARKS[one.health], one.check, _plain(one.says), _plain(one.fix))
    return table


def _plain(text: str) -> str:
    """Square brackets are ours to show, not Rich's to read."""
    return text.replace("[", r"\[")
