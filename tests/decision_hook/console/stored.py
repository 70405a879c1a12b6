"""A stored call with everything that a page can show."""

from datetime import UTC, datetime
from uuid import UUID

from config.database import engine_for, migrate
from decision_hook.contract import (
    AnswerEvidence,
    Application,
    CallOutcome,
    CallVerdict,
    Consent,
    ConsentKind,
    CreditDecision,
    DecisionResult,
    EvidencePart,
    Fact,
    FactSource,
    Grade,
    Hypothesis,
    Reason,
    Recommendation,
    RunVersions,
    VoiceHit,
    VoiceResult,
)
from decision_hook.store import HookStore

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CALL = UUID("5b0c1f9e-5d2a-4d53-9d0e-0a8a5a1f7a01")
FORM, BANK, BUREAU = FactSource.FORM, FactSource.BANK, FactSource.BUREAU
APPLICATION = Application(
    id="A-2026-0317",
    phone="17000010317",
    product="gold",
    facts={
        "full_name": Fact(value="郑国栋", source=FORM),
        "employer": Fact(value="远航运输公司", source=FORM),
        "home_district": Fact(value="洪山区", source=FORM),
        "monthly_income": Fact(value="16000", source=FORM),
        "card_purpose": Fact(value="旅游", source=FORM),
        "account_branch": Fact(value="开发区支行", source=BANK),
        "debit_card_tail": Fact(value="9036", source=BANK),
        "mortgage_bank": Fact(value="建设银行", source=BUREAU),
        "car_loan": Fact(value="yes", source=BUREAU),
        "zodiac": Fact(value="猪", source=FactSource.DERIVED),
    },
)


def part(name: str, genuine: float, impostor: float, coached: float, note: str) -> EvidencePart:
    return EvidencePart(
        name=name,
        log_likelihood={
            Hypothesis.GENUINE: genuine,
            Hypothesis.IMPOSTOR: impostor,
            Hypothesis.COACHED: coached,
        },
        source="statistics:expert" if name == "fact" else "delivery.yaml:simulated",
        n=0 if name == "fact" else 793,
        note=note,
    )


ANSWERS = (
    AnswerEvidence(
        question="warmup.food",
        topic="warmup",
        asked="想先听您说两句，您平时最爱吃什么菜？",
        text="我最爱吃热干面，周末自己也做。",
        grade=Grade.FREE,
        started_ms=2_000,
        ended_ms=4_500,
        latency_ms=820,
        state="fluent",
    ),
    AnswerEvidence(
        question="employment.employer",
        topic="employment",
        fact_key="employer",
        asked="您现在在哪里上班？",
        text="我在远航运输上班。",
        grade=Grade.MATCH,
        confidence=0.97,
        llr=0.34,
        parts=(part("fact", -0.22, -0.56, -0.5, "said in these words"),),
        started_ms=6_000,
        ended_ms=7_400,
        latency_ms=910,
        state="fluent",
        measures={"latency_ms": 910.0, "pause_ms": 0.0, "rate_syl_s": 4.7, "latency_z": -0.4},
    ),
    AnswerEvidence(
        question="accounts.branch",
        topic="accounts",
        fact_key="account_branch",
        asked="您是在我行哪个网点开的户？",
        text="呃，好像是，城西那个吧。",
        grade=Grade.MISMATCH,
        confidence=0.91,
        llr=-2.4,
        parts=(
            part("fact", -2.7, -0.9, -1.4, "says something else"),
            part("delivery", -0.4, 0.2, 0.1, "hesitant: latency z 2.6, longest pause z 1.9, 1 fillers"),
        ),
        started_ms=9_000,
        ended_ms=11_800,
        latency_ms=2_600,
        state="hesitant",
        measures={"latency_ms": 2_600.0, "pauses": 2.0, "fillers": 1.0},
    ),
    AnswerEvidence(
        question="credit.mortgage_bank",
        topic="credit",
        fact_key="mortgage_bank",
        asked="您的房贷是在哪家银行办的？",
        text="我没有房贷。",
        grade=Grade.DENIAL,
        confidence=0.88,
        llr=-3.1,
        parts=(part("fact", -4.2, -1.1, -1.6, "says something else"),),
        started_ms=14_000,
        ended_ms=15_200,
        latency_ms=1_200,
        state="fluent",
    ),
    AnswerEvidence(
        question="accounts.debit_tail",
        topic="accounts",
        fact_key="debit_card_tail",
        asked="请用按键输入借记卡尾号后四位。",
        text="9036",
        grade=Grade.MATCH,
        confidence=1.0,
        llr=1.2,
        parts=(part("fact", -0.3, -1.5, -1.1, "keyed"),),
        started_ms=17_000,
        ended_ms=18_500,
        attempts=2,
        keyed=True,
    ),
)
VERDICT = CallVerdict(
    call=CALL,
    application=APPLICATION.id,
    outcome=CallOutcome.COMPLETED,
    recommendation=Recommendation.REFER_FRAUD,
    reasons=(Reason.FACTS_MISMATCH, Reason.WATCHLIST_CANDIDATE),
    beliefs={Hypothesis.GENUINE: 0.03, Hypothesis.IMPOSTOR: 0.91, Hypothesis.COACHED: 0.06},
    answers=ANSWERS,
    consents=(
        Consent(kind=ConsentKind.RECORDING, given=True, at_ms=800, asked="录音可以吗？", words="可以"),
        Consent(kind=ConsentKind.VOICEPRINT, given=True, at_ms=1_500, asked="声纹可以吗？", words="行吧"),
    ),
    voice=VoiceResult(
        searched=True,
        hits=(VoiceHit(entry="W-0007", llr=3.4, score=0.83, expected_false_alarms=4.0, rivals=1),),
        net_speech_s=14.2,
        confidence="normal",
        found_of_100=57.0,
        found_of_100_interval=(41.0, 69.0),
        found_of_100_from="19 human voices",
        earlier_calls=2,
        earlier_llr=-4.2,
        replay_of="5b0c1f9e-5d2a-4d53-9d0e-0a8a5a1f7a99",
        list_size=1_000,
        model="ge2e",
    ),
    decision=CreditDecision(
        result=DecisionResult.REFER, reasons=("facts_mismatch", "probably_not_the_applicant"), rules="abc"
    ),
    recording=f"{CALL}.flac",
    started_at=AT,
    answered_at=AT,
    duration_s=20.0,
    versions=RunVersions(shengwen="0.1.0", bank="262afef31028", rules="61f2ca57c089", seed=7),
)


def open_store(url: str) -> HookStore:
    """A database with that call, and one application that was decided without any."""
    engine = engine_for(url)
    migrate(engine)
    store = HookStore(engine)
    keep(store, APPLICATION, VERDICT)
    low = Application(id="A-low", phone="17000010146", facts={"full_name": Fact(value="林文静", source=FORM)})
    store.save_application(low, AT)
    store.save_decision("A-low", CreditDecision(result=DecisionResult.APPROVE, limit=40_000), AT)
    return store


def keep(store: HookStore, application: Application, verdict: CallVerdict) -> None:
    store.save_application(application, AT)
    store.begin_call(verdict.call, application.id, AT)
    store.end_call(verdict, AT)
