"""From evidence to advice: the tables a colleague would draw."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_hook.contract import (
    AnswerEvidence,
    CallOutcome,
    Consent,
    ConsentKind,
    EvidencePart,
    FactSource,
    Grade,
    Hypothesis,
    Reason,
    Recommendation,
    VoiceHit,
    VoiceResult,
)
from decision_hook.verdict import CallFindings, Signal, conclude

GENUINE, IMPOSTOR, COACHED = Hypothesis
APPROVE, REFER, FRAUD, AGAIN = (
    Recommendation.APPROVE,
    Recommendation.REFER,
    Recommendation.REFER_FRAUD,
    Recommendation.CALL_AGAIN,
)
SOURCES = {
    "employer": FactSource.FORM,
    "home_city": FactSource.FORM,
    "salary_bank": FactSource.BANK,
    "account_open_year": FactSource.BANK,
    "mortgage_bank": FactSource.BUREAU,
}
SECOND_VOICE = EvidencePart(
    name="second_voice", log_likelihood={GENUINE: -3.0, IMPOSTOR: -3.0, COACHED: -0.5}, source="test"
)
HIT = VoiceHit(entry="w1", llr=6.0, score=0.9, expected_false_alarms=1.0)
SEARCHED = VoiceResult(searched=True)


def answers(*grades: Grade, state: str = "") -> tuple[AnswerEvidence, ...]:
    """One answer per grade, over the facts of SOURCES in turn."""
    keys = list(SOURCES)
    return tuple(
        AnswerEvidence(
            question=f"q.{i}",
            fact_key=keys[i % len(keys)],
            grade=grade,
            state=state,
            started_ms=0,
            ended_ms=0,
        )
        for i, grade in enumerate(grades)
    )


RIGHT = answers(*[Grade.MATCH] * 5)
WRONG_BANK = answers(Grade.MATCH, Grade.MATCH, Grade.MISMATCH, Grade.MISMATCH, Grade.DONT_KNOW)
IGNORANT = answers(Grade.MATCH, Grade.MATCH, Grade.DONT_KNOW, Grade.DONT_KNOW, Grade.DONT_KNOW)
EVASIVE = answers(Grade.MATCH, Grade.MATCH, Grade.MISMATCH, Grade.REFUSAL, Grade.REFUSAL)
WRONG_FORM = answers(Grade.MISMATCH, Grade.DENIAL, Grade.MATCH, Grade.UNCLEAR, Grade.UNCLEAR)
UNHEARD = answers(Grade.MATCH, Grade.UNCLEAR, Grade.NO_ANSWER, Grade.UNCLEAR, Grade.UNCLEAR)
PROMPTED = answers(*[Grade.MATCH] * 5, state="prompted")


def beliefs(genuine: float, impostor: float) -> dict[Hypothesis, float]:
    return {GENUINE: genuine, IMPOSTOR: impostor, COACHED: 1 - genuine - impostor}


def consent(given_: bool) -> Consent:
    return Consent(kind=ConsentKind.VOICEPRINT, given=given_, at_ms=0, asked="", words="")


SURE = CallFindings(
    outcome=CallOutcome.COMPLETED,
    beliefs=beliefs(0.97, 0.02),
    beliefs_without_delivery=beliefs(0.97, 0.02),
    answers=RIGHT,
    sources=SOURCES,
    voice=SEARCHED,
    consents=(consent(True),),
)
THIEF = replace(
    SURE,
    beliefs=beliefs(0.01, 0.95),
    beliefs_without_delivery=beliefs(0.01, 0.95),
    answers=WRONG_BANK,
)
COACH = replace(SURE, beliefs=beliefs(0.03, 0.05), beliefs_without_delivery=beliefs(0.03, 0.05))
TORN = replace(SURE, beliefs=beliefs(0.6, 0.3), beliefs_without_delivery=beliefs(0.6, 0.3))


def with_second_voice(findings: CallFindings) -> CallFindings:
    first, *rest = findings.answers
    return replace(findings, answers=(first.model_copy(update={"parts": (SECOND_VOICE,)}), *rest))


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        pytest.param(SURE, (APPROVE, []), id="genuine"),
        pytest.param(THIEF, (FRAUD, ["facts_mismatch", "facts_unknown"]), id="impostor"),
        pytest.param(
            replace(THIEF, answers=IGNORANT), (FRAUD, ["facts_unknown"]), id="impostor who knows nothing"
        ),
        pytest.param(
            replace(THIEF, answers=EVASIVE), (FRAUD, ["facts_mismatch"]), id="one wrong, two refused: evades"
        ),
        pytest.param(
            replace(THIEF, answers=EVASIVE[:4]),
            (REFER, ["facts_mismatch"]),
            id="one wrong, one refused: a person looks",
        ),
        pytest.param(
            replace(THIEF, answers=WRONG_FORM),
            (REFER, ["facts_mismatch"]),
            id="only facts of the form were wrong: not called fraud",
        ),
        pytest.param(
            replace(THIEF, answers=RIGHT),
            (REFER, ["undecided"]),
            id="believed an impostor, nothing wrong: torn",
        ),
        pytest.param(
            replace(SURE, voice_used_up=True),
            (REFER, ["voice_used_up"]),
            id="a voice of many calls: a person looks",
        ),
        pytest.param(
            replace(THIEF, voice_used_up=True),
            (FRAUD, ["facts_mismatch", "facts_unknown", "voice_used_up"]),
            id="a voice of many calls excuses nobody",
        ),
        pytest.param(COACH, (REFER, ["prompted"]), id="coached, nobody heard"),
        pytest.param(with_second_voice(COACH), (REFER, ["second_voice", "prompted"]), id="coached, heard"),
        pytest.param(
            with_second_voice(SURE), (REFER, ["second_voice"]), id="second voice stops any approval"
        ),
        pytest.param(
            with_second_voice(THIEF),
            (FRAUD, ["facts_mismatch", "facts_unknown", "second_voice"]),
            id="impostor with a helper",
        ),
        pytest.param(
            with_second_voice(replace(THIEF, beliefs_without_delivery=beliefs(0.02, 0.55))),
            (REFER, ["second_voice", "facts_mismatch", "facts_unknown"]),
            id="a helper is heard, impostor or coached: torn",
        ),
        pytest.param(
            replace(SURE, voice=VoiceResult(searched=True, hits=(HIT,))),
            (REFER, ["watchlist_candidate"]),
            id="voice on the list: never more than a referral by itself",
        ),
        pytest.param(
            replace(THIEF, voice=VoiceResult(searched=True, hits=(HIT,))),
            (FRAUD, ["facts_mismatch", "facts_unknown", "watchlist_candidate"]),
            id="voice on the list and wrong facts",
        ),
        pytest.param(
            replace(COACH, answers=IGNORANT),
            (REFER, ["prompted", "facts_unknown"]),
            id="coached, and lost without the prompter",
        ),
        pytest.param(TORN, (REFER, ["undecided"]), id="undecided"),
        pytest.param(
            replace(TORN, answers=UNHEARD), (REFER, ["undecided", "line_unclear"]), id="undecided, bad line"
        ),
        pytest.param(
            replace(SURE, answers=RIGHT[:2]), (REFER, ["undecided"]), id="sure on two facts is not sure"
        ),
        pytest.param(
            replace(SURE, voice=VoiceResult(searched=False), consents=(consent(False),)),
            (APPROVE, ["no_voice_consent"]),
            id="no voice consent: judged without",
        ),
        pytest.param(
            replace(SURE, voice=VoiceResult(searched=False)),
            (APPROVE, ["voice_too_short"]),
            id="agreed, but too little speech",
        ),
        pytest.param(
            replace(SURE, beliefs={}, beliefs_without_delivery={}, answers=()),
            (REFER, ["undecided"]),
            id="completed with nothing learnt",
        ),
    ],
)
def test_a_completed_call(findings: CallFindings, expected: tuple[Recommendation, list[str]]) -> None:
    assert conclude(findings) == (expected[0], tuple(Reason(reason) for reason in expected[1]))


@pytest.mark.parametrize(
    ("outcome", "signal", "base", "expected"),
    [
        ("hung_up", None, SURE, (AGAIN, ["hung_up"])),
        ("hung_up", None, TORN, (AGAIN, ["hung_up"])),
        ("hung_up", None, THIEF, (FRAUD, ["facts_mismatch", "facts_unknown", "hung_up"])),
        ("hung_up", None, COACH, (REFER, ["prompted", "hung_up"])),
        ("partial", "asked_for_human", TORN, (REFER, ["asked_for_human"])),
        ("partial", "asked_for_later", TORN, (AGAIN, ["asked_for_later"])),
        ("partial", "silent", TORN, (AGAIN, ["silent"])),
        (
            "partial",
            "asked_for_later",
            THIEF,
            (FRAUD, ["facts_mismatch", "facts_unknown", "asked_for_later"]),
        ),
        ("line_failed", None, TORN, (AGAIN, ["not_reached"])),
        ("refused_recording", None, TORN, (REFER, ["refused_recording"])),
        ("wrong_person", None, TORN, (AGAIN, ["wrong_person"])),
        ("not_applied", None, TORN, (FRAUD, ["not_applied"])),
        ("number_rejected", None, TORN, (REFER, ["not_reached"])),
        ("cancelled", None, TORN, (Recommendation.NONE, [])),
        *[
            (outcome, None, TORN, (AGAIN, ["not_reached"]))
            for outcome in (
                "busy no_answer unreachable announcement voicemail congestion trunk_down".split()  # noqa: SIM905
            )
        ],
    ],
)
def test_a_call_that_ended_otherwise(
    outcome: str, signal: str | None, base: CallFindings, expected: tuple[Recommendation, list[str]]
) -> None:
    signals = frozenset({Signal(signal)}) if signal else frozenset[Signal]()
    findings = replace(base, outcome=CallOutcome(outcome), signals=signals)
    assert conclude(findings) == (expected[0], tuple(Reason(reason) for reason in expected[1]))


def test_every_outcome_has_an_answer() -> None:
    for outcome in CallOutcome:
        recommendation, _ = conclude(replace(SURE, outcome=outcome))
        assert recommendation in Recommendation


def test_delivery_turns_approval_into_referral() -> None:
    doubtful = replace(SURE, beliefs=beliefs(0.3, 0.1), answers=PROMPTED)
    assert conclude(doubtful) == (REFER, (Reason.PROMPTED,))


probability = st.floats(0, 1)


@given(probability, probability, st.sampled_from([SURE, THIEF, COACH, TORN, replace(TORN, answers=PROMPTED)]))
def test_delivery_alone_moves_approve_to_refer_and_nothing_further(
    one: float, other: float, base: CallFindings
) -> None:
    heard = beliefs(one, (1 - one) * other)
    without, _ = conclude(replace(base, beliefs=base.beliefs_without_delivery))
    with_delivery, _ = conclude(replace(base, beliefs=heard))
    allowed = {without, REFER} if without is APPROVE else {without}
    assert with_delivery in allowed


@given(probability, probability)
def test_a_voice_alone_never_approves_nor_accuses(one: float, other: float) -> None:
    believed = beliefs(one, (1 - one) * other)
    base = replace(SURE, beliefs=believed, beliefs_without_delivery=believed)
    without, _ = conclude(base)
    found, reasons = conclude(replace(base, voice=VoiceResult(searched=True, hits=(HIT,))))
    assert found is (REFER if without is APPROVE else without)
    assert Reason.WATCHLIST_CANDIDATE in reasons


def test_quiet_answers_do_not_take_back_a_prompter_who_was_heard() -> None:
    quiet = EvidencePart(
        name="second_voice", log_likelihood={GENUINE: 0.0, IMPOSTOR: 0.0, COACHED: -0.5}, source="test"
    )
    heard = with_second_voice(SURE)
    first, *rest = heard.answers
    silent = [answer.model_copy(update={"parts": (quiet,)}) for answer in rest]
    assert conclude(replace(heard, answers=(first, *silent))) == conclude(heard)
    assert conclude(heard)[0] is REFER
