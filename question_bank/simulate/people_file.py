"""`--people FILE`: a response model from outside, a row for each person and fact (docs/choosing.md)."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config.document import DocumentError, Problem
from decision_hook.contract import Application, Fact, FactSource, Grade, Hypothesis
from decision_hook.contract.application import FACT_KINDS
from question_bank.bank import Bank
from question_bank.index import expected_speech_s
from question_bank.question import Question
from question_bank.simulate.people import Reply

COLUMNS = ("person", "population", "truth", "risk", "source", "fact", "answer", "delay_ms")
OPEN = "open"  # in the column `fact`: the answer to every open question
MAX_ROWS = 2_000_000
Row = tuple[int, dict[str, str]]  # line number, values by column


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row's answer: the grade heard at the first try, the second …; the last one stays."""

    grades: tuple[Grade, ...]
    delay_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePerson:
    """Implements Respondent from a file."""

    application: Application
    population: str
    truth: Hypothesis
    lines: dict[str, Line] = field(repr=False)

    def reply(self, question: Question, attempt: int) -> Reply:
        key = question.fact_keys[0] if question.fact_keys else OPEN
        line = self.lines.get(question.id) or self.lines.get(key)
        if line is None:
            return Reply(grade=Grade.NO_ANSWER, delay_s=question.wait_s, speech_s=0.0)
        place = len(line.grades) - 1 if attempt == 0 else min(attempt, len(line.grades)) - 1
        return Reply(
            grade=line.grades[place],
            delay_s=line.delay_s,
            speech_s=expected_speech_s(question),
        )


def read_people(path: Path, bank: Bank) -> list[FilePerson]:
    """In the order of the file. Raises DocumentError naming every problem."""
    problems: list[Problem] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = _rows(path, csv.reader(file), problems)
            people = _people(path, rows, bank, problems)
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        fix = "give a CSV file in UTF-8"
        raise DocumentError([Problem(file=path, line=None, where="", problem=str(exc), fix=fix)]) from exc
    if not people and not problems:
        problems.append(Problem(file=path, line=None, where="", problem="names no people", fix="add rows"))
    if problems:
        raise DocumentError(problems[:100])
    return people


def _rows(
    path: Path, reader: Iterator[list[str]], problems: list[Problem]
) -> Iterator[tuple[int, dict[str, str]]]:
    header: list[str] = next(reader, [])
    if tuple(header) != COLUMNS:
        fix = f"write the header {','.join(COLUMNS)}"
        problems.append(Problem(file=path, line=1, where="", problem="other columns", fix=fix))
        return
    for number, row in enumerate(reader, start=2):
        if number > MAX_ROWS:
            problems.append(
                Problem(file=path, line=number, where="", problem="too many rows", fix="split the file")
            )
            return
        if len(row) != len(COLUMNS):
            what = f"has {len(row)} values, not {len(COLUMNS)}"
            problems.append(Problem(file=path, line=number, where="", problem=what, fix="complete the row"))
            continue
        yield number, dict(zip(COLUMNS, (value.strip() for value in row), strict=True))


@dataclass(slots=True)
class _Draft:
    population: str
    truth: Hypothesis
    risk: float
    facts: dict[str, Fact]
    lines: dict[str, Line]


def _people(path: Path, rows: Iterator[Row], bank: Bank, problems: list[Problem]) -> list[FilePerson]:
    kinds = {q.fact_keys[0]: q.kind for q in bank.questions.values() if q.fact_keys}
    drafts: dict[str, _Draft] = {}
    for number, row in rows:
        try:
            draft = drafts.get(row["person"])
            risk = _between(row["risk"], 0, 1)
            if draft is None:
                draft = _Draft(row["population"], Hypothesis(row["truth"]), risk, {}, {})
                drafts[row["person"]] = draft
            elif (draft.population, draft.truth) != (row["population"], row["truth"]):
                raise ValueError(f'person "{row["person"]}" changes population or truth')
            line = Line(
                grades=tuple(Grade(word) for word in row["answer"].split("|")),
                delay_s=_between(row["delay_ms"], 0, 60_000) / 1_000,
            )
            if row["source"]:
                kind = kinds.get(row["fact"]) or FACT_KINDS.get(row["fact"])
                draft.facts[row["fact"]] = Fact(value="1", source=FactSource(row["source"]), kind=kind)
            elif row["fact"] != OPEN and row["fact"] not in bank.questions:
                raise ValueError("a fact needs a source; without one it must be `open` or a question's id")
            draft.lines[row["fact"]] = line
        except ValueError as exc:
            fix = "see docs/choosing.md, people from a file"
            problems.append(Problem(file=path, line=number, where=row["fact"], problem=str(exc), fix=fix))
    return [
        FilePerson(
            application=Application(
                id=f"person-{number}", phone="17000000000", facts=draft.facts, risk_score=draft.risk
            ),
            population=draft.population,
            truth=draft.truth,
            lines=draft.lines,
        )
        for number, draft in enumerate(drafts.values())
    ]


def _between(text: str, low: float, high: float) -> float:
    value = float(text)
    if not low <= value <= high:
        raise ValueError(f"{text} is not between {low:g} and {high:g}")
    return value
