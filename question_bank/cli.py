"""`shengwen bank`: check, list, add, retire, compare and count questions. (Speaking is in ivr/bank_cli.)"""

import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer

from config.derivations import completed
from config.document import check, read_document
from config.progress import bars
from config.settings import InterviewSettings
from decision_hook.contract import Application, SurveyError
from question_bank.bank import Bank
from question_bank.compare import compare
from question_bank.editing import Draft, add, retire
from question_bank.load import inspect, load_bank
from question_bank.question import Question
from question_bank.responses.history import read_history
from question_bank.simulate.cli import simulate_command
from question_bank.usage import usage

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The question bank: lint, list, new, preview, diff, stats, retire, calibrate.",
)

Folder = Annotated[Path, typer.Argument(help="Folder of a bank.")]
Bankfolder = Annotated[Path, typer.Option("--bank", help="Folder of a bank.")]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
DEFAULT = InterviewSettings().bank
DEMO_APPLICATIONS = Path("config/demo")

app.command("simulate")(simulate_command)


@app.command("lint")
def lint_command(folder: Folder = DEFAULT, as_json: Json = False) -> None:
    """Show every problem of a bank at once: file, line, what is wrong, what to do."""
    inspection = inspect(folder)
    if as_json:
        rows = [
            {"file": str(p.file), "line": p.line, "where": p.where, "problem": p.problem, "fix": p.fix}
            for p in inspection.problems
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for p in inspection.problems:
            place = f"{p.file}:{p.line}" if p.line else str(p.file)
            typer.echo(f"{place}: {p.where + ': ' if p.where else ''}{p.problem}; {p.fix}")
        if inspection.bank is not None:
            typer.echo(f"{folder}: {len(inspection.bank.questions)} questions, no problems")
    if inspection.bank is None:
        raise typer.Exit(1)


@app.command("list")
def list_command(folder: Folder = DEFAULT, as_json: Json = False) -> None:
    """List the questions: topic, role, kind, facts, seconds, first wording."""
    bank = load_bank(folder)
    if as_json:
        typer.echo(json.dumps([_as_row(q) for q in bank.questions.values()], ensure_ascii=False, indent=2))
        return
    for question in bank.questions.values():
        facts = ", ".join(question.fact_keys[:1]) or "-"
        typer.echo(f"{question.id:32} {question.role:5} {question.kind:8} {facts:24} {question.phrasings[0]}")
    for question_id, gone in bank.retired.items():
        typer.echo(f"{question_id:32} retired since {gone.since}: {gone.why}")


@app.command()
def new(
    question: Annotated[str, typer.Argument(metavar="ID", help="topic.name")],
    ask: Annotated[list[str], typer.Option(help="A wording; give at least three.")],
    fact: Annotated[
        list[str] | None,
        typer.Option(help="A fact it rests on, first the one judged; none: a life question."),
    ] = None,
    requires: Annotated[list[str] | None, typer.Option(help="A fact that must be on file.")] = None,
    option: Annotated[list[str] | None, typer.Option(help="A decoy, for {{ choices }}.")] = None,
    bank: Bankfolder = DEFAULT,
) -> None:
    """Add a question to its topic's file. Nothing is written unless the whole bank passes the linter."""
    draft = Draft(
        id=question,
        phrasings=tuple(ask),
        facts=tuple(fact or ()),
        requires=tuple(requires or ()),
        options=tuple(option or ()),
    )
    path = add(bank, draft)
    typer.echo(f"{path}: {question} added; `shengwen prompts render` renders its words")


@app.command("retire")
def retire_command(
    question: Annotated[str, typer.Argument(metavar="ID")],
    why: Annotated[str, typer.Option(help="For whoever reads the file next year.")],
    bank: Bankfolder = DEFAULT,
) -> None:
    """Ask a question no more. It stays in its file, so that old calls can be read."""
    path = retire(bank, question, since=date.today(), why=why)
    typer.echo(f"{path}: {question} is retired")


@app.command()
def diff(
    folder: Folder = DEFAULT,
    old: Annotated[Path | None, typer.Option(help="Folder of the earlier version.")] = None,
    since: Annotated[str, typer.Option(help="A git revision, if no --old is given.")] = "HEAD",
    application: Annotated[
        list[Path] | None, typer.Option(help="Applicants to draw papers for; the demo's if not given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what an edit does: which questions changed, and to length, errors and exposure of the papers."""
    edited = load_bank(folder)
    with _earlier(folder, old, since) as earlier:
        before = load_bank(earlier)
    changes = compare(before, edited)
    applicants = _applicants(application)
    from question_bank.simulate.look import people_of, summary

    people = people_of(applicants)
    with bars() as tell:
        a = summary(before, people, tell=partial(tell, "before"))
        b = summary(edited, people, tell=partial(tell, "after"))
    if as_json:
        report = {
            "added": changes.added,
            "removed": changes.removed,
            "retired": changes.retired,
            "changed": {changed.id: changed.what for changed in changes.changed},
            "script": changes.script,
            "before": a,
            "after": b,
        }
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for word, ids in (("+", changes.added), ("-", changes.removed), ("retired", changes.retired)):
        for question_id in ids:
            typer.echo(f"{word} {question_id}")
    for changed in changes.changed:
        typer.echo(f"~ {changed.id}: {', '.join(changed.what)}")
    if changes.script:
        typer.echo("~ the script's fixed words")
    if changes.none:
        typer.echo("no question differs")
    for name, value in a.items():
        typer.echo(f"{name:24} {value!s:>12} -> {b[name]!s}")


@app.command()
def stats(
    folder: Folder = DEFAULT,
    history: Annotated[
        Path | None, typer.Option(help="Past answers, as `shengwen bank history` writes them.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Count a bank: topics, facts, seconds, sources; with a history also how its questions fared."""
    bank = load_bank(folder)
    past = read_history(history) if history is not None else []
    fared = usage(bank, past)
    topics = _topics(bank)
    if as_json:
        rows = [
            {
                "question": row.id,
                "answers": row.answers,
                "exposure": round(row.exposure, 4),
                "grades": {grade.value: round(share, 4) for grade, share in row.grades.items()},
                "foretold": {grade.value: round(share, 4) for grade, share in row.foretold.items()},
                "seconds": row.seconds,
                "n": row.n,
                "source": row.source,
            }
            for row in fared
        ]
        learnt = bank.responses.version if bank.responses is not None else None
        typer.echo(
            json.dumps(
                {"bank": bank.version, "responses": learnt, "topics": topics, "questions": rows},
                ensure_ascii=False,
                indent=2,
            )
        )
        return
    typer.echo(f"{'topic':14}{'questions':>10}{'facts':>8}{'life':>6}{'traps':>7}{'seconds':>9}")
    for name, row in topics.items():
        typer.echo(
            f"{name:14}{row['questions']:>10}{row['facts']:>8}{row['life']:>6}{row['traps']:>7}{row['seconds']:>9}"
        )
    for used in (row for row in fared if row.answers):
        seen = ", ".join(f"{grade} {share:.0%}" for grade, share in list(used.grades.items())[:3])
        typer.echo(f"{used.id:32} in {used.exposure:.0%} of calls, {used.answers} answers: {seen}")


@contextmanager
def _earlier(folder: Path, old: Path | None, since: str) -> Iterator[Path]:
    """The folder of the earlier version; of a git revision for as long as it is needed."""
    if old is not None:
        yield old
        return
    try:
        made = subprocess.run(
            ["git", "archive", "--format=tar", since, "--", "."],
            cwd=folder,
            capture_output=True,
            check=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError) as exc:
        raise SurveyError(
            f"{folder}: git knows no {since} of it; name the earlier folder with --old"
        ) from exc
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(fileobj=BytesIO(made.stdout)) as archive:
            archive.extractall(scratch, filter="data")
        yield Path(scratch)


def _applicants(given: list[Path] | None) -> list[Application]:
    paths = given or sorted(DEMO_APPLICATIONS.glob("*/application.yaml"))
    if not paths:
        raise SurveyError(f"{DEMO_APPLICATIONS}: no applications there; name some with --application")
    return [completed(check(read_document(path), Application)) for path in paths]


def _topics(bank: Bank) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(question.topic for question in bank.questions.values()):
        own = [question for question in bank.questions.values() if question.topic == name]
        found[name] = {
            "questions": len(own),
            "facts": len({question.fact_keys[0] for question in own if question.fact_keys}),
            "life": sum(not question.fact_keys for question in own),
            "traps": sum(question.trap for question in own),
            "seconds": round(sum(question.cost_s for question in own) / len(own), 1),
        }
    return found


def _as_row(question: Question) -> dict[str, object]:
    return {
        "id": question.id,
        "topic": question.topic,
        "role": question.role,
        "kind": question.kind,
        "facts": question.fact_keys,
        "requires": question.requires,
        "cost_s": question.cost_s,
        "sensitivity": question.sensitivity,
        "phrasings": question.phrasings,
        "said_phrasings": question.said_phrasings,
        "follow_ups": [rule.ask for rule in question.follow_ups],
        "trap": question.trap,
    }
