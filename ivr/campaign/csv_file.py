"""Applications from a CSV file: one row each, a fact a column.

Columns: `id`, `phone`, optional `product`, `applied_at`, `device`, `risk_score`; every other column is
`<source>.<key>`, for example `form.employer` or `bureau.mortgage_bank`. Empty cells are facts that are not
on file.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from decision_hook.contract import Application, FactSource, SurveyError

SOURCES = tuple(source.value for source in FactSource)
PLAIN = ("id", "phone", "product", "applied_at", "device", "risk_score")


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that cannot be used. Says where and what, never the values: they are personal."""

    line: int
    problem: str


def read_applications(path: Path) -> Iterator[Application | BadRow]:
    """Rows in file order. Raises SurveyError if the file as a whole cannot be used; a bad row is a value."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            _check_header(path, rows.fieldnames)
            while True:
                try:
                    row = next(rows)
                except StopIteration:
                    return
                except csv.Error as problem:
                    yield BadRow(line=rows.line_num, problem=f"not CSV ({problem})")
                    continue
                yield _application(row, rows.line_num)
    except FileNotFoundError:
        raise SurveyError(f"{path}: no such file; check the path") from None
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise SurveyError(
            f"{path}: cannot be read ({type(problem).__name__}); save it as a UTF-8 CSV file"
        ) from problem


def _check_header(path: Path, names: Sequence[str] | None) -> None:
    known = list(names or ())
    missing = [name for name in ("id", "phone") if name not in known]
    if missing:
        raise SurveyError(f"{path}: line 1: no column {', '.join(missing)}; the first line names the columns")
    for name in known:
        source, dot, key = name.partition(".")
        if name in PLAIN or (dot and source in SOURCES and key):
            continue
        sources = ", ".join(SOURCES)
        raise SurveyError(
            f"{path}: line 1: column {name!r} is not known; use {', '.join(PLAIN)} or <source>.<key> "
            f"with source one of {sources}"
        )
    if len(set(known)) < len(known):
        raise SurveyError(f"{path}: line 1: a column stands twice; remove one")


def _application(row: dict[str, str | None], line: int) -> Application | BadRow:
    if None in row or None in row.values():
        return BadRow(line=line, problem="has more or fewer cells than the first line")
    filled = {name: value.strip() for name, value in row.items() if value and value.strip()}
    value: dict[str, object] = {name: filled[name] for name in PLAIN if name in filled}
    facts = {}
    for name, text in filled.items():
        source, dot, key = name.partition(".")
        if dot:
            if key in facts:
                return BadRow(line=line, problem=f"fact {key} comes from two sources")
            facts[key] = {"value": text, "source": source}
    value["facts"] = facts
    try:
        return Application.model_validate(value)
    except ValidationError as problem:
        said = "; ".join(
            f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
            for error in problem.errors(include_url=False, include_input=False)
        )
        return BadRow(line=line, problem=said)
