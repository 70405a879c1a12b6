"""The settings of this folder, and the short way to a checked YAML file."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError

from config.document import Document, DocumentError, explained, read_document
from config.document import check as check_document
from config.settings import Settings
from decision_hook.contract import SurveyError

SETTINGS_FILE = Path("config/shengwen.yaml")
M = TypeVar("M", bound=BaseModel)

ConfigError = DocumentError


def read_yaml(path: Path) -> Any:
    """The file's value. Raises ConfigError with file and line."""
    return read_document(path).data


def check(model: type[M], value: Any, path: Path) -> M:
    """A value checked against its model. Raises ConfigError that names every problem."""
    return check_document(Document(path=path, data=value, lines={}), model)


def load_settings(path: Path = SETTINGS_FILE) -> Settings:
    """Settings of this folder, environment included. Raises ConfigError."""
    document = read_document(path)
    value = {} if document.data is None else document.data
    if not isinstance(value, dict):
        raise ConfigError(
            [document.problem((), "must be a mapping of sections", "see `shengwen schema settings`")]
        )
    try:
        return Settings(**value)
    except ValidationError as problem:
        raise explained(document, problem) from problem
    except SettingsError as problem:  # its message names the variable's field and never its value
        raise SurveyError(
            f"environment: SHENGWEN_…: {problem}; write JSON there, or one value each: SHENGWEN_CONSOLE__PORT"
        ) from problem
