"""An application is what a bank holds. Whatever else stands in it, or in a persona, moves no verdict."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from config.settings import Settings
from decision_hook.contract import (
    AnswerEvidence,
    Application,
    CallOutcome,
    CallVerdict,
    Fact,
    Grade,
    Hypothesis,
    RunVersions,
    VoiceResult,
)
from decision_hook.credit_limit.decide import decide, load_credit_policy
from dialogue.interview import Interviewed
from ivr.findings import advise
from ivr.simulator.demo import Entry
from ivr.simulator.load import load_demo
from ivr.simulator.reply import Reply
from question_bank.load import load_bank
from question_bank.paper import Ask, PaperPolicy, begin, choose

CALL = UUID("11111111-2222-3333-4444-555555555555")
BELIEFS = {Hypothesis.GENUINE: 0.97, Hypothesis.IMPOSTOR: 0.02, Hypothesis.COACHED: 0.01}


def bare(application: Application) -> Application:
    """Facts with a source, the score of earlier systems, a number to dial."""
    facts = {
        key: Fact(value=fact.value, source=fact.source, kind=fact.kind)
        for key, fact in application.facts.items()
    }
    return Application(
        id="bare",
        phone="17000000000",
        product=application.product,
        facts=facts,
        risk_score=application.risk_score,
    )


def called() -> list[Entry]:
    return [entry for entry in load_demo().entries if entry.expect.called]


def heard(application: Application) -> Interviewed:
    """Every fact asked for and right."""
    answers = tuple(
        AnswerEvidence(
            question=f"any.{key}",
            topic="any",
            fact_key=key,
            asked="请问？",
            text=fact.value,
            grade=Grade.MATCH,
            started_ms=0,
            ended_ms=500,
            latency_ms=400,
        )
        for key, fact in sorted(application.facts.items())
    )
    return Interviewed(
        outcome=CallOutcome.COMPLETED,
        answers=answers,
        beliefs=BELIEFS,
        beliefs_without_delivery=BELIEFS,
        net_speech_s=12.0,
    )


@pytest.mark.parametrize("entry", called(), ids=lambda entry: entry.name)
def test_the_paper_the_advice_and_the_decision_stay_the_same(entry: Entry) -> None:
    full = entry.player.application
    bank = load_bank(Settings().interview.bank)
    states = [begin(application, seed=5) for application in (full, bare(full))]
    papers = [choose(bank, state, PaperPolicy(), Random(1)) for state in states]
    assert isinstance(papers[0], Ask)
    assert papers[0] == papers[1]
    policy = load_credit_policy(Path("config/rules"), call_above=0.5)
    silent = VoiceResult(searched=False, why_not="no consent")
    concluded = []
    for application in (full, bare(full)):
        recommendation, reasons = advise(application, heard(full), silent)
        verdict = CallVerdict(
            call=CALL,
            application="any",
            outcome=CallOutcome.COMPLETED,
            recommendation=recommendation,
            reasons=reasons,
            started_at=datetime(2026, 11, 1, 9, tzinfo=UTC),
            versions=RunVersions(shengwen="any"),
        )
        concluded.append((recommendation, reasons, decide(application, verdict, policy)))
    assert concluded[0] == concluded[1]


@pytest.mark.parametrize("entry", called(), ids=lambda entry: entry.name)
def test_a_persona_s_name_says_nothing(entry: Entry) -> None:
    def begins(entry: Entry) -> tuple[Reply | None, object]:
        applicant = entry.player.applicant()
        return applicant.hello(), applicant.beginning()

    player = entry.player
    nameless = replace(player, persona=player.persona.model_copy(update={"name": "somebody"}))
    assert begins(entry) == begins(replace(entry, player=nameless))
