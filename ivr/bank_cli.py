"""The commands of `shengwen bank` that need the voice or the database: preview, history, leaks, calibrate."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from config.derivations import completed
from config.document import check, read_document
from config.progress import bars
from config.settings import Settings
from decision_hook.contract import Application, SurveyError
from ivr.terminal import begin
from question_bank.bank import bank_for
from question_bank.cli import DEFAULT, Bankfolder, Folder, Json
from question_bank.cli import app as app
from question_bank.draft import Line, draft
from question_bank.load import load_bank
from question_bank.responses.file import write_responses
from question_bank.responses.history import PastAnswer, lines_of, read_history

PAUSE_S = 1.0  # between two spoken questions


@app.command()
def preview(
    application: Annotated[Path, typer.Option(help="An application, YAML or JSON.")],
    folder: Folder = DEFAULT,
    seed: Annotated[int, typer.Option(help="Another seed, another paper.")] = 0,
    speak: Annotated[
        Path | None, typer.Option(metavar="FILE.wav", help="Speak the paper into a WAV file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print or speak a paper as it would be put to an applicant who gives the expected answers."""
    applicant = completed(check(read_document(application), Application))
    bank = bank_for(load_bank(folder), applicant)
    lines = draft(bank, applicant, seed)
    if not lines:
        raise SurveyError(f"{application}: no question fits these facts; add facts")
    if speak is not None:
        _speak([line.words for line in lines], speak)
    if as_json:
        rows = [_as_row(line) for line in lines]
        seconds = sum(line.question.cost_s for line in lines)
        report = {"bank": bank.version, "seconds": seconds, "questions": rows}
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for line in lines:
        typer.echo(f"{line.question.id:32} {line.words}")


@app.command()
def history(
    out: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Where to write; - for stdout.")],
    simulated: Annotated[
        bool, typer.Option(help="These calls were answered by synthetic applicants.")
    ] = False,
) -> None:
    """Write the answers of all past calls from the database, one JSON object a line, for `bank calibrate`."""
    rows = _exported(begin(), simulated=simulated)
    text = "".join(line + "\n" for line in lines_of(rows))
    if str(out) == "-":
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"{out}: {len(rows)} answers")


@app.command("leaks")
def leaks_command(
    lift: Annotated[
        str | None, typer.Option(metavar="ID", help="This question may be asked again; reword it first.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say which questions the leak alarm has put to rest, and why."""
    from config.database import engine_for, migrate
    from decision_hook.leaked import LeakedQuestions

    engine = engine_for(begin().database_url)
    migrate(engine)
    questions = LeakedQuestions(engine)
    if lift is not None:
        if not questions.lift(lift, datetime.now(UTC)):
            raise SurveyError(f"--lift {lift}: it does not rest; `shengwen bank leaks` lists those that do")
        typer.echo(f"{lift}: may be asked again")
        return
    resting = [row for row in questions.leaked() if row.lifted_at is None]
    if as_json:
        rows = [{"question": row.question, "since": row.since.isoformat(), "why": row.why} for row in resting]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in resting:
        typer.echo(f"{row.since:%Y-%m-%d %H:%M} UTC  {row.why}")
    if not resting:
        typer.echo("no question rests")


@app.command()
def calibrate(
    bank: Bankfolder = DEFAULT,
    past: Annotated[
        Path | None, typer.Option("--history", help="Past answers; from the database if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Which calls are held out.")] = 0,
    as_json: Json = False,
) -> None:
    """Learn from past calls how people answer, and use it if it foretells held-out calls better.

    Fewer than 200 calls, or no certain gain: nothing is written and the tables of the YAML files go on.
    Otherwise `_responses.npz` appears beside them; delete it to go back.
    """
    from question_bank.responses.train import calibrate as learn

    answers = read_history(past) if past is not None else _exported(begin(), simulated=False)
    loaded = load_bank(bank)
    try:
        with bars() as progress:
            found = learn(
                loaded, answers, seed=seed, progress=lambda done, of: progress("learning", done, of)
            )
    except ValueError as exc:
        raise SurveyError(f"history: {exc}; make calls first, or name another file with --history") from exc
    written = str(write_responses(bank, found.model)) if found.better else None
    report = {
        "version": found.model.version,
        "source": found.model.source,
        "calls": found.calls,
        "answers": found.answers,
        "held_out": found.held_out,
        "table": {
            "log_loss": round(found.table.log_loss, 4),
            "calibration_error": round(found.table.calibration_error, 4),
        },
        "learnt": {
            "log_loss": round(found.learnt.log_loss, 4),
            "calibration_error": round(found.learnt.calibration_error, 4),
        },
        "gain": round(found.gain, 4),
        "gain_low": round(found.gain_low, 4),
        "used": found.better,
        "file": written,
    }
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    typer.echo(f"{found.answers} answers of {found.calls} calls, {found.held_out} held out")
    typer.echo(f"log-loss   table {found.table.log_loss:.4f}, learnt {found.learnt.log_loss:.4f}")
    typer.echo(
        f"calibration error   table {found.table.calibration_error:.4f}, "
        f"learnt {found.learnt.calibration_error:.4f}"
    )
    typer.echo(
        f"{written}: version {found.model.version} is used from now on"
        if written
        else "the tables of the YAML files go on: too few calls, or no certain gain"
    )


def _exported(settings: Settings, *, simulated: bool) -> list[PastAnswer]:
    from config.database import engine_for, migrate
    from decision_hook.store import HookStore
    from ivr.history import past_answers

    engine = engine_for(settings.database_url)
    try:
        migrate(engine)
        return past_answers(HookStore(engine).concluded(), simulated=simulated)
    finally:
        engine.dispose()


def _speak(texts: list[str], path: Path) -> None:
    import soundfile

    from dialogue.line import SAMPLE_RATE_HZ
    from ivr.prompts import open_speaking

    async def render() -> list[np.ndarray]:
        with ThreadPoolExecutor(max_workers=1) as executor, bars() as progress:
            synthesizer = open_speaking(settings, executor)
            spoken = []
            for done, text in enumerate(texts, start=1):
                spoken += [await synthesizer.render(text), gap]
                progress("speaking", done, len(texts))
            synthesizer.close()
        return spoken

    settings = begin()
    gap = np.zeros(round(SAMPLE_RATE_HZ * PAUSE_S), dtype=np.int16)
    audio = np.concatenate(asyncio.run(render()))
    try:
        soundfile.write(path, audio, SAMPLE_RATE_HZ, format="WAV")
    except (OSError, soundfile.LibsndfileError) as exc:
        raise SurveyError(f"{path}: cannot be written; check folder and permissions") from exc


def _as_row(line: Line) -> dict[str, object]:
    return {
        "question": line.question.id,
        "text": line.words,
        "personal": line.personal,
        "cost_s": line.question.cost_s,
    }
