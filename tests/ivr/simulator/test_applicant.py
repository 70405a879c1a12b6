import pytest

from decision_hook.contract import FactKind
from ivr.simulator.persona import Act
from ivr.simulator.phrases import (
    ACTS,
    CONSENT,
    DONT_KNOW,
    EVADE,
    REFUSE_CONSENT,
    TALK_ON,
    VAGUE,
    WARM_UP,
    YES_PERSON,
)
from ivr.simulator.reply import Press, Say, Speaker, Wait
from tests.ivr.simulator.people import applicant, cue, words


def test_the_same_seed_gives_the_same_call() -> None:
    asked = [
        cue("opening.person", kind=FactKind.YES_NO),
        cue("home.city", "home_city", kind=FactKind.PLACE),
        cue("income.monthly", "monthly_income", kind=FactKind.AMOUNT),
        cue("warmup.day", kind=FactKind.FREE),
    ]
    first, second, other = applicant(5), applicant(5), applicant(6)
    assert [first.reply(one) for one in asked] == [second.reply(one) for one in asked]
    assert [applicant(5).reply(one) for one in asked] != [other.reply(one) for one in asked]


def test_prompts_that_ask_nothing_get_no_reply() -> None:
    assert applicant().reply(cue("")) is None


@pytest.mark.parametrize(
    ("question_id", "among"),
    [
        ("opening.person", YES_PERSON),
        ("consent.recording", CONSENT),
        ("consent.voiceprint", CONSENT),
        ("warmup.today", WARM_UP),
    ],
)
def test_the_script_is_answered(question_id: str, among: tuple[str, ...]) -> None:
    for seed in range(20):
        kind = FactKind.FREE if question_id.startswith("warmup") else FactKind.YES_NO
        assert words(applicant(seed).reply(cue(question_id, kind=kind))) in among


@pytest.mark.parametrize(
    ("key", "kind", "heard"),
    [
        ("birth_date", FactKind.DATE, ("八六年五月十七", "一九八六年五月十七", "八六年五月")),
        ("birth_date", FactKind.YEAR, ("八六年", "一九八六年")),
        ("birth_date", FactKind.MONTH, ("五月",)),
        ("monthly_income", FactKind.AMOUNT, ("一万八", "一万八千")),
        ("debit_card_tail", FactKind.DIGITS, ("六二八四",)),
        ("account_open_year", FactKind.YEAR, ("一二年", "二零一二年")),
        ("account_open_year", FactKind.COUNT, ("十四",)),
        ("car_loan", FactKind.YES_NO, ("没有",)),
        ("employer", FactKind.COMPANY, ("天成科技公司",)),
        ("zodiac", FactKind.TERM, ("虎",)),
    ],
)
def test_known_facts_are_said_as_people_say_them(key: str, kind: FactKind, heard: tuple[str, ...]) -> None:
    for seed in range(12):
        for attempt in range(3):
            person = applicant(seed)
            said = [words(person.reply(cue("q", key, kind=kind))) for _ in range(attempt + 1)][-1]
            assert any(form in said for form in heard), said


def test_own_wording_wins() -> None:
    person = applicant(wording={"home_city": ["我家在{value}呢"], "opening.person": ["我就是，你说"]})
    assert words(person.reply(cue("q", "home_city", kind=FactKind.PLACE))) == "我家在杭州呢"
    assert words(person.reply(cue("opening.person", kind=FactKind.YES_NO))) == "我就是，你说"


@pytest.mark.parametrize(("unknown", "among"), [("dont_know", DONT_KNOW), ("evade", EVADE)])
def test_what_is_unknown_is_not_said(unknown: str, among: tuple[str, ...]) -> None:
    thief = applicant(knows_sources=["form"], unknown=unknown)
    reply = thief.reply(cue("q", "debit_card_tail", kind=FactKind.DIGITS))
    assert reply is not None
    assert reply.says()[-1].text in among


def test_a_correction_ends_with_the_right_value() -> None:
    said = words(applicant(corrections=1.0).reply(cue("q", "account_open_year", kind=FactKind.YEAR)))
    assert "不" in said
    assert said.endswith(("一二年", "一二年开的", "二零一二年", "二零一二年开的"))


def test_free_talk_is_long_enough_and_stays_the_same_when_asked_again() -> None:
    person = applicant()
    first = words(person.reply(cue("life.lunch", "employer", kind=FactKind.FREE)))
    other = words(person.reply(cue("life.commute", "employer", kind=FactKind.FREE)))
    assert words(person.reply(cue("life.lunch", "employer", kind=FactKind.FREE))) == first
    assert first != other
    assert min(len(first), len(other)) >= 10


def test_a_prompter_whispers_first_and_only_once() -> None:
    coached = applicant(knows_sources=[], second_voice={"silence_ms": {"median": 2_000, "sigma": 0}})
    city = cue("home.city", "home_city", kind=FactKind.PLACE)
    reply = coached.reply(city)
    assert reply is not None
    whisper, silence, answer = reply.steps
    assert whisper == Say(text="杭州", speaker=Speaker.PROMPTER)
    assert silence == Wait(ms=2_000)
    assert isinstance(answer, Say)
    assert "杭州" in answer.text
    again = coached.reply(city)
    assert again is not None
    assert all(say.speaker is Speaker.SELF for say in again.says())
    assert words(coached.reply(cue("q", "debit_card_tail", kind=FactKind.DIGITS))).endswith(DONT_KNOW)
    assert any(text in words(coached.reply(cue("life.x", kind=FactKind.FREE))) for text in VAGUE)


@pytest.mark.parametrize("act", [Act.ASK_REPEAT, Act.ASK_SLOWER, Act.WHO_ARE_YOU])
def test_some_acts_happen_once_and_then_the_question_is_answered(act: Act) -> None:
    person = applicant(behaviour=[{"at": "home.*", "do": act}])
    city = cue("home.city", "home_city", kind=FactKind.PLACE)
    assert words(person.reply(city)) in ACTS[act]
    assert "杭州" in words(person.reply(city))


@pytest.mark.parametrize("act", [Act.ASK_HUMAN, Act.CALL_LATER, Act.DENY_APPLYING, Act.WRONG_PERSON])
def test_other_acts_are_insisted_on(act: Act) -> None:
    person = applicant(behaviour=[{"at": "1", "do": act}])
    for _ in range(3):
        assert words(person.reply(cue("home.city", "home_city", kind=FactKind.PLACE))) in ACTS[act]
    assert "一万八" in words(person.reply(cue("income", "monthly_income", kind=FactKind.AMOUNT)))


def test_consents_are_refused_in_their_own_words() -> None:
    person = applicant(behaviour=[{"at": "consent.voiceprint", "do": "refuse"}])
    assert words(person.reply(cue("consent.recording", kind=FactKind.YES_NO))) in CONSENT
    assert words(person.reply(cue("consent.voiceprint", kind=FactKind.YES_NO))) in REFUSE_CONSENT


def test_ordinals_count_survey_questions_only() -> None:
    person = applicant(behaviour=[{"at": "2", "do": "hang_up"}])
    for name in ("opening.person", "consent.recording", "warmup.a", "home.city"):
        reply = person.reply(cue(name, "home_city", kind=FactKind.PLACE))
        assert reply is not None
        assert reply.cut_at is None
    reply = person.reply(cue("income", "monthly_income", kind=FactKind.AMOUNT))
    assert reply is not None
    assert reply.cut_at is not None
    assert 0 < reply.cut_at < 1


def test_silence_barging_in_mumbling_and_talking_on() -> None:
    city = cue("home.city", "home_city", kind=FactKind.PLACE)
    silent = applicant(behaviour=[{"do": "silent"}]).reply(city)
    assert silent is not None
    assert silent.steps == ()
    early = applicant(behaviour=[{"do": "barge_in"}]).reply(city)
    assert early is not None
    assert early.from_start
    mumbled = applicant(behaviour=[{"at": "kind:place", "do": "mumble"}]).reply(city)
    assert mumbled is not None
    assert all(say.mumbled for say in mumbled.says())
    endless = applicant(behaviour=[{"do": "talk_on"}]).reply(city)
    assert endless is not None
    assert endless.insists
    assert {say.text for say in endless.says()} >= set(TALK_ON)


@pytest.mark.parametrize(
    ("question", "kind", "keys"),
    [
        (("q:keypad", "debit_card_tail"), FactKind.DIGITS, "6284"),
        (("q:keypad", "account_open_year"), FactKind.YEAR, "2012"),
        (("q:keypad", "birth_date"), FactKind.DATE, "19860517"),
        (("q:keypad", "monthly_income"), FactKind.AMOUNT, "18000#"),
        (("q:keypad", "car_loan"), FactKind.YES_NO, "2"),
        (("consent.recording:keypad",), FactKind.YES_NO, "1"),
        (("own:keypad", "home_city"), FactKind.PLACE, "3"),
    ],
)
def test_an_offered_keypad_is_used(question: tuple[str, ...], kind: FactKind, keys: str) -> None:
    person = applicant(behaviour=[{"do": "mumble"}], keypad={"own": "3"})
    reply = person.reply(cue(*question, kind=kind))
    assert reply is not None
    assert "".join(step.digit for step in reply.steps if isinstance(step, Press)) == keys


def test_how_a_call_begins_is_known_beforehand() -> None:
    person = applicant(3, fillers={"probability": 0.5})
    beginning = set(person.beginning())
    for asked in (
        cue("opening.person", kind=FactKind.YES_NO),
        cue("consent.recording", kind=FactKind.YES_NO),
        cue("warmup.x", kind=FactKind.FREE),
    ):
        reply = person.reply(asked)
        assert reply is not None
        assert set(reply.says()) <= beginning
