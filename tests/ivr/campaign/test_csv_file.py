"""Applications from CSV files, good and bad."""

from pathlib import Path

import pytest

from decision_hook.contract import Application, FactSource, SurveyError
from ivr.campaign.csv_file import BadRow, read_applications
from ivr.simulator.load import load_application


def read(tmp_path: Path, text: str) -> list[Application | BadRow]:
    path = tmp_path / "applications.csv"
    path.write_text(text, encoding="utf-8")
    return list(read_applications(path))


def test_rows_become_applications(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        "id,phone,risk_score,form.employer,bank.account_branch\nA1,17000000001,0.8,远山机械,东湖支行\nA2,17000000002,,,\n",
    )
    first, second = rows
    assert isinstance(first, Application)
    assert isinstance(second, Application)
    assert first.risk_score == 0.8
    assert first.facts["employer"].value == "远山机械"
    assert first.facts["account_branch"].source is FactSource.BANK
    assert second.risk_score is None
    assert second.facts == {}


def test_bad_rows_are_reported_and_the_others_stay(tmp_path: Path) -> None:
    rows = read(
        tmp_path, "id,phone\nA1,17000000001\nA2,not a number\nA 3,17000000003\nA4,1,2\nA5,17000000005\n"
    )
    assert [type(row) for row in rows] == [Application, BadRow, BadRow, BadRow, Application]
    bad = [row for row in rows if isinstance(row, BadRow)]
    assert [row.line for row in bad] == [3, 4, 5]
    assert "phone" in bad[0].problem
    assert "not a number" not in bad[0].problem  # never the value itself


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "no column id, phone", id="empty file"),
        pytest.param("id,form.employer\n", "no column phone", id="no phone"),
        pytest.param("id,phone,employer\n", "column 'employer' is not known", id="fact without a source"),
        pytest.param("id,phone,police.employer\n", "is not known", id="unknown source"),
        pytest.param("id,phone,phone\n", "stands twice", id="column twice"),
    ],
)
def test_unusable_files(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SurveyError, match=said):
        read(tmp_path, text)


def test_a_missing_file_and_a_binary_one(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="no such file"):
        list(read_applications(tmp_path / "none.csv"))
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)))
    with pytest.raises(SurveyError, match="UTF-8"):
        list(read_applications(tmp_path / "binary.csv"))


def test_one_fact_from_two_sources_is_refused(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "id,phone,form.employer,bureau.employer\nA1,17000000001,甲,乙\n")
    assert isinstance(row, BadRow)
    assert "two sources" in row.problem


def test_the_sample_holds_the_demo_applicants() -> None:
    """config/demo/applications.csv is the demo's applications as a table."""
    for row in read_applications(Path("config/demo/applications.csv")):
        assert isinstance(row, Application)
        folder = Path("config/demo") / row.id.removeprefix("csv-").replace("-", "_")
        filed = load_application(folder / "application.yaml")
        assert (row.phone, row.product, row.applied_at) == (filed.phone, filed.product, filed.applied_at)
        assert row.risk_score == filed.risk_score
        assert {key: (fact.value, fact.source) for key, fact in row.facts.items()} == {
            key: (fact.value, fact.source) for key, fact in filed.facts.items()
        }
