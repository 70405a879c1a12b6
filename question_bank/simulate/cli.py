"""`shengwen bank simulate` and `shengwen bench paper`: what a bank, and a way of choosing, are worth."""

import json
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from config.progress import bars, console
from config.settings import InterviewSettings
from decision_hook.contract import SurveyError
from question_bank.load import load_bank
from question_bank.paper import PaperPolicy

DEFAULT = InterviewSettings().bank

Folder = Annotated[Path, typer.Argument(help="Folder of a bank.")]
PeopleFile = Annotated[
    Path | None, typer.Option("--people", help="CSV of people who answer, instead of the drawn ones.")
]
Pictures = Annotated[Path | None, typer.Option(help="Folder for PNG pictures (needs the bench extra).")]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


def simulate_command(
    folder: Folder = DEFAULT,
    per_population: Annotated[int, typer.Option("--n", min=10, max=5_000, help="People of each kind.")] = 120,
    people: PeopleFile = None,
    seed: Annotated[int, typer.Option(help="Other people.")] = 1,
    pictures: Pictures = None,
    as_json: Json = False,
) -> None:
    """Play papers with simulated people: errors, undecided, seconds, exposure of a bank as its files are."""
    from question_bank.simulate.look import look
    from question_bank.simulate.people_file import read_people
    from question_bank.simulate.stream import draw_people

    bank = load_bank(folder)
    called = read_people(people, bank) if people else draw_people(bank, per_population, seed)
    with bars() as tell:
        report, papers = look(bank, called, seed=seed, tell=partial(tell, "papers"))
    if pictures is not None:
        _pictures_module().draw_pictures(pictures, bank, papers, {}, PaperPolicy().max_share)
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    _print(report)


def paper_command(
    folder: Folder = DEFAULT,
    per_population: Annotated[int, typer.Option("--n", min=20, max=5_000, help="People of each kind.")] = 150,
    people: PeopleFile = None,
    seed: Annotated[int, typer.Option(help="Other people.")] = 1,
    pictures: Pictures = None,
    as_json: Json = False,
) -> None:
    """Our papers against fixed, random and textbook-adaptive ones on the same people, and against attackers.

    Takes about ten minutes on one core. Needs the bench extra. All ways of choosing get the same statistics
    (counted from 2,400 simulated, labelled calls of other people), seconds, content and stopping.
    """
    bench = _bench_module()
    bank = load_bank(folder)
    size = bench.Size(per_population=per_population, per_point=max(20, per_population * 2 // 5), seed=seed)
    with bars() as tell:
        report = bench.bench_paper(bank, size, tell, people_file=people, pictures=pictures)
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
        return
    for name in ("ours", *report["peers"], "bound"):
        _print(report.get(name) or report["peers"][name], title=name)
    rest = {key: value for key, value in report.items() if key == "ratios" or key.startswith("attack")}
    console.print_json(json.dumps(rest))


def _bench_module() -> Any:
    try:
        from question_bank.simulate import bench
    except ImportError as exc:
        raise SurveyError(f"bench paper: {exc.name} is missing; pip install 'shengwen[bench]'") from exc
    return bench


def _pictures_module() -> Any:
    try:
        from question_bank.simulate import pictures
    except ImportError as exc:
        raise SurveyError(f"--pictures: {exc.name} is missing; pip install 'shengwen[bench]'") from exc
    return pictures


def _print(report: dict[str, Any], *, title: str = "") -> None:
    table = Table(title=title or None)
    for name in ("people", "error", "95 %", "undecided", "seconds", "p95", "questions"):
        table.add_column(name, justify="left" if name == "people" else "right")
    for name, row in report["by_population"].items():
        low, high = row["ci95"]
        table.add_row(
            name,
            f"{row['error']:.1%}",
            f"{low:.1%} to {high:.1%}",
            f"{row['undecided']:.1%}",
            f"{row['seconds_mean']:.0f}",
            f"{row['seconds_p95']:.0f}",
            f"{row['questions_mean']:.1f}",
        )
    console.print(table)
    console.print(
        f"mean {report['seconds_mean']:.0f} s, {report['questions_mean']:.1f} questions; most asked question "
        f"{report['max_exposure_question']:.0%}, fact {report['max_exposure_fact']:.0%} of the calls; "
        f"two papers share {report['overlap']:.0%}; a choice takes {report['choose_ms_p50']:.2f} ms",
        highlight=False,
    )
