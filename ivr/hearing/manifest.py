"""The manifest of an evaluation: one JSON line per recorded answer, with what is known of it."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from decision_hook.contract import Grade, SurveyError
from ivr.hearing.questions import Expects

Ms = Annotated[float, Field(ge=0, le=3_600_000, allow_inf_nan=False)]
Span = tuple[Ms, Ms]  # from, to
Words = Annotated[str, Field(max_length=20_000)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")  # other people's manifests say more than we read


class ManifestQuestion(Part):
    """What was asked. `expects` and `fact` usually do; the others make it as precise as in a call."""

    expects: Expects
    fact: Annotated[str, Field(min_length=1, max_length=120)] | None = None  # None: nothing on file
    asked: Words | None = None  # the question's words; None: a usual question of its kind
    options: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")] | None = None  # our name for the fact
    also: Annotated[tuple[str, ...], Field(max_length=10)] = ()  # other names for the same value
    # How far off still counts as right, e.g. {"relative": 0.1}; None: exactly the fact.
    tolerance: dict[str, float] | None = None

    @field_validator("fact", mode="before")
    @classmethod
    def _written(cls, value: object) -> object:
        """15000 and true as they are written on file."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float) and math.isfinite(value) and value == int(value):
            return str(int(value))
        return str(value) if isinstance(value, int | float) else value

    @field_validator("options", mode="before")
    @classmethod
    def _none_is_empty(cls, value: object) -> object:
        return () if value is None else value


class Item(Part):
    """One recorded answer. What is None is not known, and then not measured."""

    audio: Annotated[str, Field(min_length=1)]
    text: Words = ""  # what is really said
    question: ManifestQuestion
    outcome: Grade | None = None
    near: bool | None = None  # a wrong answer: close to the fact? None: derived
    group: str | None = None  # any name; groups are also counted apart
    speech_start_ms: Ms | None = None
    speech_end_ms: Ms | None = None
    pauses_ms: tuple[Span, ...] | None = None
    fillers_ms: tuple[Span, ...] | None = None
    f0_ref: tuple[tuple[Ms, float | None], ...] | None = None  # (ms, Hz); 0 or null: unvoiced
    prompt_end_ms: Ms | None = None

    @field_validator("text", mode="before")
    @classmethod
    def _none_is_silence(cls, value: object) -> object:
        return "" if value is None else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One usable line of the manifest."""

    number: int  # from 1
    item: Item
    audio: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """One line that cannot be used."""

    number: int
    problem: str  # a full message: where, what is wrong, what to do


def read_manifest(path: Path) -> Iterator[Line | BadLine]:
    """Every line that is not empty, in order. Raises SurveyError if there is no such file."""
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise SurveyError(f"{path}: cannot be read ({exc.strerror}); check the path") from exc
    for number, raw in enumerate(data.splitlines(), 1):
        if not raw.strip():
            continue
        where = f"{path}:{number}"
        try:
            value = json.loads(raw.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            yield BadLine(number=number, problem=f"{where}: not JSON; write one object per line, in UTF-8")
            continue
        try:
            item = Item.model_validate(value)
        except ValidationError as exc:
            yield BadLine(number=number, problem=f"{where}: {_explained(exc)}; see docs/hearing.md")
            continue
        yield Line(number=number, item=item, audio=path.parent / item.audio)


def _explained(problem: ValidationError) -> str:
    found = []
    for error in problem.errors(include_url=False, include_input=False)[:4]:
        where = ".".join(map(str, error["loc"])) or "line"
        found.append(f"{where}: {error['msg'][:200]}")
    return "; ".join(found)
