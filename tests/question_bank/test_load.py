"""A folder becomes a bank, or a list of everything that is wrong with it."""

from pathlib import Path

import pytest

from config.document import MAX_BYTES, DocumentError
from decision_hook.contract import FactKind, FactSource, Hypothesis
from question_bank.load import inspect, load_bank
from question_bank.question import Role

GOOD = """
topic: income
questions:
  - id: income.pay_day
    facts: [pay_day]
    phrasings: ["单位每月几号发工资？", "工资一般哪天到账？", "您的发薪日是几号？"]
    tolerance: {absolute: 1}
    cost_s: 5
    keypad: {max_digits: 2}
  - id: income.bonus
    role: life
    requires: [employer]
    phrasings: [年底奖金按什么算？, 过节发点什么福利？, 加班有没有补贴？]
    cost_s: 11
"""


def test_a_good_folder(folder: Path) -> None:
    (folder / "income.yaml").write_text(GOOD, encoding="utf-8")
    bank = load_bank(folder)
    pay_day, bonus = bank.questions["income.pay_day"], bank.questions["income.bonus"]
    assert (pay_day.kind, pay_day.role, pay_day.topic) == (FactKind.COUNT, Role.FACT, "income")
    assert pay_day.keypad is not None
    assert "键盘" in pay_day.keypad.ask  # the script's words for a count
    form, bank_fact = (pay_day.statistics_for(source) for source in (FactSource.FORM, FactSource.BANK))
    impostor = Hypothesis.IMPOSTOR
    assert sum(form.table[impostor].values()) == pytest.approx(1, abs=0.01)
    assert form.table[impostor] != bank_fact.table[impostor]
    assert (bonus.kind, bonus.fact_keys, bonus.statistics.n) == (FactKind.FREE, (), 0)
    assert bank.question("consent.recording") is bank.script.consent_recording


def test_the_version_follows_the_contents(folder: Path) -> None:
    (folder / "income.yaml").write_text(GOOD, encoding="utf-8")
    before = load_bank(folder).version
    (folder / "income.yaml").write_text(GOOD.replace("cost_s: 5", "cost_s: 6"), encoding="utf-8")
    assert load_bank(folder).version != before


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "cost_s: 11",
            "cost_s: 11\n    wait_s: 60",
            "questions[1].wait_s: must be at most 30, got 60",
            id="number out of bounds",
        ),
        pytest.param("role: life", "colour: red", "questions[1].colour: is not known here", id="unknown key"),
        pytest.param("cost_s: 5", "", "questions[0].cost_s: is missing", id="missing key"),
        pytest.param(
            ', "您的发薪日是几号？"]',
            "]",
            "questions[0].phrasings: needs at least 3 entries, got 2",
            id="too few phrasings",
        ),
        pytest.param("[pay_day]", "[payday]", 'questions[0].facts[0]: no fact "payday"', id="unknown fact"),
        pytest.param("id: income.bonus", "id: income.pay_day", "is taken by", id="duplicate id"),
        pytest.param("id: income.bonus", "id: other.bonus", "is of another topic", id="foreign id"),
        pytest.param("发薪日是几号", "密码是多少", "asks for a secret (密码)", id="password"),
        pytest.param("发薪日是几号", "Ｃ Ｖ Ｖ是多少", "asks for a secret (CVV)", id="CVV in disguise"),
        pytest.param("发薪日是几号", "宗教是什么", "asks about religion or ethnicity", id="religion"),
        pytest.param("加班有没有补贴", "您身体健康吗", "asks about health", id="health"),
        pytest.param("单位每月几号", "是不是{{ pay_day }}号", "speaks a fact", id="speaks a true fact"),
        pytest.param("单位每月几号", "{{ ''.__class__ }}", "not allowed in a phrasing", id="sandbox escape"),
        pytest.param("单位每月几号", "{% if %}", "template error", id="broken template"),
        pytest.param(
            "单位每月几号", "{% if home_city %}啊{% endif %}几号", "uses home_city", id="undeclared variable"
        ),
        pytest.param(
            "单位每月几号", "是{{ choices }}号", "names choices without", id="choices without decoys"
        ),
        pytest.param(
            "[年底奖金按什么算？",
            "[单位每月几号发工资呢？",
            "shares 95% of its characters with income.pay_day, phrasing 0",
            id="near-identical",
        ),
        pytest.param(
            "{max_digits: 2}", "{min_digits: 3, max_digits: 2}", "more than max_digits", id="keypad"
        ),
        pytest.param("topic: income", "topic: !!str income", "tag on line 2", id="tag"),
        pytest.param("[employer]", "*bomb", "alias on line 12", id="alias"),
        pytest.param("cost_s: 5", "cost_s: 5\n    cost_s: 7", "is given twice", id="key twice"),
        pytest.param("topic: income", "topic: [", "not YAML", id="broken YAML"),
        pytest.param(
            "role: life",
            "role: life\n    statistics_profile: nope",
            'no profile "nope"',
            id="unknown profile",
        ),
        pytest.param(
            "role: life",
            "role: life\n    statistics: {source: expert, n: 0, table: {genuine: {free: 0.5}}}",
            "no row for impostor, coached",
            id="statistics without rows",
        ),
        pytest.param(
            "role: life",
            "role: life\n    statistics: {source: expert, n: 0, table: {genuine: {free: 0.5},"
            " impostor: {free: 1}, coached: {free: 1}}}",
            "row genuine sums to 0.500, not 1",
            id="row that sums to a half",
        ),
    ],
)
def test_what_is_refused(folder: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    path = folder / "income.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DocumentError) as refused:
        load_bank(folder)
    assert expected in str(refused.value)
    assert all(str(path) in line for line in str(refused.value).splitlines())


def test_all_problems_are_shown_at_once_with_their_lines(folder: Path) -> None:
    bad = GOOD.replace("cost_s: 5", "cost_s: 500").replace("cost_s: 11", "cost_s: 0")
    (folder / "income.yaml").write_text(bad, encoding="utf-8")
    (folder / "_script.yaml").write_text("language: zh\n", encoding="utf-8")
    problems = inspect(folder).problems
    assert {problem.file.name for problem in problems} == {"income.yaml", "_script.yaml"}
    lines = {problem.where: problem.line for problem in problems if problem.file.name == "income.yaml"}
    assert lines == {"questions[0].cost_s": 8, "questions[1].cost_s": 14}


def test_aliases_make_bombs_and_are_refused(folder: Path) -> None:
    (folder / "income.yaml").write_text("a: &a [x]\nb: [*a, *a]\n", encoding="utf-8")
    assert "alias on line 2" in str(inspect(folder).problems[0])


def test_a_huge_file_is_refused_unread(folder: Path) -> None:
    (folder / "income.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    assert "larger than" in str(inspect(folder).problems[0])


def test_a_missing_folder(tmp_path: Path) -> None:
    assert "no such folder" in str(inspect(tmp_path / "nowhere").problems[0])
