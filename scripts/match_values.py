"""Facts that nobody wrote down: drawn values of every kind, for fitting and measuring the judge."""

import random
from datetime import date, timedelta

from decision_hook.contract import Fact, FactKind, FactSource
from dialogue.answer.tables import Tables
from dialogue.answer.values import AskedQuestion
from question_bank.question import Question, Role, Statistics

_BRAND = (
    "安邦博创晨达鼎东飞丰福冠光广海汉航昊恒宏鸿华汇慧佳嘉建健金锦京景君凯康科坤蓝乐立利联龙隆美"
    "明诺鹏启千强庆荣瑞润森盛世顺松泰腾天通同万威维祥欣新信兴旭亚扬一亿益银永优宇元远跃云泽展长"
    "正志智中众卓"
)
_ROAD = (
    "安宝北滨长朝春翠大德东丰凤福富高光桂海河和红虹华环黄惠建江金锦景静康兰乐丽莲梁林龙鹿梅民明"
    "南平泉人荣瑞三山上胜石双水松苏泰桃天通文五西溪向新星兴秀学阳银永玉园远月云正中珠紫"
)
_ESTATE = ("花园", "家园", "小区", "公寓", "花苑", "名都", "华府", "新城", "雅苑", "国际", "苑", "城")
_ASKED = {
    "monthly_income": "您一个月的收入大概是多少？",
    "pay_day": "每个月几号发工资？",
    "employer_years": "您在这家单位工作几年了？",
    "children_count": "您有几个孩子？",
    "birth_date": "请问您的出生日期是哪一天？",
    "hire_year": "您是哪一年入职的？",
    "birth_month": "您的生日是几月份？",
    "mobile_tail": "请报一下您手机号的后四位。",
    "contact_name": "您填的联系人叫什么名字？",
    "home_community": "您住的小区叫什么？",
    "home_city": "您住在哪个城市？",
    "home_street": "您家在哪条路上？",
    "employer": "您在哪家单位上班？",
    "salary_bank": "您的工资卡是哪家银行的？",
    "job_title": "您具体做什么岗位？",
    "contact_relation": "这位联系人是您的什么人？",
    "zodiac": "您属什么生肖？",
    "employer_trade": "您单位是做什么行业的？",
}
_TRADES = (
    "科技",
    "贸易",
    "物流",
    "建筑工程",
    "餐饮管理",
    "电子",
    "机械",
    "服装",
    "信息技术",
    "装饰",
    "食品",
    "医疗器械",
)
_LEGAL = ("有限公司", "有限责任公司", "股份有限公司", "集团")


def asked_for(kind: FactKind, key: str, value: str) -> AskedQuestion:
    """A question about one fact, as the judge gets it."""
    question = Question(
        id=f"drawn.{key}",
        topic="drawn",
        role=Role.FACT,
        kind=kind,
        phrasings=("",),
        fact_keys=(key,),
        tolerance={"absolute": 0} if kind is FactKind.YEAR else None,
        cost_s=5,
        statistics=Statistics(table={}, n=0, source="expert"),
    )
    return AskedQuestion(
        question=question, asked=_ASKED[key], expected=Fact(value=value, source=FactSource.BANK), kind=kind
    )


def _characters(pool: str, rng: random.Random, size: int) -> str:
    return "".join(rng.sample(pool, size))


def draw_value(kind: FactKind, key: str, tables: Tables, rng: random.Random) -> str:
    """One value, as it would stand on file."""
    match kind:
        case FactKind.AMOUNT:
            return str(
                rng.choice(
                    [rng.randrange(20, 99) * 100, rng.randrange(6, 60) * 500, rng.randrange(3, 30) * 1_000]
                )
            )
        case FactKind.COUNT:
            high = {"pay_day": 28, "employer_years": 25, "children_count": 4}.get(key, 12)
            return str(rng.randrange(1, high))
        case FactKind.DATE:
            return (date(1960, 1, 1) + timedelta(days=rng.randrange(16_000))).isoformat()
        case FactKind.YEAR:
            return str(rng.randrange(1996, 2026))
        case FactKind.MONTH:
            return str(rng.randrange(1, 13))
        case FactKind.DIGITS:
            return "".join(rng.choice("0123456789") for _ in range(4))
        case FactKind.NAME:
            given = "".join(rng.sample(tables.names.given, rng.choice([1, 2, 2])))
            return rng.choice(tables.names.surnames) + given
        case FactKind.PLACE if key == "home_city":
            return rng.choice(tables.places.cities) + "市"
        case FactKind.PLACE if key == "home_street":
            return _characters(_ROAD, rng, 2) + rng.choice("路路街")
        case FactKind.PLACE:
            return _characters(_ROAD, rng, 2) + rng.choice(_ESTATE)
        case FactKind.COMPANY if key == "salary_bank":
            return rng.choice([name for name in tables.companies.known if name.endswith("银行")])
        case FactKind.COMPANY:
            city = rng.choice(tables.places.cities) + rng.choice(["", "市"])
            brand = _characters(_BRAND, rng, rng.choice([2, 2, 3]))
            return city + brand + rng.choice(_TRADES) + rng.choice(_LEGAL)
        case _:
            vocabulary = {"job_title": "job", "contact_relation": "relation", "employer_trade": "trade"}.get(
                key, "zodiac"
            )
            return rng.choice(sorted(tables.terms[vocabulary].members))


def one_off(kind: FactKind, value: str, rng: random.Random) -> str | None:
    """A value that differs in one digit, one part of a date, or one character; None: there is none."""
    match kind:
        case FactKind.DATE:
            day = date.fromisoformat(value)
            changes = [
                day.replace(year=day.year + rng.choice((-2, -1, 1, 2, 10)), day=min(day.day, 28)),
                day + timedelta(days=rng.choice((-10, -1, 1, 2, 10))),
            ]
            return rng.choice(changes).isoformat()
        case FactKind.YEAR:
            return str(int(value) + rng.choice((-2, -1, 1, 2, -10, 10)))
        case FactKind.AMOUNT | FactKind.COUNT | FactKind.DIGITS:
            at = rng.randrange(min(2, len(value)) if kind is FactKind.AMOUNT else len(value))
            digit = rng.choice([d for d in "123456789" if d != value[at]])
            return value[:at] + digit + value[at + 1 :]
        case FactKind.NAME | FactKind.PLACE | FactKind.COMPANY:
            at = rng.randrange(min(4, len(value)))
            return value[:at] + rng.choice(_BRAND + _ROAD) + value[at + 1 :]
        case _:
            return None
