"""A folder of personas by number: who answers when these numbers are called."""

from pathlib import Path

from config.document import DocumentError, Problem
from decision_hook.contract import SurveyError
from ivr.simulator.cast import number_key
from ivr.simulator.load import load_application, load_persona
from ivr.simulator.persona import Persona


def load_personas(folder: Path) -> dict[str, Persona]:
    """Every `FOLDER/*/persona.yaml`, or if there is none every `FOLDER/*.yaml`, by telephone number.

    The number is the persona's `phone`, else that of an application.yaml beside it. Raises SurveyError with
    the problems of all files: bad ones, those without a number, and two with the same.
    """
    paths = sorted(folder.glob("*/persona.yaml")) or sorted(folder.glob("*.yaml"))
    if not paths:
        what = "holds no personas" if folder.is_dir() else "no such folder"
        raise SurveyError(f"--personas {folder}: {what}; put */persona.yaml or *.yaml there")
    problems: list[Problem] = []
    found: dict[str, Persona] = {}
    taken: dict[str, Path] = {}
    for path in paths:
        try:
            persona = load_persona(path)
            phone = persona.phone or _number_beside(path)
        except DocumentError as bad:
            problems += bad.problems
            continue
        other = taken.setdefault(number_key(phone), path)
        if other is not path:
            problems.append(
                Problem(
                    file=path,
                    line=None,
                    where="phone",
                    problem=f"the same number as in {other}",
                    fix="give each persona its own",
                )
            )
        found[phone] = persona
    if problems:
        raise DocumentError(problems)
    return found


def _number_beside(path: Path) -> str:
    beside = path.with_name("application.yaml")
    if path.name == "persona.yaml" and beside.is_file():
        return load_application(beside).phone
    missing = Problem(
        file=path,
        line=None,
        where="phone",
        problem="is missing",
        fix="add the number that this persona answers",
    )
    raise DocumentError([missing])
