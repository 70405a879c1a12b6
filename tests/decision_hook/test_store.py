"""The back end's tables on a real database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from config.database import engine_for, migrate
from decision_hook.contract import (
    AnswerEvidence,
    Application,
    CallOutcome,
    CallVerdict,
    CreditDecision,
    DecisionResult,
    Grade,
    Recommendation,
    RunVersions,
)
from decision_hook.store import HookStore

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
APPLICATION = Application(id="A1", phone="17000000001")


@pytest.fixture
def store(tmp_path: Path) -> HookStore:
    engine = engine_for(f"sqlite:///{tmp_path}/test.db")
    migrate(engine)
    return HookStore(engine)


def answer(number: int) -> AnswerEvidence:
    return AnswerEvidence(question=f"q.{number}", grade=Grade.MATCH, started_ms=number, ended_ms=number + 1)


def test_an_application_is_stored_once(store: HookStore) -> None:
    assert store.save_application(APPLICATION, AT)
    assert not store.save_application(APPLICATION.model_copy(update={"phone": "17000000002"}), AT)
    assert store.application("A1") == APPLICATION
    assert store.application("A2") is None


def test_an_attempt_cannot_begin_twice(store: HookStore) -> None:
    store.save_application(APPLICATION, AT)
    attempt = uuid4()
    store.begin_call(attempt, "A1", AT)
    with pytest.raises(IntegrityError):
        store.begin_call(attempt, "A1", AT)


def test_earlier_calls_are_those_of_the_number(store: HookStore) -> None:
    store.save_application(APPLICATION, AT)
    store.save_application(APPLICATION.model_copy(update={"id": "A2"}), AT)
    store.save_application(APPLICATION.model_copy(update={"id": "B", "phone": "17000000002"}), AT)
    first, second, third, other = (uuid4() for _ in range(4))
    for minutes, (attempt, application) in enumerate(
        ((first, "A1"), (other, "B"), (second, "A2"), (third, "A1"))
    ):
        store.begin_call(attempt, application, AT + timedelta(minutes=minutes))
    assert store.earlier_calls(third) == [second, first]
    assert store.earlier_calls(first) == []
    assert store.earlier_calls(uuid4()) == []


def test_answers_outlive_a_crash(store: HookStore) -> None:
    store.save_application(APPLICATION, AT)
    attempt = uuid4()
    store.begin_call(attempt, "A1", AT)
    for number in range(3):
        store.save_answer(attempt, number, answer(number))
    assert store.open_calls() == [attempt]
    assert store.verdict(attempt) is None
    assert [found.question for found in store.answers(attempt)] == ["q.0", "q.1", "q.2"]


def test_a_call_from_beginning_to_decision(store: HookStore) -> None:
    store.save_application(APPLICATION, AT)
    attempt = uuid4()
    store.begin_call(attempt, "A1", AT)
    verdict = CallVerdict(
        call=attempt,
        application="A1",
        outcome=CallOutcome.COMPLETED,
        recommendation=Recommendation.APPROVE,
        answers=(answer(1),),
        decision=CreditDecision(result=DecisionResult.APPROVE, limit=30_000),
        started_at=AT,
        versions=RunVersions(shengwen="test"),
    )
    store.end_call(verdict, AT)
    assert store.verdict(attempt) == verdict
    assert store.open_calls() == []
    (row,) = store.calls()
    assert (row.outcome, row.decision, row.limit) == (CallOutcome.COMPLETED, DecisionResult.APPROVE, 30_000)


def test_the_call_list_holds_what_was_put_on_it_until_it_is_decided(store: HookStore) -> None:
    pending = CreditDecision(result=DecisionResult.PENDING)
    store.save_application(APPLICATION, AT)
    assert store.queued() == []  # stored by somebody who calls himself
    store.queue("A1", pending, AT)
    store.queue("A1", pending, AT)
    assert store.queued() == [APPLICATION]
    assert store.decision("A1") == pending
    store.save_decision("A1", CreditDecision(result=DecisionResult.REFER), AT)
    assert store.queued() == []
    newest = store.decision("A1")
    assert newest is not None
    assert newest.result is DecisionResult.REFER


def test_a_call_lost_in_a_crash_is_closed_with_its_answers(store: HookStore) -> None:
    store.save_application(APPLICATION, AT)
    lost = uuid4()
    store.begin_call(lost, "A1", AT)
    store.save_answer(lost, 0, answer(0))
    versions = RunVersions(shengwen="test")
    assert store.close_lost(AT, versions) == 1
    assert store.close_lost(AT, versions) == 0
    verdict = store.verdict(lost)
    assert verdict is not None
    assert (verdict.outcome, verdict.answers) == (CallOutcome.LINE_FAILED, (answer(0),))
    (row,) = store.calls_of("A1")
    assert row.ended_at == AT
    assert store.calls_of("A2") == []
