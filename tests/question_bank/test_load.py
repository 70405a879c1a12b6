"""A folder becomes a bank, or a list of everything that is wrong with it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.document import MAX_BYTES, DocumentError, read_document
from decision_hook.contract import Fact, FactKind, FactSource, Grade, Hypothesis, SurveyError
from ivr.schema_cli import What, schema_of
from question_bank.lint import follow_ups
from question_bank.load import inspect, load_bank
from question_bank.placed import Placed
from question_bank.question import FollowUp, Question, Role
from question_bank.render import names_in, phrase
from question_bank.script import NO_EVIDENCE

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
        pytest.param(
            "单位每月几号",
            "{{ pay_day.__init__.__globals__ }}",
            "not allowed in a phrasing",
            id="escape by attribute",
        ),
        pytest.param(
            "单位每月几号",
            "{{ (1).__class__.__mro__ }}",
            "not allowed in a phrasing",
            id="escape by a number",
        ),
        pytest.param(
            "单位每月几号", "{{ choices|attr('x') }}", "not allowed in a phrasing", id="escape by a filter"
        ),
        pytest.param(
            "单位每月几号", "{% for i in [1] %}啊{% endfor %}", "not allowed in a phrasing", id="a loop"
        ),
        pytest.param("单位每月几号", "{{ lipsum() }}", "not allowed in a phrasing", id="a function"),
        pytest.param("单位每月几号", "{% include 'x' %}", "not allowed in a phrasing", id="another file"),
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
        pytest.param(
            "{absolute: 1}",
            "{relative: 0.1}",
            "relative means nothing for count",
            id="tolerance of another kind",
        ),
        pytest.param("cost_s: 5", "cost_s: 5\n    trap: true", "a trap cannot be of kind count", id="trap"),
        pytest.param(
            "cost_s: 5",
            "cost_s: 5\n    exposure_cap: 1.5",
            "questions[0].exposure_cap: must be at most 1, got 1.5",
            id="exposure above one",
        ),
        pytest.param(
            "cost_s: 5",
            "cost_s: 5\n    follow_ups: [{ask: income.nothing}]",
            'questions[0].follow_ups[0].ask: question "income.nothing" does not exist',
            id="follow-up that leads nowhere",
        ),
        pytest.param(
            "cost_s: 5",
            "cost_s: 5\n    follow_ups: [{ask: income.bonus}]",
            '"income.bonus" cannot repeat what was said',
            id="follow-up without wordings for it",
        ),
        pytest.param(
            "cost_s: 11",
            "cost_s: 11\n    follow_ups: [{ask: income.bonus, grades: [match, unclear]}]",
            "tells the caller whether the answer was right",
            id="follow-up of right answers alone",
        ),
        pytest.param(
            "cost_s: 5",
            "cost_s: 5\n    follow_ups: [{ask: income.bonus}]",
            "a count is never repeated",
            id="follow-up that would repeat a number",
        ),
        pytest.param(
            "cost_s: 11",
            'cost_s: 11\n    said_phrasings: ["您说的{{ said }}呢？"]\n    follow_ups: [{ask: income.bonus}]',
            "leads in a circle: income.bonus -> income.bonus",
            id="circular follow-up",
        ),
        pytest.param(
            "cost_s: 11",
            "cost_s: 11\n    said_phrasings: [那您呢？]",
            "nothing that was said",
            id="said nothing",
        ),
        pytest.param(
            "cost_s: 11",
            'cost_s: 11\n    said_phrasings: ["{{ employer }}呢？"]',
            "only {{ said }} may be spoken",
            id="a fact as what was said",
        ),
        pytest.param(
            "cost_s: 11",
            'cost_s: 11\n    said_phrasings: ["{{ said.__class__ }}呢？"]',
            "getattr is not allowed",
            id="escape through what was said",
        ),
        pytest.param(
            "cost_s: 5",
            'cost_s: 5\n    said_phrasings: ["{{ said }}呢？"]',
            "only a life question follows up",
            id="a fact question as follow-up",
        ),
        pytest.param(
            "role: life",
            "role: life\n    statistics: {source: expert, n: 0, table: {genuine: {free: 1.5, refusal: -0.5},"
            " impostor: {free: 1}, coached: {free: 1}}}",
            "must be at most 1, got 1.5",
            id="statistics outside 0..1",
        ),
        pytest.param(
            "cost_s: 5", "cost_s: 5\n    retired: {since: soon, why: x}", "retired.since", id="retired when"
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


def test_a_longer_circle_is_found_once(folder: Path) -> None:
    life = (
        "  - {{id: {0}, role: life, phrasings: [{1}], said_phrasings: ['{{{{ said }}}}，{2}？'], cost_s: 9,"
    )
    rows = [
        life.format("loop.a", "甲乙丙？, 丁戊己？, 庚辛壬？", "东南") + " follow_ups: [{ask: loop.b}]}",
        life.format("loop.b", "天地玄？, 黄宇宙？, 洪荒日？", "西北") + " follow_ups: [{ask: loop.a}]}",
    ]
    (folder / "loop.yaml").write_text("topic: loop\nquestions:\n" + "\n".join(rows) + "\n", encoding="utf-8")
    circles = [p.problem for p in inspect(folder).problems if "circle" in p.problem]
    assert circles == ["leads in a circle: loop.a -> loop.b -> loop.a"]


def test_a_chain_of_a_thousand_follow_ups_is_no_problem(folder: Path) -> None:
    (folder / "income.yaml").write_text(GOOD, encoding="utf-8")
    placed = Placed(
        question=load_bank(folder).questions["income.bonus"],
        document=read_document(folder / "income.yaml"),
        place=("questions", 1),
    )
    links = [
        replace(placed.question, id=f"chain.{i}", follow_ups=(FollowUp(ask=f"chain.{i + 1}"),))
        for i in range(1_200)
    ]
    found = list(follow_ups([replace(placed, question=link) for link in links]))
    assert not [problem for problem in found if "circle" in problem.problem]
    closed = [*links[:-1], replace(links[-1], follow_ups=(FollowUp(ask="chain.600"),))]
    found = list(follow_ups([replace(placed, question=link) for link in closed]))
    (circle,) = [problem for problem in found if "circle" in problem.problem]
    assert circle.problem.count("->") == 600


lines = st.lists(
    st.sampled_from([*GOOD.splitlines(), "a: &x [1]", "- *x", "topic: !!python/name:os", "{", "- - -"])
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=400), lines.map("\n".join), st.binary(max_size=300)))
def test_whatever_a_file_holds_it_is_a_bank_or_a_list_of_problems(folder: Path, content: str | bytes) -> None:
    path = folder / "income.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    found = inspect(folder)
    assert (found.bank is None) is bool(found.problems)
    assert all(problem.fix and problem.problem for problem in found.problems)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="{}%. _'()[]|~abcdefsaidchoices0123456789银行\"", max_size=60))
def test_whatever_a_phrasing_holds_it_speaks_no_fact(text: str) -> None:
    try:
        names_in(text)
    except ValueError:
        return
    question = replace(QUESTION, phrasings=(text,))
    facts = {key: Fact(value="SECRET", source=FactSource.BANK) for key in ("said", "a", "b", "c", "fact")}
    try:
        spoken = phrase(question, 0, facts)
    except SurveyError:
        return
    assert "SECRET" not in spoken


QUESTION = Question(
    id="a.b",
    topic="a",
    role=Role.FACT,
    kind=FactKind.COMPANY,
    phrasings=("x",),
    fact_keys=("salary_bank",),
    cost_s=5,
    statistics=NO_EVIDENCE,
)


def test_the_schemas_beside_the_banks_are_those_of_the_code() -> None:
    for name, what in (("topic", What.BANK), ("script", What.BANK_SCRIPT), ("profiles", What.BANK_PROFILES)):
        path = Path("config/banks") / f"{name}.schema.json"
        assert json.loads(path.read_text(encoding="utf-8")) == json.loads(json.dumps(schema_of(what))), name


def test_aliases_make_bombs_and_are_refused(folder: Path) -> None:
    (folder / "income.yaml").write_text("a: &a [x]\nb: [*a, *a]\n", encoding="utf-8")
    assert "alias on line 2" in str(inspect(folder).problems[0])


def test_a_huge_file_is_refused_unread(folder: Path) -> None:
    (folder / "income.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    assert "larger than" in str(inspect(folder).problems[0])


def test_a_missing_folder(tmp_path: Path) -> None:
    assert "no such folder" in str(inspect(tmp_path / "nowhere").problems[0])


def test_what_can_be_guessed_tells_less() -> None:
    """A yes or no made up is right half the time, a branch hardly ever."""
    bank = load_bank(Path("config/banks/zh"))
    loan, branch = (bank.questions[name] for name in ("vehicle.car_loan", "accounts.branch"))
    right = {
        question.id: question.statistics_for(FactSource.BUREAU).table[Hypothesis.IMPOSTOR]
        for question in (loan, branch)
    }
    made_up = right[loan.id]
    assert made_up[Grade.MATCH] == pytest.approx(made_up[Grade.MISMATCH])
    assert right[branch.id][Grade.MATCH] < 0.1
    for question in (loan, branch):
        for row in question.statistics_for(FactSource.BUREAU).table.values():
            assert sum(row.values()) == pytest.approx(1.0, abs=0.005)
    owner = [q.statistics_for(FactSource.BUREAU).table[Hypothesis.GENUINE] for q in (loan, branch)]
    assert owner[0] == owner[1]
