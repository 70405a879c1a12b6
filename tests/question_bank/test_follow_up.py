"""Rules on what was just said; and the words they give, read once by a person and kept."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from decision_hook.contract import AnswerEvidence, Application, Fact, FactKind, FactSource, Grade
from question_bank.bank import Bank
from question_bank.exposure import Exposure
from question_bank.follow_up import follow_up
from question_bank.paper import PaperPolicy, PaperState, begin, may_ask
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


POLICY = PaperPolicy()


def after(*asked: str) -> PaperState:
    """A paper in which these were asked."""
    state = begin(Application(id="a", phone="13800000000", facts=FACTS))
    return replace(state, asked=asked, grades=(Grade.MATCH,) * len(asked))


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
        bank,
        question,
        answer(question.id, "宏达贸易公司", 0.97),
        state=after(question.id),
        policy=POLICY,
        facts=FACTS,
    )
    unsure = follow_up(
        bank,
        question,
        answer(question.id, "宏达贸易公司", 0.6),
        state=after(question.id),
        policy=POLICY,
        facts=FACTS,
    )
    assert sure is not None
    assert unsure is not None
    assert (sure.said, "宏达贸易公司" in sure.words) == ("宏达贸易公司", True)
    assert (unsure.said, unsure.words) == ("", unsure.question.phrasings[1])
    assert sure.question is unsure.question


@pytest.mark.parametrize("grade", [Grade.MATCH, Grade.PARTIAL, Grade.MISMATCH, Grade.UNCLEAR])
def test_right_and_wrong_answers_are_followed_up_alike(bank: Bank, grade: Grade) -> None:
    question = asked(bank, "residence.city")
    made = follow_up(
        bank,
        question,
        answer(question.id, "杭州", 0.99, grade),
        state=after("phone.email", "income.pay_day", "study.school", question.id),
        policy=POLICY,
        facts=FACTS,
    )
    assert made is not None
    assert made.words == "在杭州，离您家不远有什么显眼的建筑？"


@pytest.mark.parametrize("grade", [Grade.DONT_KNOW, Grade.REFUSAL, Grade.NO_ANSWER, Grade.OFF_TOPIC])
def test_no_answer_is_not_followed_up(bank: Bank, grade: Grade) -> None:
    question = asked(bank, "residence.city")
    evidence = answer(question.id, "杭州", 0.99, grade)
    assert follow_up(bank, question, evidence, state=after(question.id), policy=POLICY, facts=FACTS) is None


def test_conditions(bank: Bank) -> None:
    relation, limit = asked(bank, "contacts.relation"), asked(bank, "purpose.limit")

    def target(question: Question, said: str, sure: float) -> str | None:
        evidence = answer(question.id, said, sure)
        made = follow_up(bank, question, evidence, state=after(question.id), policy=POLICY, facts=FACTS)
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
    assert follow_up(bank, question, evidence, state=after(*done), policy=POLICY, facts=FACTS) is None
    bare = replace(after(question.id), facts={})
    assert follow_up(bank, question, evidence, state=bare, policy=POLICY, facts={}) is None


def test_what_was_said_is_never_read_as_a_template(bank: Bank) -> None:
    target = bank.questions["employment.nearby"]
    assert "{{ 7 * 7 }}" in phrase_said(target, 0, "{{ 7 * 7 }}")


def test_grades_of_a_rule(bank: Bank) -> None:
    rule = FollowUp(ask="employment.nearby", grades=frozenset({Grade.UNCLEAR}))
    question = replace(asked(bank, "employment.employer"), follow_ups=(rule,))
    for grade, follows in ((Grade.UNCLEAR, True), (Grade.MATCH, False)):
        evidence = answer(question.id, "宏达贸易公司", 0.97, grade)
        made = follow_up(bank, question, evidence, state=after(), policy=POLICY, facts=FACTS)
        assert (made is not None) is follows


def worn(bank: Bank, question_id: str) -> Exposure:
    shares = np.zeros(len(bank.index.questions))
    shares[bank.index.row[question_id]] = 0.3
    return Exposure(questions=shares, wear=shares)


def test_what_the_chooser_would_not_ask_is_not_asked_as_a_follow_up(bank: Bank) -> None:
    question = asked(bank, "employment.employer")
    evidence = answer(question.id, "宏达贸易公司", 0.97)
    state = after(question.id)

    def made(state: PaperState) -> str | None:
        found = follow_up(bank, question, evidence, state=state, policy=POLICY, facts=FACTS)
        return found.question.id if found is not None else None

    assert made(state) == "employment.nearby"
    assert made(replace(state, heard_before=frozenset({"employment.nearby"}))) != "employment.nearby"
    assert made(replace(state, exposure=worn(bank, "employment.nearby"))) != "employment.nearby"


def test_there_must_be_time_and_room_and_another_topic_between(bank: Bank) -> None:
    nearby = "employment.nearby"
    state = after("employment.employer", "income.pay_day")
    assert may_ask(bank, state, POLICY, nearby)
    assert not may_ask(bank, replace(state, elapsed_s=POLICY.max_survey_s - 1), POLICY, nearby)
    assert not may_ask(bank, state, replace(POLICY, max_questions=2), nearby)
    assert not may_ask(bank, after("employment.employer", "employment.job_title"), POLICY, nearby)
    assert not may_ask(bank, after("employment.employer", nearby), POLICY, nearby)
    assert not may_ask(bank, state, POLICY, "no.such_question")
