"""Answers of past calls, one JSON object a line: what the response model learns from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from decision_hook.contract import FactSource, Grade, Hypothesis, SurveyError


class PastAnswer(BaseModel):
    """One final answer of one call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    call: Annotated[str, Field(min_length=1, max_length=64)]
    question: Annotated[str, Field(min_length=1, max_length=80)]
    grade: Grade
    source: FactSource | None = None  # of the fact asked for; None: none on file
    # Who it was: 1 for what people concluded; otherwise what was believed from everything but this answer.
    who: dict[Hypothesis, Annotated[float, Field(ge=0, le=1)]]
    applicant: dict[str, Annotated[float, Field(ge=-3, le=3)]] = Field(default_factory=dict)
    seconds: Annotated[float, Field(ge=0, le=600)] | None = None  # from prompt's end to answer's end
    simulated: bool = False

    @model_validator(mode="after")
    def _somebody(self) -> "PastAnswer":
        if not 0.99 <= sum(self.who.values()) <= 1.01:
            raise ValueError("`who` must sum to 1")
        return self


def read_history(path: Path) -> list[PastAnswer]:
    """Raises SurveyError with the first bad line; the file is used whole or not at all."""
    try:
        with path.open(encoding="utf-8") as file:
            return [_answer(path, number, line) for number, line in enumerate(file, 1) if line.strip()]
    except OSError as exc:
        raise SurveyError(f"{path}: {exc.strerror or 'cannot be read'}; check the path") from exc
    except UnicodeDecodeError as exc:
        raise SurveyError(f"{path}: not UTF-8 text; write one JSON object a line") from exc


def lines_of(answers: list[PastAnswer]) -> Iterator[str]:
    """The file's lines, without line ends."""
    for answer in answers:
        yield answer.model_dump_json(exclude_defaults=True)


def _answer(path: Path, number: int, line: str) -> PastAnswer:
    try:
        return PastAnswer.model_validate_json(line)
    except ValidationError as exc:
        error = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in error["loc"]) or "the line"
        raise SurveyError(f"{path}: line {number}: {where}: {error['msg']}; see docs/choosing.md") from exc
