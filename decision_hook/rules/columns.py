"""An application and its verdict as one row of columns. What is not known is null, never 0."""

import math
from collections.abc import Mapping
from datetime import date

import polars as pl

from decision_hook.contract import (
    Application,
    CallVerdict,
    FactKind,
    Grade,
    Hypothesis,
)
from decision_hook.contract.application import FACT_KINDS

Cell = str | float | date | None
Row = Mapping[str, Cell]

NUMBERS = frozenset({FactKind.AMOUNT, FactKind.COUNT, FactKind.YEAR, FactKind.MONTH})

# Beside the facts. `age` is taken from the birth date where the fact is missing.
OTHER_COLUMNS: dict[str, type[pl.DataType]] = {
    "product": pl.String,
    "phone": pl.String,
    "risk_score": pl.Float64,
    "applied_on": pl.Date,
    # of the verdict; null before the call
    "outcome": pl.String,
    "recommendation": pl.String,
    "reasons": pl.String,  # separated by blanks
    "p_genuine": pl.Float64,
    "p_impostor": pl.Float64,
    "p_coached": pl.Float64,
    "matches": pl.Float64,
    "mismatches": pl.Float64,
    "dont_knows": pl.Float64,
    "watchlist_hits": pl.Float64,  # null: the list was not searched
}


def _type_of(kind: FactKind) -> type[pl.DataType]:
    if kind in NUMBERS:
        return pl.Float64
    return pl.Date if kind is FactKind.DATE else pl.String


COLUMNS: dict[str, type[pl.DataType]] = {
    **{key: _type_of(kind) for key, kind in FACT_KINDS.items()},
    **OTHER_COLUMNS,
}


def row_of(application: Application, verdict: CallVerdict | None) -> dict[str, Cell]:
    """Every column of one applicant. Values that cannot be read as their kind are unknown."""
    row: dict[str, Cell] = dict.fromkeys(COLUMNS)
    for key, kind in FACT_KINDS.items():
        if (fact := application.facts.get(key)) is not None:
            row[key] = _cell(fact.value, kind)
    row["product"], row["phone"] = application.product, application.phone
    row["risk_score"] = application.risk_score
    applied_on = application.applied_at.date() if application.applied_at is not None else None
    row["applied_on"] = applied_on
    born = row["birth_date"]
    if row["age"] is None and isinstance(born, date) and applied_on is not None:
        row["age"] = float(_years_between(born, applied_on))
    if verdict is not None:
        row.update(_verdict_cells(verdict))
    return row


def _verdict_cells(verdict: CallVerdict) -> dict[str, Cell]:
    grades = [answer.grade for answer in verdict.answers]
    return {
        "outcome": verdict.outcome.value,
        "recommendation": verdict.recommendation.value,
        "reasons": " ".join(reason.value for reason in verdict.reasons),
        "p_genuine": verdict.beliefs.get(Hypothesis.GENUINE),
        "p_impostor": verdict.beliefs.get(Hypothesis.IMPOSTOR),
        "p_coached": verdict.beliefs.get(Hypothesis.COACHED),
        "matches": float(grades.count(Grade.MATCH)),
        "mismatches": float(grades.count(Grade.MISMATCH)),
        "dont_knows": float(grades.count(Grade.DONT_KNOW)),
        "watchlist_hits": float(len(verdict.voice.hits)) if verdict.voice.searched else None,
    }


def _cell(value: str, kind: FactKind) -> Cell:
    if kind in NUMBERS:
        try:
            number = float(value.replace(",", "").replace("，", ""))
        except ValueError:
            return None
        return number if math.isfinite(number) else None
    if kind is FactKind.DATE:
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value


def _years_between(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
