"""Applications and personas the tests of this room share."""

from typing import Any

from decision_hook.contract import Application, Fact, FactKind, FactSource
from ivr.simulator.applicant import Applicant
from ivr.simulator.cue import Cue
from ivr.simulator.persona import Persona
from ivr.simulator.reply import Reply, Say, Speaker

FORM, BANK, BUREAU, DERIVED = FactSource.FORM, FactSource.BANK, FactSource.BUREAU, FactSource.DERIVED


def application(phone: str = "17000020001") -> Application:
    facts = {
        "full_name": ("陈志强", FORM),
        "birth_date": ("1986-05-17", FORM),
        "home_city": ("杭州", FORM),
        "employer": ("天成科技公司", FORM),
        "monthly_income": ("18000", FORM),
        "debit_card_tail": ("6284", BANK),
        "account_open_year": ("2012", BANK),
        "previous_city": ("南京", BUREAU),
        "car_loan": ("no", BUREAU),
        "zodiac": ("虎", DERIVED),
    }
    return Application(
        id="test",
        phone=phone,
        facts={key: Fact(value=value, source=source) for key, (value, source) in facts.items()},
    )


def persona(**traits: Any) -> Persona:
    quiet = {"fillers": {"probability": 0}, "pauses": {"probability": 0}}
    return Persona.model_validate({"name": "somebody", **quiet, **traits})


def applicant(seed: int = 1, **traits: Any) -> Applicant:
    return Applicant(application(), persona(**traits), seed)


def cue(question_id: str, *fact_keys: str, kind: FactKind = FactKind.TERM) -> Cue:
    return Cue(question_id=question_id, fact_keys=fact_keys, kind=kind)


def words(reply: Reply | None) -> str:
    """What the applicant says, without the second voice."""
    assert reply is not None
    return "".join(
        step.text for step in reply.steps if isinstance(step, Say) and step.speaker is Speaker.SELF
    )
