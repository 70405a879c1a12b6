"""Applicants by chance: a seed gives an application, a persona, and what should come of the call."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from decision_hook.contract import Application, CallOutcome, Fact, FactSource, Reason, Recommendation
from decision_hook.contract.derived import age_on, star_sign_of, zodiac_of
from ivr.simulator import values
from ivr.simulator.demo import Expectation
from ivr.simulator.persona import (
    Accent,
    Act,
    Codec,
    FarEnd,
    Fillers,
    Knowing,
    Memory,
    Noise,
    NoiseKind,
    Pauses,
    Persona,
    Rule,
    SecondVoice,
    Spread,
    Unknown,
    VoiceSpec,
    Warp,
)

TODAY = date(2026, 11, 1)
# Numbers nobody has: the range is not given out to subscribers.
PHONE_PREFIX = "1700002"
STYLES = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
PROMPTERS = ("jm_kumo", "jf_tebukuro", "jf_gongitsune")
# city: province, districts
PLACES: dict[str, tuple[str, tuple[str, ...]]] = {
    "杭州": ("浙江", ("西湖区", "拱墅区", "滨江区", "余杭区")),
    "南京": ("江苏", ("鼓楼区", "江宁区", "建邺区", "栖霞区")),
    "武汉": ("湖北", ("洪山区", "江汉区", "武昌区", "汉阳区")),
    "成都": ("四川", ("武侯区", "锦江区", "青羊区", "成华区")),
    "西安": ("陕西", ("雁塔区", "碑林区", "未央区", "莲湖区")),
    "长沙": ("湖南", ("岳麓区", "芙蓉区", "雨花区", "开福区")),
    "郑州": ("河南", ("金水区", "中原区", "二七区", "管城区")),
    "济南": ("山东", ("历下区", "市中区", "槐荫区", "天桥区")),
    "福州": ("福建", ("鼓楼区", "台江区", "仓山区", "晋安区")),
    "合肥": ("安徽", ("包河区", "蜀山区", "庐阳区", "瑶海区")),
}
TRADES: dict[str, str] = {
    "宏达贸易公司": "贸易",
    "天成科技公司": "软件",
    "恒通物流公司": "物流",
    "安信电子公司": "制造",
    "新元建筑公司": "建筑",
    "华康医药公司": "医药",
    "佳美食品公司": "食品",
    "远航运输公司": "物流",
    "博雅教育公司": "教育",
    "蓝海软件公司": "软件",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """One applicant by chance."""

    application: Application
    persona: Persona
    expect: Expectation
    kind: str  # genuine impostor coached noisy refuses_recording wrong_person hangs_up busy …


def random_persona(seed: int) -> Chance:
    """The same seed gives the same applicant."""
    rng = random.Random(f"applicant/{seed}")
    (kind,) = rng.choices(list(KINDS), weights=[weight for weight, _ in KINDS.values()])
    application = random_application(seed)
    traits, expect = KINDS[kind][1](rng, application)
    persona = Persona.model_validate({"name": f"random-{seed}", **_manners(rng), **traits})
    if persona.second_voice is not None:
        helper = _of_somebody_else(persona.second_voice, persona.voice)
        persona = persona.model_copy(update={"second_voice": helper})
    return Chance(application=application, persona=persona, expect=expect, kind=kind)


def random_application(seed: int) -> Application:
    """A coherent invented life, as far as a bank holds it: some 50 to 70 facts."""
    rng = random.Random(f"application/{seed}")
    born = date(rng.randint(1970, 1999), rng.randint(3, 12), rng.randint(1, 28))
    city, before = rng.sample(list(PLACES), 2)
    province = PLACES[rng.choice((city, before))][0]
    employer, earlier = rng.sample(list(TRADES), 2)
    graduated = born.year + rng.randint(19, 23)
    hired = rng.randint(min(graduated + 1, 2023), 2024)
    income = rng.randrange(5_500, 24_001, 500)
    married = rng.random() < 0.65
    form, bank, bureau, derived = FactSource.FORM, FactSource.BANK, FactSource.BUREAU, FactSource.DERIVED
    phone = f"{PHONE_PREFIX}{(seed * 7_919 + 1_234) % 10_000:04d}"  # one each, up to 10,000 seeds
    facts: dict[str, tuple[str, FactSource]] = {
        "full_name": (values.full_name(rng), form),
        "gender": (rng.choice("男女"), form),
        "birth_date": (born.isoformat(), form),
        "id_tail": (values.digits(rng, 4), form),
        "mobile_tail": (phone[-4:], form),
        "education": (rng.choice(values.TERMS["education"]), form),
        "marital_status": ("已婚" if married else "未婚", form),
        "children_count": (str(rng.randint(0, 2) if married else 0), form),
        "home_city": (city, form),
        "home_district": (rng.choice(PLACES[city][1]), form),
        "home_street": (rng.choice(values.STREETS), form),
        "home_community": (rng.choice(values.COMMUNITIES), form),
        "home_years": (str(rng.randint(1, 12)), form),
        "employer": (employer, form),
        "job_title": (rng.choice(values.TERMS["job_title"]), form),
        "hire_year": (str(hired), form),
        "monthly_income": (str(income), form),
        "contact_name": (values.full_name(rng), form),
        "contact_relation": ("配偶" if married else rng.choice(("父亲", "母亲", "朋友", "同事")), form),
        "requested_limit": (str(rng.randrange(10_000, 80_001, 5_000)), form),
        "card_purpose": (rng.choice(values.TERMS["card_purpose"]), form),
        "account_open_year": (str(rng.randint(graduated, 2023)), bank),
        "account_branch": (rng.choice(values.BRANCHES), bank),
        "debit_card_tail": (values.digits(rng, 4), bank),
        "bank_product": (rng.choice(values.TERMS["bank_product"]), bank),
        "salary_bank": (rng.choice(values.BANKS), bank),
        "previous_employer": (earlier, bureau),
        "previous_city": (before, bureau),
        "credit_card_count": (str(rng.randint(1, 5)), bureau),
        "other_card_bank": (rng.choice(values.BANKS), bureau),
        "first_card_year": (str(rng.randint(max(graduated, 2006), 2023)), bureau),
        "zodiac": (zodiac_of(born.year), derived),
        "star_sign": (star_sign_of(born), derived),
        "age": (str(age_on(born, TODAY)), derived),
        "employer_trade": (TRADES[employer], derived),
        "id_province": (province, derived),
    }
    facts |= _more(rng, born=born, city=city, before=before, hired=hired, income=income, married=married)
    if rng.random() < 0.5:
        facts["mortgage_bank"] = (rng.choice(values.BANKS), bureau)
        facts["mortgage_monthly"] = (str(rng.randrange(1_800, 7_001, 100)), bureau)
        facts["mortgage_start_year"] = (str(rng.randint(max(graduated, 2012), 2023)), bureau)
    left_out = rng.sample(sorted(facts.keys() - {"full_name"}), rng.randint(6, 16))
    return Application(
        id=f"random-{seed}",
        phone=phone,
        applied_at=datetime(2026, 10, 1, 10, tzinfo=UTC) + timedelta(hours=rng.randrange(600)),
        facts={
            key: Fact(value=value, source=source)
            for key, (value, source) in facts.items()
            if key not in left_out
        },
        risk_score=round(rng.uniform(0.55, 0.95), 2),
    )


def _more(
    rng: random.Random, *, born: date, city: str, before: str, hired: int, income: int, married: bool
) -> dict[str, tuple[str, FactSource]]:
    """Facts of the further topics: family, housing, telephone, social insurance, how accounts are used."""
    form, bank, bureau = FactSource.FORM, FactSource.BANK, FactSource.BUREAU
    facts: dict[str, tuple[str, FactSource]] = {
        "birth_place": (before, form),
        "home_size": (str(rng.randrange(60, 131, 2)), form),
        "home_floor": (str(rng.randint(2, 18)), form),
        "department": (rng.choice(values.TERMS["department"]), form),
        "employer_nature": (rng.choice(values.TERMS["employer_nature"]), form),
        "second_contact_name": (values.full_name(rng), form),
        "email_provider": (rng.choice(values.TERMS["email_provider"]), form),
        "expected_spend": (str(rng.randrange(2_000, 8_001, 500)), form),
        "statement_day": (str(rng.randint(1, 28)), form),
        "account_count": (str(rng.randint(1, 3)), bank),
        "last_visit_month": (str(rng.randint(2, 9)), bank),
        "top_spending": (rng.choice(values.TERMS["top_spending"]), bank),
        "pay_app": (rng.choice(values.TERMS["pay_app"]), bank),
        "transfer_bank": (rng.choice(values.BANKS), bank),
        "utility_paid": (rng.choice(values.TERMS["utility_paid"]), bank),
        "last_cash_city": (rng.choice((city, before)), bank),
        "last_cash_amount": (str(rng.choice((500, 1_000, 2_000, 3_000))), bank),
        "salary_since_year": (str(rng.randint(hired, min(hired + 3, 2025))), bank),
        "lost_card": ("no", bank),
        "joint_account": ("no", bank),
        "total_limit": (str(rng.randrange(20_000, 150_001, 10_000)), bureau),
        "student_loan": ("no", bureau),
        "guarantor": ("no", bureau),
        "business_loan": ("no", bureau),
        "provident_fund_city": (city, bureau),
        "provident_fund_monthly": (str(income * 24 // 10_000 * 100), bureau),
        "social_city": (city, bureau),
        "social_since_year": (str(hired - rng.randint(0, 3)), bureau),
        "mobile_carrier": (rng.choice(values.CARRIERS), bureau),
        "mobile_since_year": (str(rng.randint(2008, 2021)), bureau),
    }
    if married:
        facts["spouse_name"] = (values.full_name(rng), form)
        facts["wedding_year"] = (str(born.year + rng.randint(23, 29)), form)
    return facts


Traits = dict[str, object]


def _manners(rng: random.Random) -> Traits:
    """What differs between people whoever they are."""
    first, second = rng.sample(STYLES, 2)
    share = round(rng.uniform(0.3, 0.7), 2)
    name = rng.choice((first, f"{first}*{share}+{second}*{round(1 - share, 2)}"))
    warp = Warp()
    if rng.random() < 0.5:
        warp = Warp(
            pitch_semitones=round(rng.uniform(-4, 4), 1), formant_ratio=round(rng.uniform(0.9, 1.1), 2)
        )
    return {
        "voice": VoiceSpec(name=name, speed=round(rng.uniform(0.9, 1.15), 2), warp=warp),
        "latency_ms": Spread(median=rng.uniform(450, 850), sigma=0.35),
        "fillers": Fillers(probability=round(rng.uniform(0.05, 0.35), 2)),
        "pauses": Pauses(probability=round(rng.uniform(0.0, 0.2), 2)),
        "corrections": round(rng.choice((0.0, 0.0, 0.05)), 2),
        "codec": rng.choice((Codec.ALAW, Codec.ALAW, Codec.ULAW)),
        "hello": rng.random() < 0.2,
    }


_FINE = Expectation(outcome=(CallOutcome.COMPLETED,), recommendation=(Recommendation.APPROVE,))


def _genuine(rng: random.Random, application: Application) -> tuple[Traits, Expectation]:
    """Now and then somebody is wrong about one thing."""
    keys = sorted(set(application.facts) & {"home_years", "account_open_year", "first_card_year", "pay_day"})
    wrong = (
        {rng.choice(keys): Memory.model_validate({"as": Knowing.WRONG})}
        if keys and rng.random() < 0.3
        else {}
    )
    return {"knows": wrong}, _FINE


def _impostor(rng: random.Random, _: Application) -> tuple[Traits, Expectation]:
    unknown = rng.choice(
        (
            (Unknown.INVENT,),
            (Unknown.INVENT, Unknown.DONT_KNOW),
            (Unknown.INVENT, Unknown.INVENT, Unknown.EVADE),
        )
    )
    expect = Expectation(
        outcome=(CallOutcome.COMPLETED,),
        recommendation=(Recommendation.REFER_FRAUD,),
        reasons=(Reason.FACTS_MISMATCH, Reason.FACTS_UNKNOWN),
    )
    return {"knows_sources": (FactSource.FORM,), "unknown": unknown}, expect


def _coached(rng: random.Random, _: Application) -> tuple[Traits, Expectation]:
    prompter = VoiceSpec(name=rng.choice(PROMPTERS))
    helper = SecondVoice(voice=prompter, level_db=round(rng.uniform(-14, -8), 1))
    expect = Expectation(
        outcome=(CallOutcome.COMPLETED,),
        recommendation=(Recommendation.REFER, Recommendation.REFER_FRAUD),
        reasons=(Reason.SECOND_VOICE, Reason.PROMPTED),
    )
    traits: Traits = {
        "knows_sources": (),
        "unknown": (Unknown.DONT_KNOW, Unknown.EVADE),
        "second_voice": helper,
    }
    return traits, expect


def _of_somebody_else(helper: SecondVoice, caller: VoiceSpec) -> SecondVoice:
    """A prompter with the caller's own voice, only lower, would be the caller."""
    others = [name for name in PROMPTERS if name not in caller.name]
    name = helper.voice.name if helper.voice.name in others else others[0]
    return helper.model_copy(update={"voice": helper.voice.model_copy(update={"name": name})})


def _noisy(rng: random.Random, _: Application) -> tuple[Traits, Expectation]:
    traits: Traits = {
        "noise": Noise(kind=rng.choice(list(NoiseKind)), snr_db=round(rng.uniform(12, 22), 1)),
        "codec": rng.choice((Codec.GSM, Codec.ALAW)),
        "accent": tuple(rng.sample(list(Accent), rng.randint(0, 2))),
        "packet_loss": round(rng.choice((0.0, 0.01)), 2),
        "behaviour": (Rule.model_validate({"at": "2", "do": Act.ASK_REPEAT}),),
    }
    return traits, _FINE


def _refuses_recording(rng: random.Random, _: Application) -> tuple[Traits, Expectation]:
    rule = Rule.model_validate({"at": "consent.recording", "do": Act.REFUSE})
    return {"behaviour": (rule,)}, Expectation(outcome=(CallOutcome.REFUSED_RECORDING,))


def _wrong_person(rng: random.Random, _: Application) -> tuple[Traits, Expectation]:
    rule = Rule.model_validate({"at": "opening.person", "do": Act.WRONG_PERSON})
    return {"behaviour": (rule,)}, Expectation(outcome=(CallOutcome.WRONG_PERSON,))


def _hangs_up(rng: random.Random, _: Application) -> tuple[Traits, Expectation]:
    rule = Rule.model_validate({"at": str(rng.randint(1, 3)), "do": Act.HANG_UP})
    return {"behaviour": (rule,)}, Expectation(outcome=(CallOutcome.HUNG_UP,))


def _not_reached(rng: random.Random, _: Application) -> tuple[Traits, Expectation]:
    line, outcome = rng.choice(
        (
            (FarEnd.BUSY, CallOutcome.BUSY),
            (FarEnd.CONGESTION, CallOutcome.CONGESTION),
            (FarEnd.ANNOUNCEMENT_EARLY, CallOutcome.UNREACHABLE),
            (FarEnd.ANNOUNCEMENT_ANSWERED, CallOutcome.ANNOUNCEMENT),
            (FarEnd.VOICEMAIL, CallOutcome.VOICEMAIL),
        )
    )
    return {"line": line}, Expectation(outcome=(outcome,))


# kind: weight, traits and expectation
KINDS = {
    "genuine": (0.40, _genuine),
    "impostor": (0.20, _impostor),
    "coached": (0.14, _coached),
    "noisy": (0.10, _noisy),
    "refuses_recording": (0.04, _refuses_recording),
    "wrong_person": (0.04, _wrong_person),
    "hangs_up": (0.03, _hangs_up),
    "not_reached": (0.05, _not_reached),
}
