"""Reads what people edit. All problems of a file are shown together, each with its place."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from config.settings import Settings
from decision_hook.contract.errors import SurveyError

SETTINGS_FILE = Path("config/shengwen.yaml")
M = TypeVar("M", bound=BaseModel)
MAX_FILE_BYTES = 5_000_000  # the largest bank is far below; a mistaken path is not


class ConfigError(SurveyError):
    """A file that people edit cannot be used, so nothing is started with it."""


def read_yaml(path: Path) -> Any:
    """The file's value. Raises ConfigError with file and line."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ConfigError(f"{path}: larger than {MAX_FILE_BYTES} bytes; is this the right file?")
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; check the path") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(
            f"{path}: cannot be read ({type(problem).__name__}); make it a UTF-8 file"
        ) from problem
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        what = getattr(problem, "problem", None) or "not YAML"
        raise ConfigError(f"{where}: {what}; correct the YAML there") from problem


def explain(path: Path | str, problem: ValidationError) -> str:
    """One line per problem: file, path inside it, what is wrong, and what was there unless secret."""
    lines = []
    for error in problem.errors(include_url=False):
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"]).lstrip(
            "."
        )
        got = error["input"]
        shown = f", got {got!r}" if isinstance(got, str | int | float) and "secret" not in where else ""
        lines.append(f"{path}: {where or 'file'}: {error['msg'][:1].lower()}{error['msg'][1:]}{shown[:80]}")
    return "\n".join(lines)


def check(model: type[M], value: Any, path: Path | str) -> M:
    """A value checked against its model. Raises ConfigError that names every problem."""
    try:
        return model.model_validate(value)
    except ValidationError as problem:
        raise ConfigError(explain(path, problem)) from problem


def load_settings(path: Path = SETTINGS_FILE) -> Settings:
    """Settings of this folder. Raises ConfigError."""
    value = read_yaml(path)
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: must be a mapping of sections; see `shengwen schema settings`")
    try:
        return Settings(**value)
    except ValidationError as problem:
        raise ConfigError(explain(path, problem)) from problem
