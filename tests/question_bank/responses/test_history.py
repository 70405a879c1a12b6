"""The history file: one object a line, used whole or not at all."""

from pathlib import Path

import pytest

from decision_hook.contract import FactSource, Grade, Hypothesis, SurveyError
from question_bank.responses.history import PastAnswer, lines_of, read_history

ROW = PastAnswer(
    call="c1",
    question="income.pay_day",
    grade=Grade.MATCH,
    source=FactSource.BANK,
    who={Hypothesis.GENUINE: 0.75, Hypothesis.IMPOSTOR: 0.25},
    applicant={"age": 0.5},
    seconds=2.5,
)


def test_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text("\n\n".join(lines_of([ROW, ROW])) + "\n", encoding="utf-8")
    assert read_history(path) == [ROW, ROW]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{", "line 2: the line"),
        ('{"call": "1"}', "line 2: question"),
        (ROW.model_dump_json().replace("0.75", "0.9"), "must sum to 1"),
        (ROW.model_dump_json().replace('"match"', '"bravo"'), "line 2: grade"),
        (ROW.model_dump_json().replace('"seconds":2.5', '"seconds":2.5,"name":"x"'), "line 2: name"),
    ],
)
def test_bad_lines(tmp_path: Path, line: str, expected: str) -> None:
    path = tmp_path / "h.jsonl"
    path.write_text(ROW.model_dump_json() + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(SurveyError) as refused:
        read_history(path)
    assert expected in str(refused.value)
    assert str(path) in str(refused.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="check the path"):
        read_history(tmp_path / "none.jsonl")
