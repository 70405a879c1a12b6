from datetime import UTC, datetime
from uuid import UUID

from decision_hook.contract import (
    AnswerEvidence,
    CallOutcome,
    CallVerdict,
    Grade,
    Recommendation,
    RunVersions,
)
from ivr.demo import understood


def answer(question: str, grade: Grade, *, attempts: int = 1, fact: str | None = "f") -> AnswerEvidence:
    return AnswerEvidence(
        question=question, fact_key=fact, grade=grade, started_ms=0, ended_ms=500, attempts=attempts
    )


def verdict(call: int, *answers: AnswerEvidence) -> CallVerdict:
    return CallVerdict(
        call=UUID(int=call),
        application="a",
        outcome=CallOutcome.COMPLETED,
        recommendation=Recommendation.APPROVE,
        answers=answers,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        versions=RunVersions(shengwen="test"),
    )


def test_what_stays_unclear_is_counted_by_question_and_call() -> None:
    found = understood(
        [
            verdict(
                1,
                answer("warmup", Grade.FREE, fact=None),
                answer("year", Grade.UNCLEAR),
                answer("year", Grade.MATCH, attempts=2),
                answer("city", Grade.MISMATCH),
            ),
            verdict(
                2,
                answer("year", Grade.UNCLEAR),
                answer("year", Grade.UNCLEAR, attempts=2),
                answer("year", Grade.UNCLEAR, attempts=3),
                answer("city", Grade.DONT_KNOW),
            ),
        ]
    )
    assert (found["questions"], found["unclear_at_first"], found["unclear_at_last"]) == (4, 2, 1)


def test_no_question_has_no_share() -> None:
    assert understood([verdict(1)]) == {
        "questions": 0,
        "unclear_at_first": 0,
        "unclear_at_first_interval": [0.0, 1.0],
        "unclear_at_last": 0,
        "unclear_at_last_interval": [0.0, 1.0],
    }
