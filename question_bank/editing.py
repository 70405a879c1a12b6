"""Edits of a bank's files that an editor asks for: a new question, a retired one. Comments stay as they are.

Every edit is tried on a copy of the folder first; the files change only if the whole bank passes the linter.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from config.document import DocumentError, Problem
from decision_hook.contract import SurveyError
from question_bank.load import inspect

LETTERS_PER_S = 4.5  # of Mandarin at the usual speed
ANSWER_S = {True: 8.0, False: 3.0}  # a usual answer: to a life question, to another


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A question as an editor dictates it."""

    id: str
    phrasings: tuple[str, ...]
    facts: tuple[str, ...] = ()  # (): a life question
    requires: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """As it stands in a topic file."""
        longest = max((len(text) for text in self.phrasings), default=0)
        cost_s = round(longest / LETTERS_PER_S + ANSWER_S[not self.facts])
        rows = [f"  - id: {self.id}"]
        rows += [f"    facts: {_flow(self.facts)}"] if self.facts else ["    role: life"]
        rows += [f"    requires: {_flow(self.requires)}"] if self.requires else []
        rows += ["    phrasings:", *(f"      - {_scalar(text)}" for text in self.phrasings)]
        rows += [f"    options: {_flow(self.options)}"] if self.options else []
        return [*rows, f"    cost_s: {max(1, cost_s)}"]


def add(folder: Path, draft: Draft) -> Path:
    """Appends a question to its topic's file, made if need be. Raises DocumentError with every problem."""
    topic = draft.id.partition(".")[0]
    if not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+", draft.id):
        raise SurveyError(f"{draft.id}: no question id; write topic.name in small letters, digits and _")
    path = folder / f"{topic}.yaml"
    text = path.read_text(encoding="utf-8") if path.exists() else f"topic: {topic}\nquestions:\n"
    _write_if_good(folder, path, text.rstrip("\n") + "\n" + "\n".join(draft.lines()) + "\n")
    return path


def retire(folder: Path, question_id: str, *, since: date, why: str) -> Path:
    """Marks a question as retired where it stands. Raises SurveyError if there is none, or it is already."""
    for path in sorted(folder.glob("[!_]*.yaml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        start = next((i for i, line in enumerate(lines) if _is_start(line, question_id)), None)
        if start is None:
            continue
        end = next((i for i in range(start + 1, len(lines)) if re.match(r"\s*- id:", lines[i])), len(lines))
        while end > start + 1 and not lines[end - 1].strip():
            end -= 1
        if any(re.match(r"\s+retired:", line) for line in lines[start:end]):
            raise SurveyError(f"{path}: {question_id} is retired already")
        indent = " " * (len(lines[start]) - len(lines[start].lstrip()) + 2)
        lines.insert(end, f"{indent}retired: {{since: {since.isoformat()}, why: {_scalar(why)}}}")
        _write_if_good(folder, path, "\n".join(lines) + "\n")
        return path
    raise SurveyError(f"{folder}: no question {question_id}; `shengwen bank list` shows them all")


def _is_start(line: str, question_id: str) -> bool:
    return re.fullmatch(rf"\s*- id:\s*['\"]?{re.escape(question_id)}['\"]?\s*(#.*)?", line) is not None


def _write_if_good(folder: Path, path: Path, text: str) -> None:
    if not folder.is_dir():
        raise SurveyError(f"{folder}: no such folder; point at a bank's folder")
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "bank"
        shutil.copytree(folder, copy)
        (copy / path.name).write_text(text, encoding="utf-8")
        problems = inspect(copy).problems
    if problems:
        raise DocumentError([_moved(problem, folder) for problem in problems])
    handle, aside = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        if path.exists():
            shutil.copymode(path, aside)
        else:
            os.chmod(aside, 0o644)
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def _moved(problem: Problem, folder: Path) -> Problem:
    return Problem(
        file=folder / problem.file.name,
        line=problem.line,
        where=problem.where,
        problem=problem.problem,
        fix=problem.fix,
    )


def _scalar(text: str) -> str:
    """A YAML scalar on one line, quoted only if it must be."""
    dumped: str = yaml.safe_dump([text], allow_unicode=True, default_flow_style=True, width=10_000)
    return dumped.strip().removeprefix("[").removesuffix("]")


def _flow(texts: Sequence[str]) -> str:
    return "[" + ", ".join(_scalar(text) for text in texts) + "]"
