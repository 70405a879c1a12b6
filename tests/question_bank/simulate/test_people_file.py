"""People from outside: read, refused with line and remedy, and asked."""

from pathlib import Path

import pytest

from config.document import DocumentError
from decision_hook.contract import Grade, Hypothesis
from question_bank.bank import Bank
from question_bank.simulate.look import look
from question_bank.simulate.people_file import COLUMNS, read_people

HEADER = ",".join(COLUMNS)
GOOD = f"""{HEADER}
p1,genuine,genuine,0.7,bank,salary_bank,unclear|match,700
p1,genuine,genuine,0.7,form,employer,match,500
p1,genuine,genuine,0.7,,open,free,900
p2,thieves,impostor,0.8,bank,salary_bank,mismatch,1200
p2,thieves,impostor,0.8,,income.spending,dont_know,1500
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_people_answer_as_their_rows_say(bank: Bank, tmp_path: Path) -> None:
    first, second = read_people(write(tmp_path, GOOD), bank)
    question = bank.questions["income.salary_bank"]
    assert (first.truth, first.population, second.population) == (Hypothesis.GENUINE, "genuine", "thieves")
    assert [first.reply(question, attempt).grade for attempt in (1, 2, 3, 0)] == [
        Grade.UNCLEAR,
        Grade.MATCH,
        Grade.MATCH,
        Grade.MATCH,
    ]
    assert first.reply(question, 1).delay_s == 0.7
    assert second.reply(bank.questions["income.spending"], 1).grade is Grade.DONT_KNOW
    assert first.reply(bank.questions["income.spending"], 1).grade is Grade.FREE
    assert second.reply(bank.questions["income.bonus"], 1).grade is Grade.NO_ANSWER


def test_papers_can_be_put_to_them(bank: Bank, tmp_path: Path) -> None:
    report, papers = look(bank, read_people(write(tmp_path, GOOD), bank), seed=1)
    assert {paper.population for paper in papers} == {"genuine", "thieves"}
    by_population = report["by_population"]
    assert isinstance(by_population, dict)
    assert set(by_population) == {"genuine", "thieves"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("person,population", "name,population", "other columns", id="header"),
        pytest.param("match,500", "matches,500", "'matches' is not a valid Grade", id="answer"),
        pytest.param("match,500", "match,-5", "-5 is not between 0 and 60000", id="delay"),
        pytest.param("match,500", "match,soon", "could not convert", id="delay in words"),
        pytest.param("match,500", "match,nan", "nan is not between", id="no number"),
        pytest.param("0.7,form", "7,form", "7 is not between 0 and 1", id="risk"),
        pytest.param("form,employer", "paper,employer", "'paper' is not a valid FactSource", id="source"),
        pytest.param("genuine,0.7,form", "impostor,0.7,form", "changes population or truth", id="two truths"),
        pytest.param("match,500", "match", "has 7 values, not 8", id="short row"),
        pytest.param(",,open", ",,nothing_like_it", "a fact needs a source", id="unknown question"),
        pytest.param("p1,genuine,genuine", "p1,genuine,honest", "'honest' is not a valid", id="truth"),
    ],
)
def test_what_is_refused(bank: Bank, tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(DocumentError) as refused:
        read_people(path, bank)
    assert expected in str(refused.value)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("text", ["", HEADER + "\n"])
def test_nobody(bank: Bank, tmp_path: Path, text: str) -> None:
    with pytest.raises(DocumentError):
        read_people(write(tmp_path, text), bank)


def test_bytes_that_are_no_text(bank: Bank, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"\xff\xfe\x00\x01" * 50)
    with pytest.raises(DocumentError, match="UTF-8"):
        read_people(path, bank)
