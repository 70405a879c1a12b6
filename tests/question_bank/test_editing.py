"""What the editor's commands do to the files, and that nothing bad is ever written."""

from datetime import date
from pathlib import Path

import pytest

from config.document import DocumentError
from decision_hook.contract import SurveyError
from question_bank.editing import Draft, add, retire
from question_bank.load import inspect, load_bank
from tests.question_bank.test_load import GOOD

WASH = Draft(
    id="car.wash",
    phrasings=("车子多久洗一次？", "您爱去哪家洗车行？", "雨后您会不会马上冲车: 会还是不会？"),
    requires=("car_brand",),
)


@pytest.fixture
def edited(folder: Path) -> Path:
    (folder / "income.yaml").write_text("# ours\n" + GOOD, encoding="utf-8")
    return folder


def test_a_new_topic_gets_its_file(edited: Path) -> None:
    path = add(edited, WASH)
    question = load_bank(edited).questions["car.wash"]
    assert path == edited / "car.yaml"
    assert (question.phrasings, question.requires, question.cost_s) == (WASH.phrasings, ("car_brand",), 12)


def test_a_fact_question_is_appended_and_comments_stay(edited: Path) -> None:
    add(
        edited,
        Draft(id="income.bank", facts=("salary_bank",), phrasings=("钱发到哪？", "哪个行？", "谁家代发？")),
    )
    assert (edited / "income.yaml").read_text(encoding="utf-8").startswith("# ours\n")
    assert load_bank(edited).questions["income.bank"].fact_keys == ("salary_bank",)


@pytest.mark.parametrize(
    "draft",
    [
        pytest.param(Draft(id="car.wash", phrasings=("您的密码是什么？", "b", "c")), id="asks for a secret"),
        pytest.param(Draft(id="car.wash", phrasings=("只有一句？",)), id="too few wordings"),
        pytest.param(Draft(id="income.pay_day", phrasings=("a甲？", "b乙？", "c丙？")), id="id is taken"),
        pytest.param(Draft(id="../x.y", phrasings=("a甲？", "b乙？", "c丙？")), id="no id but a path"),
    ],
)
def test_nothing_is_written_unless_the_bank_stays_good(edited: Path, draft: Draft) -> None:
    before = {path.name: path.read_bytes() for path in edited.iterdir()}
    with pytest.raises(SurveyError):
        add(edited, draft)
    assert {path.name: path.read_bytes() for path in edited.iterdir()} == before


def test_problems_name_the_real_file(edited: Path) -> None:
    with pytest.raises(DocumentError) as refused:
        add(edited, Draft(id="income.x", phrasings=("您的密码是什么？", "b乙？", "c丙？")))
    assert str(edited / "income.yaml") in str(refused.value)


def test_a_retired_question_is_not_asked_but_its_id_stays_taken(edited: Path) -> None:
    retire(edited, "income.pay_day", since=date(2026, 11, 22), why="太多人知道: 泄露了")
    bank = load_bank(edited)
    assert "income.pay_day" not in bank.questions
    assert bank.retired["income.pay_day"].why == "太多人知道: 泄露了"
    assert bank.index.row.keys() == {"income.bonus"}
    with pytest.raises(SurveyError, match="is taken"):
        add(edited, Draft(id="income.pay_day", phrasings=("甲甲？", "乙乙？", "丙丙？")))
    with pytest.raises(SurveyError, match="retired already"):
        retire(edited, "income.pay_day", since=date(2026, 11, 22), why="again")
    with pytest.raises(SurveyError, match="no question"):
        retire(edited, "income.nothing", since=date(2026, 11, 22), why="again")


def test_the_wording_of_a_retired_question_may_be_used_again(edited: Path) -> None:
    retire(edited, "income.pay_day", since=date(2026, 11, 22), why="reworded")
    add(
        edited,
        Draft(
            id="income.pay_date",
            facts=("pay_day",),
            phrasings=("单位每月几号发工资？", "工资一般哪天到账？", "您的发薪日是几号？"),
        ),
    )
    assert inspect(edited).problems == ()
