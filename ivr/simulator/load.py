"""Reads application, persona and demo files. All problems of all files are shown together."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import yaml

from config.document import DocumentError, Problem, check, read_document
from decision_hook.contract import Application
from ivr.simulator.cast import Player
from ivr.simulator.demo import Demo, DemoFile, Entry
from ivr.simulator.persona import Persona

DEMO_FILE = Path("config/demo/demo.yaml")
T = TypeVar("T", Application, Persona, DemoFile)


def load_application(path: Path) -> Application:
    """Raises DocumentError with every problem of the file."""
    return _load(path, Application)


def load_persona(path: Path) -> Persona:
    """Raises DocumentError with every problem of the file."""
    return _load(path, Persona)


def load_demo(path: Path = DEMO_FILE) -> Demo:
    """The demo's players in their order. Raises DocumentError with the problems of all its files."""
    file = _load(path, DemoFile)
    problems: list[Problem] = []
    entries: list[Entry] = []
    for index, wanted in enumerate(file.cast):
        folder = path.parent / wanted.name
        application = _noting(problems, folder / "application.yaml", load_application)
        persona = _noting(problems, folder / "persona.yaml", load_persona)
        if application is not None and persona is not None:
            player = Player(application=application, persona=persona, seed=file.seed + index)
            entries.append(Entry(name=wanted.name, player=player, expect=wanted.expect, part=wanted.part))
    if problems:
        raise DocumentError(problems)
    return Demo(seed=file.seed, entries=tuple(entries))


def _noting(problems: list[Problem], path: Path, load: Callable[[Path], T]) -> T | None:
    try:
        return load(path)
    except DocumentError as found:
        problems += found.problems
        return None


def _load(path: Path, model: type[T]) -> T:
    """Scalars reach the model as they are written, so that 0571, 2016, yes and 1990-05-17 need no quotes."""
    document = read_document(path)
    with path.open(encoding="utf-8") as file:
        as_written = yaml.load(file, Loader=yaml.BaseLoader)  # makes strings, lists and mappings only
    return check(replace(document, data=as_written if as_written is not None else {}), model)
