"""What is said in the recordings that hearing is measured on, and what is known to be right: all drawn.

Answers are worded as the synthetic applicants word them, not as the judge expects them; wrong ones are near
(one digit, one year, one syllable off) or far.
"""

import random
from dataclasses import dataclass, replace
from datetime import date

from decision_hook.contract import FactKind, Grade
from ivr.simulator import phrases
from ivr.simulator.spoken import forms, sentences
from ivr.simulator.values import CITIES, GIVEN, SURNAMES, invent

# expects, fact key, kind, how many of forty
KINDS: tuple[tuple[str, str, FactKind, int], ...] = (
    ("date", "birth_date", FactKind.DATE, 4),
    ("year", "hire_year", FactKind.YEAR, 5),
    ("digits", "debit_card_tail", FactKind.DIGITS, 3),
    ("phone", "mobile_tail", FactKind.DIGITS, 2),
    ("id_digits", "id_tail", FactKind.DIGITS, 2),
    ("amount", "monthly_income", FactKind.AMOUNT, 5),
    ("integer", "pay_day", FactKind.COUNT, 2),
    ("integer", "employer_years", FactKind.COUNT, 2),
    ("place", "home_city", FactKind.PLACE, 3),
    ("place", "home_community", FactKind.PLACE, 1),
    ("name", "contact_name", FactKind.NAME, 3),
    ("company", "employer", FactKind.COMPANY, 2),
    ("company", "salary_bank", FactKind.COMPANY, 1),
    ("zodiac", "zodiac", FactKind.TERM, 2),
    ("choice", "education", FactKind.TERM, 2),
    ("yes_no", "car_loan", FactKind.YES_NO, 1),
)
ASKED = {
    "birth_date": "请问您的出生日期是哪一天？",
    "hire_year": "您是哪一年到现在这家单位的？",
    "debit_card_tail": "请报一下您银行卡的后四位。",
    "mobile_tail": "请报一下您手机号的后四位。",
    "id_tail": "请报一下您身份证的后四位。",
    "monthly_income": "您一个月的收入是多少？",
    "pay_day": "每个月几号发工资？",
    "employer_years": "您在这家单位工作几年了？",
    "home_city": "您住在哪个城市？",
    "home_community": "您住的小区叫什么？",
    "contact_name": "您填的联系人叫什么名字？",
    "employer": "您在哪家单位上班？",
    "salary_bank": "您的工资卡是哪家银行的？",
    "zodiac": "您属什么生肖？",
    "education": "您的学历是高中、大专、本科，还是硕士？",
    "car_loan": "您有车贷吗？",
    "usual_day": "您平时下班以后都做些什么？",
    "mortgage_monthly": "您的房贷每个月还多少？",
}
CHOICES = ("高中", "大专", "本科", "硕士")
OPENERS = ("", "", "", "是", "应该是", "我想想，")
CORRECTIONS = ("，不对，", "，哦不，", "，啊不对，是")
REPLIES: dict[Grade, tuple[str, ...]] = {
    Grade.DONT_KNOW: (*phrases.DONT_KNOW, "哎呀，真记不起来了", "这我哪儿记得啊"),
    Grade.REFUSAL: (*phrases.REFUSE_FACT, "这是我的隐私，不说", "我不想回答这个问题"),
    Grade.DENIAL: ("我没有房贷", "没有贷款啊", "我哪有房贷，房子是租的", "没有房贷的"),
    Grade.OFF_TOPIC: (
        "今天天气挺好的",
        "你们银行那个网点门口能不能停车啊",
        "我正在看电视呢",
        "你声音挺好听的",
    ),
    Grade.REPEAT: ("啊？你再说一遍", "没听清楚，再说一遍", "什么？", "刚才问的是什么来着"),
    Grade.SLOWER: ("你说慢一点", "太快了，慢点说", "能不能说慢一些"),
    Grade.WHO_ARE_YOU: ("你是哪里啊", "你们是什么单位", "你是谁啊", "你们是哪家银行"),
    Grade.HUMAN: ("帮我转人工", "我要跟真人说话", "叫你们客服来接"),
    Grade.LATER: ("我现在在开会，晚点再打", "现在不方便，明天再说吧", "我在开车，过一会儿打过来"),
    Grade.WRONG_PERSON: ("你打错了", "我不是他，你找错人了", "这个号码换人了，他不用了"),
    Grade.FREE: phrases.FREE["work"][:3] + phrases.FREE["home"][:3],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One stretch to synthesise, or a silence."""

    text: str = ""  # "": silence
    silence_ms: int = 0
    filler: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One reply and what is known of it."""

    pieces: tuple[Piece, ...]
    expects: str
    key: str
    fact: str | None
    options: tuple[str, ...] = ()
    outcome: Grade
    near: bool | None = None

    @property
    def text(self) -> str:
        return "，".join(piece.text for piece in self.pieces if piece.text)


def answers(n: int, rng: random.Random) -> list[tuple[Saying, Saying]]:
    """Spoken answers, each asked for twice: held against what was said, and against something else."""
    kinds = [kind for kind in KINDS for _ in range(kind[3])]
    made: list[tuple[Saying, Saying]] = []
    while len(made) < n:
        expects, key, kind, _ = kinds[(7 * len(made)) % len(kinds)]
        value = rng.choice(CHOICES) if expects == "choice" else _drawn(key, kind, rng)
        near = len(made) % 2 == 0
        other = near_value(value, key, kind, rng) if near else _far(value, key, kind, rng)
        said = rng.choice(forms(key, kind, value)[:3])
        words = rng.choice(sentences(key, kind, said)).format(value=said)
        right = Saying(
            pieces=_with_pauses(words, said, kind, key, value, rng),
            expects=expects,
            key=key,
            fact=value,
            options=CHOICES if expects == "choice" else (),
            outcome=Grade.MATCH,
        )
        wrong = replace(right, fact=other, outcome=Grade.MISMATCH, near=near and kind is not FactKind.YES_NO)
        made.append((right, wrong))
    return made


def replies(n: int, rng: random.Random) -> list[Saying]:
    """Replies that are no answers to the question, and free answers; every grade in turn."""
    made = []
    grades = list(REPLIES)
    for i in range(n):
        grade = grades[i % len(grades)]
        texts = REPLIES[grade]
        text = texts[(i // len(grades)) % len(texts)]
        free = grade is Grade.FREE
        key = "usual_day" if free else "mortgage_monthly" if grade is Grade.DENIAL else "hire_year"
        fact = None if free else "4500" if grade is Grade.DENIAL else str(rng.randrange(2001, 2024))
        expects = "free" if free else "amount" if grade is Grade.DENIAL else "year"
        made.append(Saying(pieces=(Piece(text=text),), expects=expects, key=key, fact=fact, outcome=grade))
    return made


def _drawn(key: str, kind: FactKind, rng: random.Random) -> str:
    if key == "home_community":
        return (
            rng.choice("春华阳光翠湖金桂银杏") + rng.choice("苑园湾庭") + rng.choice(("小区", "花园", "家园"))
        )
    return invent(key, kind, rng).removeprefix("属")


def _far(value: str, key: str, kind: FactKind, rng: random.Random) -> str:
    if value in CHOICES:
        return rng.choice([choice for choice in CHOICES if choice != value])
    if kind is FactKind.NAME:
        return rng.choice([s for s in SURNAMES if s != value[0]]) + rng.choice(
            [g for g in GIVEN if not set(g) & set(value)]
        )
    for _ in range(60):
        other = _drawn(key, kind, rng)
        if other != value and not same_part(value, other, kind):
            return other
    return other


def same_part(value: str, other: str, kind: FactKind) -> bool:
    """Too close to be called far."""
    if kind in {FactKind.YEAR, FactKind.DATE}:
        return abs(int(value[:4]) - int(other[:4])) < 3
    if kind in {FactKind.AMOUNT, FactKind.COUNT, FactKind.DIGITS}:
        return sum(a != b for a, b in zip(value.zfill(6), other.zfill(6), strict=False)) < 2
    return False


def near_value(value: str, key: str, kind: FactKind, rng: random.Random) -> str:
    """One digit, one year or one syllable off."""
    match kind:
        case FactKind.YES_NO:
            return "no" if value == "yes" else "yes"
        case FactKind.YEAR:
            return str(int(value) + rng.choice((-1, 1)))
        case FactKind.DATE:
            day = date.fromisoformat(value)
            changed = [
                day.replace(year=day.year + rng.choice((-1, 1)), day=min(day.day, 28)),
                day.replace(month=day.month % 12 + 1, day=min(day.day, 28)),
                day.replace(day=day.day % 28 + 1),
            ]
            return rng.choice(changed).isoformat()
        case FactKind.AMOUNT | FactKind.COUNT:
            places = [i for i, digit in enumerate(value) if digit != "0"]
            return _one_digit(value, rng.choice(places), rng)
        case FactKind.DIGITS:
            return _one_digit(value, rng.randrange(len(value)), rng)
        case FactKind.NAME:
            return value[:-1] + rng.choice(
                [g for g in "伟芳敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚" if g != value[-1]]
            )
        case FactKind.PLACE if key == "home_city":
            same = [city for city in CITIES if city != value and set(city) & set(value)]
            return rng.choice(same or [city for city in CITIES if city != value])
        case FactKind.PLACE:
            return rng.choice([c for c in "福新明丽长永" if c != value[0]]) + value[1:]
        case _:
            return _far(value, key, kind, rng)


def _one_digit(value: str, place: int, rng: random.Random) -> str:
    digit = rng.choice([d for d in "123456789" if d != value[place]])
    return value[:place] + digit + value[place + 1 :]


def _with_pauses(
    words: str, said: str, kind: FactKind, key: str, value: str, rng: random.Random
) -> tuple[Piece, ...]:
    """Every second answer plain; the others with a filler, a pause, both, or a correction."""
    opener = rng.choice(OPENERS) if words == said else ""
    draw = rng.random()
    if draw < 0.5 or kind is FactKind.YES_NO:
        return (Piece(text=opener + words),)
    hum = Piece(text=rng.choice(("嗯", "呃", "嗯", "那个", "这个")), filler=True)
    gap = Piece(silence_ms=rng.randrange(280, 1_300))
    if draw < 0.7:
        return (hum, Piece(silence_ms=rng.choice((60, rng.randrange(280, 900)))), Piece(text=opener + words))
    cut = _cut(words)
    if draw < 0.85 and cut:
        middle = (gap, hum, Piece(silence_ms=120)) if rng.random() < 0.4 else (gap,)
        return (Piece(text=words[:cut]), *middle, Piece(text=words[cut:]))
    if kind in {FactKind.YEAR, FactKind.AMOUNT, FactKind.DIGITS, FactKind.COUNT}:
        first = rng.choice(forms(key, kind, near_value(value, key, kind, rng))[:2])
        return (Piece(text=first + rng.choice(CORRECTIONS) + said),)
    return (gap, Piece(text=opener + words))[1:]


def _cut(words: str) -> int:
    """Where a speaker would stop to think; 0: nowhere."""
    for mark in ("年", "月", "市"):
        if 0 < (at := words.find(mark)) < len(words) - 2:
            return at + 1
    return len(words) // 2 if len(words) >= 6 else 0
