"""`shengwen transcribe`: writes down what recordings say."""

import json
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config.load import load_settings
from decision_hook.contract import SurveyError

app = typer.Typer(add_completion=False)


class EngineName(StrEnum):
    WHISPER = "whisper"
    VOSK = "vosk"
    TRANSFORMERS = "transformers"


@app.command()
def transcribe(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="WAV or FLAC, any sampling rate.")],
    engine: Annotated[
        EngineName | None, typer.Option(help="The recogniser; the settings' own if not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON alone on stdout.")] = False,
) -> None:
    """Write down what recordings say. Unreadable files are reported, the others still transcribed."""
    from dialogue.hearing.engines import build_engine, build_finder
    from dialogue.hearing.recording import read_recording, write_down

    settings = load_settings()
    if engine:
        hearing = settings.hearing.model_copy(
            update={
                "engine": engine.value,
                # A model that the settings name belongs to the engine that they name.
                "model": settings.hearing.model if engine.value == settings.hearing.engine else None,
            }
        )
        settings = settings.model_copy(update={"hearing": hearing})
    listener, finder = build_engine(settings), build_finder(settings)
    rows, failed = [], False
    for file in files:
        before_s = time.process_time()
        try:
            text = write_down(read_recording(file), listener, finder)
        except SurveyError as problem:
            print(f"shengwen: {problem}", file=sys.stderr)
            failed = True
            continue
        core_seconds = round(time.process_time() - before_s, 3)
        rows.append({"audio": str(file), "text": text, "core_seconds": core_seconds})
        if not as_json:
            print(f"{file}: {text}")
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    if failed:
        raise typer.Exit(1)
