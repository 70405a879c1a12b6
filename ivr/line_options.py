"""What several commands say about the line: which one, who answers on it, and at what hours."""

from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from config.settings import Settings
from decision_hook.contract import SurveyError
from ivr.simulator.answering import load_personas
from ivr.simulator.persona import Persona

LINES = get_args(Literal["embedded", "asterisk"])

Line = Annotated[
    str,
    typer.Option(
        help="embedded: synthetic applicants inside this process, no telephone rings. "
        "asterisk: over the Asterisk of the settings. Not given: as set.",
        show_default=False,
    ),
]
Personas = Annotated[
    Path | None,
    typer.Option(
        help="Folder of synthetic applicants, `*/persona.yaml` or `*.yaml` (docs/personas.md), who answer at "
        "their `phone`. Nobody has the other numbers.",
        show_default=False,
    ),
]
AnyTime = Annotated[
    bool,
    typer.Option(
        "--any-time",
        help="Call outside the call window too. Embedded line only: there no telephone can ring.",
    ),
]


def on_line(settings: Settings, line: str) -> Settings:
    """The settings with the line of the command; "" leaves it. Raises SurveyError."""
    if not line:
        return settings
    if line not in LINES:
        raise SurveyError(f"--line: must be {' or '.join(LINES)}, got {line[:40]!r}; choose one of them")
    return settings.model_copy(update={"line": line})


def at_any_time(settings: Settings, any_time: bool) -> Settings:
    """The settings with the window lifted. Raises SurveyError where a real telephone could ring."""
    if not any_time:
        return settings
    if settings.line != "embedded":
        raise SurveyError("--any-time: real people may answer on this line; use --line embedded or wait")
    campaign = settings.campaign.model_copy(update={"window_start": "00:00", "window_end": "00:00"})
    return settings.model_copy(update={"campaign": campaign})


def answering(folder: Path | None) -> dict[str, Persona]:
    """Who answers, by number. Raises SurveyError with every problem of the folder."""
    return {} if folder is None else load_personas(folder)
