"""Past calls become training rows: final answers, and who it was by everything else."""

from datetime import UTC, datetime
from math import log
from uuid import uuid4

import pytest

from decision_hook.contract import (
    AnswerEvidence,
    Application,
    CallOutcome,
    CallVerdict,
    EvidencePart,
    Fact,
    FactSource,
    Grade,
    Hypothesis,
    Recommendation,
    RunVersions,
)
from ivr.history import past_answers, who_by_the_rest

GENUINE, IMPOSTOR, COACHED = Hypothesis
APPLICATION = Application(
    id="a",
    phone="13800000000",
    applied_at=datetime(2026, 10, 1, tzinfo=UTC),
    risk_score=0.8,
    facts={
        "pay_day": Fact(value="10", source=FactSource.BANK),
        "birth_date": Fact(value="1980-06-01", source=FactSource.FORM),
    },
)


def answer(question: str, grade: Grade, *, key: str | None = None, weight: float = 0.0) -> AnswerEvidence:
    parts = (
        EvidencePart(
            name="fact", log_likelihood={GENUINE: log(0.8), IMPOSTOR: log(0.8) - weight}, source="test"
        ),
    )
    return AnswerEvidence(
        question=question,
        topic=question.partition(".")[0],
        fact_key=key,
        grade=grade,
        parts=parts if weight else (),
        started_ms=1_000,
        ended_ms=2_500,
        latency_ms=500,
    )


def verdict(*answers: AnswerEvidence, beliefs: dict[Hypothesis, float]) -> CallVerdict:
    return CallVerdict(
        call=uuid4(),
        application="a",
        outcome=CallOutcome.COMPLETED,
        recommendation=Recommendation.APPROVE,
        beliefs=beliefs,
        answers=answers,
        started_at=datetime(2026, 10, 2, tzinfo=UTC),
        versions=RunVersions(
            shengwen="0", bank="b", tables="t", recognizer="r", synthesizer="s", encoder="e", rules="r"
        ),
    )


BELIEFS = {GENUINE: 0.8, IMPOSTOR: 0.15, COACHED: 0.05}


def test_the_last_answer_to_each_question_of_the_paper() -> None:
    held = verdict(
        answer("consent.recording", Grade.MATCH),
        answer("warmup.food", Grade.FREE),
        answer("income.pay_day", Grade.UNCLEAR, key="pay_day"),
        answer("income.pay_day", Grade.MATCH, key="pay_day"),
        answer("phone.plan", Grade.FREE),
        beliefs=BELIEFS,
    )
    rows = past_answers([(held, APPLICATION)], simulated=True)
    assert [(row.question, row.grade, row.source) for row in rows] == [
        ("income.pay_day", Grade.MATCH, FactSource.BANK),
        ("phone.plan", Grade.FREE, None),
    ]
    assert rows[0].applicant["age"] == pytest.approx(0.3)
    assert rows[0].seconds == 2.0
    assert all(row.simulated for row in rows)


def test_a_call_without_beliefs_teaches_nothing() -> None:
    held = verdict(answer("phone.plan", Grade.FREE), beliefs={})
    assert past_answers([(held, APPLICATION)], simulated=False) == []


def test_an_answer_is_not_its_own_witness() -> None:
    told = who_by_the_rest(BELIEFS, answer("income.pay_day", Grade.MATCH, weight=2.0))
    assert told[GENUINE] < BELIEFS[GENUINE]
    assert told[IMPOSTOR] > BELIEFS[IMPOSTOR]
    assert sum(told.values()) == pytest.approx(1)
    assert who_by_the_rest(BELIEFS, answer("phone.plan", Grade.FREE)) == pytest.approx(BELIEFS)
