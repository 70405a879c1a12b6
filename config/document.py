"""One YAML file as data, with the line of every value. No tags, no aliases, no duplicate keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from decision_hook.contract import SurveyError

MAX_BYTES = 1_000_000  # an edited file is a hundredth of this
Place = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a file: where, what, and what to do."""

    file: Path
    line: int | None  # 1 is the first; None: the file as a whole
    where: str  # questions[2].wait_s; "" for the whole file
    problem: str
    fix: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.where}" if self.where else str(self.file)
        return f"{place}: {self.problem}; {self.fix}"


class DocumentError(SurveyError):
    """One or several files cannot be used. Every problem is listed, one a line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The data of one file. `lines` knows where each value starts."""

    path: Path
    data: object
    lines: dict[Place, int]

    def line_of(self, place: Place) -> int | None:
        """The line of a value, or of the nearest value that holds it."""
        for length in range(len(place), -1, -1):
            if (line := self.lines.get(place[:length])) is not None:
                return line
        return None

    def problem(self, place: Place, problem: str, fix: str) -> Problem:
        return Problem(
            file=self.path, line=self.line_of(place), where=dotted(place), problem=problem, fix=fix
        )


def dotted(place: Iterable[str | int]) -> str:
    """("questions", 2, "wait_s") -> questions[2].wait_s"""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read_document(path: Path) -> Document:
    """Reads one file. Raises DocumentError if it is missing, too large, or not plain YAML."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _refused(path, None, f"larger than {MAX_BYTES // 1000} kB", "split the file")
        text = path.read_text(encoding="utf-8")
    except OSError as exc:
        raise _refused(path, None, exc.strerror or "cannot be read", "check path and permissions") from exc
    except UnicodeDecodeError as exc:
        raise _refused(path, None, "not UTF-8 text", "save the file as UTF-8") from exc
    try:
        _refuse_clever_yaml(path, text)
        lines: dict[Place, int] = {}
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is not None:
            _note_lines(path, root, (), lines)
        return Document(path=path, data=yaml.safe_load(text), lines=lines)
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else None
        raise _refused(path, line, f"not YAML: {exc.problem}", f"look at line {line}") from exc
    except (yaml.YAMLError, RecursionError, ValueError) as exc:
        raise _refused(path, None, "not YAML", "check indentation and unusual characters") from exc


def check(document: Document, model: type[Model]) -> Model:
    """The document as a model. Raises DocumentError with every problem at once."""
    try:
        return model.model_validate(document.data)
    except ValidationError as exc:
        raise explained(document, exc) from exc


def explained(document: Document, problem: ValidationError) -> DocumentError:
    """Every problem of a document in our words, with its place."""
    errors = problem.errors(include_url=False)
    return DocumentError(
        [document.problem(_place(e), *_explain(e)) for e in errors if not _follows(e, errors)]
    )


def _follows(error: ErrorDetails, errors: Sequence[ErrorDetails]) -> bool:
    """A list counts as too short when its entries were refused: say only what is wrong with those."""
    place = error["loc"]
    return error["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in errors
    )


def _refused(path: Path, line: int | None, problem: str, fix: str) -> DocumentError:
    return DocumentError([Problem(file=path, line=line, where="", problem=problem, fix=fix)])


def _refuse_clever_yaml(path: Path, text: str) -> None:
    """Aliases make bombs, tags make objects: neither is needed here."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            raise _refused(path, line, f"alias on line {line}", "write the value out")
        if isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None):
            raise _refused(path, line, f"tag on line {line}", "remove the !tag")


def _note_lines(path: Path, node: yaml.Node, place: Place, lines: dict[Place, int]) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            if inner in lines:
                line = key.start_mark.line + 1
                raise _refused(path, line, f"{dotted(inner)} is given twice", f"remove it on line {line}")
            _note_lines(path, value, inner, lines)
            lines[inner] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _note_lines(path, item, (*place, index), lines)


def _place(error: ErrorDetails) -> Place:
    return tuple(part for part in error["loc"] if part != "[key]")


_SAYINGS: dict[str, tuple[str, str]] = {
    "missing": ("is missing", "add it"),
    "extra_forbidden": ("is not known here", "remove it or correct its spelling"),
    "less_than_equal": ("must be at most {le}, got {input}", "lower it"),
    "less_than": ("must be below {lt}, got {input}", "lower it"),
    "greater_than_equal": ("must be at least {ge}, got {input}", "raise it"),
    "greater_than": ("must be above {gt}, got {input}", "raise it"),
    "too_short": ("needs at least {min_length} entries, got {actual_length}", "add some"),
    "too_long": ("takes at most {max_length} entries, got {actual_length}", "remove some"),
    "string_too_short": ("needs at least {min_length} characters", "write more"),
    "string_too_long": ("takes at most {max_length} characters", "shorten it"),
    "string_pattern_mismatch": ("must match {pattern}, got {input}", "correct it"),
    "enum": ("must be {expected}, got {input}", "choose one of them"),
    "literal_error": ("must be {expected}, got {input}", "choose one of them"),
}


def _explain(error: ErrorDetails) -> tuple[str, str]:
    """What is wrong and what to do, in our words. Long or structured input is not echoed."""
    problem, fix = _SAYINGS.get(error["type"], (error["msg"], "correct it"))
    given = error.get("input")
    shown = str(given) if isinstance(given, str | int | float) and len(str(given)) <= 40 else "something else"
    if error["type"] in _SAYINGS:
        bounds = {k: f"{v:g}" if isinstance(v, float) else v for k, v in error.get("ctx", {}).items()}
        problem = problem.format(**{"input": shown, **bounds})
    return problem.removeprefix("Value error, "), fix
