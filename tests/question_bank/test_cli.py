"""`shengwen bank`, as an editor meets it."""

import json
from pathlib import Path

from typer.testing import CliRunner

from ivr.bank_cli import app
from tests.question_bank.conftest import ZH

APPLICATION = """
id: a1
phone: "13800000001"
facts:
  home_city: {value: 杭州, source: form}
  employer: {value: 联华软件, source: form}
  salary_bank: {value: 招商银行, source: bank}
  account_open_year: {value: "2015", source: bank}
  credit_card_count: {value: "2", source: bureau}
"""


def test_lint_passes_the_shipped_bank() -> None:
    result = CliRunner().invoke(app, ["lint", str(ZH)])
    assert result.exit_code == 0, result.output
    assert "no problems" in result.output


def test_lint_reports_as_json_and_fails(folder: Path) -> None:
    (folder / "income.yaml").write_text("topic: income\nquestions: []\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["lint", str(folder), "--json"])
    assert result.exit_code == 1
    (row,) = json.loads(result.output)
    assert row == {
        "file": str(folder / "income.yaml"),
        "line": 2,
        "where": "questions",
        "problem": "needs at least 1 entries, got 0",
        "fix": "add some",
    }


def test_preview_prints_a_paper_for_five_facts(tmp_path: Path) -> None:
    path = tmp_path / "application.yaml"
    path.write_text(APPLICATION, encoding="utf-8")
    result = CliRunner().invoke(app, ["preview", str(ZH), "--application", str(path), "--json"])
    assert result.exit_code == 0, result.output
    paper = json.loads(result.output)["questions"]
    assert len(paper) >= 5
    assert len({line["question"] for line in paper}) == len(paper)


def test_list_as_json() -> None:
    result = CliRunner().invoke(app, ["list", str(ZH), "--json"])
    assert len(json.loads(result.output)) >= 60
