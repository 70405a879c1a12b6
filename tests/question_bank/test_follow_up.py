"""Rules on what was just said; and the words they give, read once by a person and kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from decision_hook.contract import AnswerEvidence, Fact, FactKind, FactSource, Grade
from question_bank.bank import Bank
from question_bank.follow_up import follow_up
from question_bank.question import FollowUp, Question
from question_bank.render import phrase_said

GOLDEN = Path(__file__).with_name("follow_ups.txt")
EXAMPLES = {
    FactKind.COMPANY: "天成科技公司",
    FactKind.PLACE: "杭州",
    FactKind.NAME: "王磊",
    FactKind.AMOUNT: "18000",
    FactKind.TERM: "朋友",
}
BY_ASKER = {
    "employment.job_title": "工程师",
    "vehicle.car_brand": "大众",
    "purpose.use": "日常消费",
    "residence.street": "文三路",
    "residence.community": "翠苑小区",
    "accounts.branch": "城西支行",
    "study.school": "浙江工业大学",
    "credit.other_bank": "招商银行",
    "credit.mortgage_bank": "建设银行",
}
ON_FILE = (
    "employer", "employer_city", "job_title", "previous_employer", "home_city", "home_years", "contact_name",
    "school", "graduation_year", "account_branch", "mortgage_bank", "car_brand", "previous_city",
)  # fmt: skip
FACTS = {key: Fact(value="x", source=FactSource.FORM) for key in ON_FILE}


def answer(
    question: str, said: str = "", sure: float | None = None, grade: Grade = Grade.MATCH
) -> AnswerEvidence:
    return AnswerEvidence(
        question=question, grade=grade, started_ms=0, ended_ms=900, said=said, said_confidence=sure
    )


def asked(bank: Bank, question_id: str) -> Question:
    return bank.questions[question_id]


def test_golden_renderings(bank: Bank) -> None:
    """Every wording that repeats something, with something usual in it."""
    lines = []
    for question in bank.questions.values():
        for rule in question.follow_ups:
            said = BY_ASKER.get(question.id, EXAMPLES[question.kind])
            said = rule.among[0] if rule.among else said
            target = bank.questions[rule.ask]
            lines += [
                f"{question.id} -> {target.id}: {phrase_said(target, i, said)}"
                for i in range(len(target.said_phrasings))
            ]
    assert "\n".join(lines) + "\n" == GOLDEN.read_text(encoding="utf-8")


def test_what_was_said_is_repeated_only_if_heard_well(bank: Bank) -> None:
    question = asked(bank, "employment.employer")
    sure = follow_up(
        bank, question, answer(question.id, "宏达贸易公司", 0.97), asked=[question.id], facts=FACTS, turn=0
    )
    unsure = follow_up(
        bank, question, answer(question.id, "宏达贸易公司", 0.6), asked=[question.id], facts=FACTS, turn=0
    )
    assert sure is not None
    assert unsure is not None
    assert (sure.said, "宏达贸易公司" in sure.words) == ("宏达贸易公司", True)
    assert (unsure.said, unsure.words) == ("", unsure.question.phrasings[0])
    assert sure.question is unsure.question


@pytest.mark.parametrize("grade", [Grade.MATCH, Grade.PARTIAL, Grade.MISMATCH, Grade.UNCLEAR])
def test_right_and_wrong_answers_are_followed_up_alike(bank: Bank, grade: Grade) -> None:
    question = asked(bank, "residence.city")
    made = follow_up(
        bank, question, answer(question.id, "杭州", 0.99, grade), asked=[question.id], facts=FACTS, turn=4
    )
    assert made is not None
    assert made.words == "在杭州，离您家不远有什么显眼的建筑？"


@pytest.mark.parametrize("grade", [Grade.DONT_KNOW, Grade.REFUSAL, Grade.NO_ANSWER, Grade.OFF_TOPIC])
def test_no_answer_is_not_followed_up(bank: Bank, grade: Grade) -> None:
    question = asked(bank, "residence.city")
    evidence = answer(question.id, "杭州", 0.99, grade)
    assert follow_up(bank, question, evidence, asked=[question.id], facts=FACTS, turn=0) is None


def test_conditions(bank: Bank) -> None:
    relation, limit = asked(bank, "contacts.relation"), asked(bank, "purpose.limit")

    def target(question: Question, said: str, sure: float) -> str | None:
        evidence = answer(question.id, said, sure)
        made = follow_up(bank, question, evidence, asked=[question.id], facts=FACTS, turn=0)
        return made.question.id if made is not None else None

    assert target(relation, "朋友", 0.95) == "contacts.meet_habit"
    assert target(relation, "老婆", 0.95) == "family.weekend"
    assert target(relation, "老婆", 0.5) is None  # who it was is not certain, so no rule about it fits
    assert target(limit, "50000", 0.95) == "purpose.first_buy"
    assert target(limit, "300", 0.95) is None


def test_a_question_asked_or_without_its_facts_is_passed_over(bank: Bank) -> None:
    question = asked(bank, "employment.employer")
    evidence = answer(question.id, "宏达贸易公司", 0.97)
    done = (question.id, "employment.nearby")
    assert follow_up(bank, question, evidence, asked=done, facts=FACTS, turn=0) is None
    assert follow_up(bank, question, evidence, asked=(question.id,), facts={}, turn=0) is None


def test_what_was_said_is_never_read_as_a_template(bank: Bank) -> None:
    target = bank.questions["employment.nearby"]
    assert "{{ 7 * 7 }}" in phrase_said(target, 0, "{{ 7 * 7 }}")


def test_grades_of_a_rule(bank: Bank) -> None:
    rule = FollowUp(ask="employment.nearby", grades=frozenset({Grade.MISMATCH}))
    question = replace(asked(bank, "employment.employer"), follow_ups=(rule,))
    for grade, follows in ((Grade.MISMATCH, True), (Grade.MATCH, False)):
        evidence = answer(question.id, "宏达贸易公司", 0.97, grade)
        made = follow_up(bank, question, evidence, asked=(), facts=FACTS, turn=0)
        assert (made is not None) is follows
