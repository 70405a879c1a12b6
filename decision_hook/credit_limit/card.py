"""A transparent scorecard: points per attribute, from YAML. Unknown has points of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from decision_hook.rules.columns import COLUMNS, Cell


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BinFile(Strict):
    """`below`: numbers under it, the first bin that fits; `is`: these words; neither: everything else."""

    below: float | None = None
    any_of: Annotated[tuple[str, ...], Field(max_length=60)] = ()
    points: Annotated[float, Field(ge=-1_000, le=1_000)]


class AttributeFile(Strict):
    """One column, or the quotient of two."""

    column: str
    per: str | None = None  # divide by this column; a zero or unknown divisor makes the whole unknown
    unknown: Annotated[float, Field(ge=-1_000, le=1_000)]
    bins: Annotated[tuple[BinFile, ...], Field(min_length=1, max_length=30)]

    @model_validator(mode="after")
    def _sensible(self) -> "AttributeFile":
        for name in (self.column, self.per):
            if name is not None and name not in COLUMNS:
                raise ValueError(f'no column "{name}"; known: {", ".join(sorted(COLUMNS))}')
        last = self.bins[-1]
        if last.below is not None or last.any_of:
            raise ValueError("the last bin must take everything else: points only")
        limits = [given.below for given in self.bins if given.below is not None]
        if limits != sorted(limits):
            raise ValueError("bins must go upwards: each `below` above the one before")
        return self


class CardFile(Strict):
    """A scorecard: base points plus the points of every attribute."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    base: Annotated[float, Field(ge=-10_000, le=10_000)]
    attributes: Annotated[tuple[AttributeFile, ...], Field(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    attribute: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    total: float
    contributions: tuple[Contribution, ...]  # sums to total minus base


def score(card: CardFile, row: Mapping[str, Cell]) -> Score:
    """Adds up a row. Pure."""
    parts = tuple(
        Contribution(attribute=_name(attribute), points=_points(attribute, row))
        for attribute in card.attributes
    )
    return Score(total=card.base + sum(part.points for part in parts), contributions=parts)


def _name(attribute: AttributeFile) -> str:
    return attribute.column if attribute.per is None else f"{attribute.column}/{attribute.per}"


def _points(attribute: AttributeFile, row: Mapping[str, Cell]) -> float:
    value = row.get(attribute.column)
    if attribute.per is not None:
        divisor = row.get(attribute.per)
        value = (
            value / divisor if isinstance(value, float) and isinstance(divisor, float) and divisor else None
        )
    if value is None:
        return attribute.unknown
    for given in attribute.bins:
        if given.below is None and not given.any_of:
            return given.points
        if given.any_of and value in given.any_of:
            return given.points
        if given.below is not None and isinstance(value, float) and value < given.below:
            return given.points
    return attribute.unknown
