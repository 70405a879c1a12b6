"""`shengwen bank`: check, list and preview the question bank."""

import json
import random
from pathlib import Path
from typing import Annotated

import typer

from config.document import check, read_document
from config.settings import InterviewSettings
from decision_hook.contract import Application, Grade, SurveyError
from question_bank.bank import Bank
from question_bank.belief import update
from question_bank.load import inspect, load_bank
from question_bank.paper import Ask, PaperPolicy, PaperState, begin, choose
from question_bank.question import Question
from question_bank.render import is_personal, phrase
from question_bank.simulate.cli import simulate_command

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The question bank: lint, list, preview.")

Folder = Annotated[Path, typer.Argument(help="Folder of a bank.")]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
DEFAULT = InterviewSettings().bank

app.command("simulate")(simulate_command)


@app.command("lint")
def lint_command(folder: Folder = DEFAULT, as_json: Json = False) -> None:
    """Show every problem of a bank at once."""
    inspection = inspect(folder)
    if as_json:
        rows = [
            {"file": str(p.file), "line": p.line, "where": p.where, "problem": p.problem, "fix": p.fix}
            for p in inspection.problems
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for problem in inspection.problems:
            typer.echo(f"{problem} (line {problem.line})" if problem.line else str(problem))
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


@app.command()
def preview(
    application: Annotated[Path, typer.Option(help="An application, YAML or JSON.")],
    folder: Folder = DEFAULT,
    seed: Annotated[int, typer.Option(help="Another seed, another paper.")] = 0,
    as_json: Json = False,
) -> None:
    """Print a paper as it would be put to an applicant who gives the expected answers."""
    bank = load_bank(folder)
    applicant = check(read_document(application), Application)
    lines = [
        {
            "question": question.id,
            "text": phrase(question, index, applicant.facts),
            "personal": is_personal(question, index),
            "cost_s": question.cost_s,
        }
        for question, index in draft(bank, applicant, seed)
    ]
    if not lines:
        raise SurveyError(f"{application}: no question fits these facts; add facts")
    if as_json:
        report = {"bank": bank.version, "seconds": sum(q.cost_s for q, _ in draft(bank, applicant, seed))}
        typer.echo(json.dumps({**report, "questions": lines}, ensure_ascii=False, indent=2))
        return
    for line in lines:
        typer.echo(f"{line['question']:32} {line['text']}")


def draft(bank: Bank, applicant: Application, seed: int) -> list[tuple[Question, int]]:
    """A paper in which every question gets its likeliest answer of a genuine applicant."""
    rng, policy = random.Random(seed), PaperPolicy()
    state = begin(applicant, seed=seed)
    paper: list[tuple[Question, int]] = []
    while isinstance(step := choose(bank, state, policy, rng), Ask):
        question = bank.questions[step.question_id]
        paper.append((question, step.phrasing))
        state = _after(state, question, policy)
    return paper


def _after(state: PaperState, question: Question, policy: PaperPolicy) -> PaperState:
    grade = Grade.MATCH if question.fact_keys else Grade.FREE
    fact = state.facts.get(question.fact_keys[0]) if question.fact_keys else None
    part = question.statistics_for(fact.source if fact else None).evidence(grade)
    return state.answered(
        question.id,
        grade,
        update(state.beliefs, [part], fact_keys=question.fact_keys),
        net_speech_s=state.net_speech_s + 2.0,
        elapsed_s=state.elapsed_s + question.cost_s,
    )


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
    }
