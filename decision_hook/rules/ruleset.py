"""Rules from YAML, checked and compiled once, evaluated for many applicants at a time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from polars.exceptions import PolarsError
from pydantic import BaseModel, ConfigDict, Field

from config.document import Document, DocumentError, Problem, check, read_document
from decision_hook.contract import DecisionResult
from decision_hook.rules.columns import COLUMNS, Row


class RuleFile(BaseModel):
    """One rule. `when` is an SQL expression over the columns; null counts as false."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{1,60}$")]
    when: Annotated[str, Field(min_length=3, max_length=500)]
    result: Literal[DecisionResult.DECLINE, DecisionResult.REFER]
    reason: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")]
    note: Annotated[str, Field(max_length=200)] = ""  # why the rule exists, for whoever edits it


class RulesFile(BaseModel):
    """One file of rules. Files whose names begin with `_` are not rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[str, Field(min_length=1, max_length=40)]
    rules: Annotated[tuple[RuleFile, ...], Field(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    id: str
    when: str
    result: DecisionResult  # decline or refer
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuleSet:
    """Compiled; never changes. Safe to share between threads."""

    version: str  # of the files' contents
    rules: tuple[Rule, ...]
    columns: tuple[pl.Expr, ...] = field(repr=False)  # one boolean per rule

    def evaluate(self, rows: Sequence[Row]) -> list[tuple[Rule, ...]]:
        """The rules that fire for each row, in the order of the files."""
        if not rows:
            return []
        fired = pl.DataFrame(list(rows), schema=COLUMNS).select(self.columns).rows()
        return [tuple(rule for rule, fires in zip(self.rules, line, strict=True) if fires) for line in fired]


def load_rules(folder: Path) -> RuleSet:
    """Reads every rule file of a folder. Raises DocumentError naming file and rule for every problem."""
    paths = sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("_"))
    if not paths:
        raise DocumentError(
            [
                Problem(
                    file=folder,
                    line=None,
                    where="",
                    problem="no rule files",
                    fix="point at the rules' folder",
                )
            ]
        )
    problems: list[Problem] = []
    rules: list[Rule] = []
    columns: list[pl.Expr] = []
    digest = hashlib.sha256()
    for path in paths:
        try:
            document = read_document(path)
            file = check(document, RulesFile)
        except DocumentError as exc:
            problems.extend(exc.problems)
            continue
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        for i, given in enumerate(file.rules):
            if any(rule.id == given.id for rule in rules):
                problems.append(
                    document.problem(("rules", i, "id"), f'"{given.id}" is taken', "choose another id")
                )
                continue
            compiled = _compile(document, i, given)
            if isinstance(compiled, Problem):
                problems.append(compiled)
                continue
            columns.append(compiled)
            rules.append(Rule(id=given.id, when=given.when, result=given.result, reason=given.reason))
    if problems:
        raise DocumentError(problems)
    return RuleSet(version=digest.hexdigest()[:12], rules=tuple(rules), columns=tuple(columns))


def _compile(document: Document, i: int, given: RuleFile) -> pl.Expr | Problem:
    """The rule as a boolean column, tried on an empty table so that a mistake shows before any call."""
    place = ("rules", i, "when")
    try:
        column = pl.sql_expr(given.when).fill_null(False).alias(given.id)
        kind = pl.DataFrame(schema=COLUMNS).select(pl.sql_expr(given.when).alias("x")).schema["x"]
    except PolarsError as exc:
        what = str(exc).splitlines()[0].partition("; valid columns")[0]
        fix = f"write an SQL expression over: {', '.join(sorted(COLUMNS))}"
        return document.problem(place, f"rule {given.id}: {what}", fix)
    if kind != pl.Boolean:
        return document.problem(
            place, f"rule {given.id}: gives {kind}, not yes or no", "compare it with something"
        )
    return column
