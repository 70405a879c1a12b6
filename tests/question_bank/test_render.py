"""Words to be spoken: facts decide, and are never spoken alone."""

import pytest

from decision_hook.contract import Fact, FactKind, FactSource, SurveyError
from question_bank.question import Question, Role
from question_bank.render import is_personal, names_in, phrase
from question_bank.script import NO_EVIDENCE

BANKS = ("工商银行", "农业银行", "中国银行", "建设银行", "交通银行")
FACTS = {
    "salary_bank": Fact(value="招商银行", source=FactSource.BANK),
    "car_loan": Fact(value="yes", source=FactSource.BUREAU),
}


def question(*phrasings: str) -> Question:
    return Question(
        id="income.salary_bank",
        topic="income",
        role=Role.FACT,
        kind=FactKind.COMPANY,
        phrasings=phrasings,
        fact_keys=("salary_bank",),
        requires=("car_loan",),
        options=BANKS,
        cost_s=6,
        statistics=NO_EVIDENCE,
    )


def test_plain_words_serve_everybody() -> None:
    plain = question("工资发到哪家？")
    assert phrase(plain, 0, {}) == "工资发到哪家？"
    assert not is_personal(plain, 0)


def test_choices_name_the_truth_among_decoys_in_a_lasting_order() -> None:
    asked = question("是{{ choices }}？")
    assert is_personal(asked, 0)
    spoken = phrase(asked, 0, FACTS)
    assert "招商银行" in spoken
    assert sum(bank in spoken for bank in BANKS) == 2
    assert phrase(asked, 0, FACTS) == spoken


def test_the_truth_is_not_always_first() -> None:
    asked = question("{{ choices }}")
    places = set()
    for value in ("招商银行", "民生银行", "光大银行", "华夏银行", "平安银行", "广发银行"):
        facts = {"salary_bank": Fact(value=value, source=FactSource.BANK)}
        places.add(phrase(asked, 0, facts).find(value) > 0)
    assert places == {True, False}


def test_facts_may_be_tested() -> None:
    asked = question("{% if car_loan == 'yes' %}车贷以外，{% endif %}还有别的吗？")
    assert phrase(asked, 0, FACTS) == "车贷以外，还有别的吗？"


def test_a_missing_fact_is_an_error() -> None:
    with pytest.raises(SurveyError, match=r"income\.salary_bank"):
        phrase(question("是{{ choices }}？"), 0, {})


@pytest.mark.parametrize(
    "text",
    [
        "{{ salary_bank }}",
        "{{ salary_bank.upper() }}",
        "{{ choices | upper }}",
        "{{ choices ~ salary_bank }}",
        "{% set x = salary_bank %}{{ x }}",
        "{% for letter in salary_bank %}啊{% endfor %}",
        "{{ ().__class__.__bases__ }}",
        "{% include 'x' %}",
        "{% if salary_bank.__class__ %}啊{% endif %}",
    ],
)
def test_what_a_phrasing_may_not_hold(text: str) -> None:
    with pytest.raises(ValueError, match=r"not allowed|speaks a fact"):
        names_in(text)
