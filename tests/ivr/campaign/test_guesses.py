"""Who was asked how often, from the stored calls."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from config.database import engine_for, migrate
from decision_hook.contract import AnswerEvidence, Application, Fact, FactSource, Grade
from decision_hook.store import HookStore
from ivr.campaign.guesses import GuessLedger, guesses_used_up, known_by
from question_bank.budget import Budgets, Kind

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
BUDGETS = Budgets()


class Stored:
    def __init__(self, folder: Path) -> None:
        engine = engine_for(f"sqlite:///{folder}/test.db")
        migrate(engine)
        self.store, self.ledger = HookStore(engine), GuessLedger(engine)

    def called(self, application: Application, *, days_ago: float = 1, fact: str | None = "employer") -> None:
        self.store.save_application(application, NOON)
        attempt = uuid4()
        self.store.begin_call(attempt, application.id, NOON - timedelta(days=days_ago))
        answer = AnswerEvidence(
            question="employment.employer", fact_key=fact, grade=Grade.MATCH, started_ms=0, ended_ms=1
        )
        self.store.save_answer(attempt, 0, answer)


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    return Stored(tmp_path)


def applicant(number: int, phone: str, name: str = "陈静") -> Application:
    facts = {
        "full_name": Fact(value=name, source=FactSource.FORM),
        "id_tail": Fact(value="3719", source=FactSource.FORM),
    }
    return Application(id=f"A{number}", phone=phone, facts=facts)


def test_a_number_is_known_again_whatever_was_applied_for(stored: Stored) -> None:
    for number in range(3):
        assert not guesses_used_up(applicant(9, "17000000001", "王磊"), NOON, stored.ledger, BUDGETS)
        phone = "+8617000000001" if number else "17000000001"
        stored.called(applicant(number, phone, f"某人{number}"))
    assert guesses_used_up(applicant(9, "17000000001", "王磊"), NOON, stored.ledger, BUDGETS)


def test_a_person_is_known_again_behind_other_numbers(stored: Stored) -> None:
    for number in range(3):
        stored.called(applicant(number, f"1700000000{number}"))
    assert guesses_used_up(applicant(9, "17000000009"), NOON, stored.ledger, BUDGETS)
    assert not guesses_used_up(applicant(9, "17000000009", "王磊"), NOON, stored.ledger, BUDGETS)


def test_a_device_is_known_again_behind_other_people(stored: Stored) -> None:
    def from_device(number: int, device: str | None) -> Application:
        one = applicant(number, f"1700000000{number}", f"某人{number}")
        return one.model_copy(update={"device": device})

    for number in range(BUDGETS.calls[Kind.DEVICE]):
        assert not guesses_used_up(from_device(9, "d-71f3"), NOON, stored.ledger, BUDGETS)
        stored.called(from_device(number, "d-71f3"))
    assert guesses_used_up(from_device(9, "d-71f3"), NOON, stored.ledger, BUDGETS)
    assert not guesses_used_up(from_device(9, "d-71f4"), NOON, stored.ledger, BUDGETS)
    assert not guesses_used_up(from_device(9, None), NOON, stored.ledger, BUDGETS)


def test_what_lies_long_back_or_asked_for_no_fact_does_not_count(stored: Stored) -> None:
    for number in range(3):
        stored.called(applicant(number, "17000000001"), days_ago=40)
        stored.called(applicant(number, "17000000001"), fact=None)
    assert not guesses_used_up(applicant(9, "17000000001"), NOON, stored.ledger, BUDGETS)


def test_without_an_identity_only_the_number_is_known() -> None:
    assert set(known_by(Application(id="A", phone="17000000001"))) == {Kind.NUMBER}
    assert known_by(applicant(1, "17000000001"))[Kind.PERSON] == json.dumps(["陈静", "3719"])
