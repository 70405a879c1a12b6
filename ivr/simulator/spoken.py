"""How people say a value: by kind and key, several ways each. An applicant's own words, not the judge's."""

from datetime import date

from decision_hook.contract import FactKind
from ivr.simulator.numerals import amount, counted, number, read_digits, year_forms

# What is counted decides the measure word.
MEASURES: dict[str, str] = {
    "age": "岁",
    "children_count": "个",
    "home_years": "年",
    "employer_years": "年",
    "home_building": "号楼",
    "credit_card_count": "张",
    "pay_day": "号",
    "statement_day": "号",
    "birth_day": "号",
    "account_count": "张",
    "property_count": "套",
    "household_size": "口人",
    "team_size": "个人",
    "home_size": "平米",
    "home_rooms": "间",
    "home_floor": "楼",
}
# and for keys not named above, how they end
ENDINGS = {"_years": "年", "_age": "岁"}
NOTHING: dict[str, tuple[str, ...]] = {  # how a count of zero is said
    "children_count": ("没有孩子", "还没有孩子"),
    "credit_card_count": ("一张都没有", "没有信用卡"),
}
# Everyday words for what forms call otherwise.
EVERYDAY: dict[str, tuple[str, ...]] = {
    "自有": ("自己的房子", "自己买的"),
    "租房": ("租的房子", "租的"),
    "单位宿舍": ("住单位宿舍",),
    "与父母同住": ("跟父母一起住", "和爸妈一起住"),
    "已婚": ("已婚", "结婚了"),
    "未婚": ("未婚", "还没结婚"),
    "离异": ("离异", "离婚了"),
    "男": ("男的", "男"),
    "女": ("女的", "女"),
}
# Sentences around a bare value. The bare value is always among them.
BY_KEY: dict[str, tuple[str, ...]] = {
    "gender": ("{value}",),
    "marital_status": ("{value}",),
    "full_name": ("我叫{value}", "{value}"),
    "birth_date": ("{value}", "我是{value}的", "{value}出生的"),
    "zodiac": ("属{value}", "我属{value}的", "属{value}的"),
    "star_sign": ("{value}", "我是{value}", "应该是{value}"),
    "age": ("{value}", "今年{value}", "{value}了"),
    "id_tail": ("{value}", "是{value}", "后四位是{value}"),
    "mobile_tail": ("{value}", "尾号是{value}", "尾号{value}"),
    "contact_mobile_tail": ("{value}", "尾号是{value}", "好像是{value}"),
    "debit_card_tail": ("{value}", "尾号{value}", "卡的尾号是{value}"),
    "education": ("{value}", "我是{value}毕业", "{value}学历"),
    "graduation_year": ("{value}", "{value}毕业的", "我{value}毕业"),
    "school": ("{value}", "{value}毕业的"),
    "home_city": ("{value}", "我住在{value}", "在{value}"),
    "home_district": ("{value}", "在{value}", "住{value}这边"),
    "home_street": ("{value}", "在{value}", "{value}上"),
    "home_community": ("{value}", "住{value}", "小区叫{value}"),
    "home_building": ("{value}", "住{value}", "我们是{value}"),
    "home_years": ("{value}", "住了{value}", "{value}了", "有{value}了"),
    "home_ownership": ("{value}", "是{value}"),
    "previous_city": ("{value}", "之前在{value}", "以前住在{value}"),
    "employer": ("{value}", "我在{value}上班", "单位是{value}"),
    "employer_city": ("{value}", "单位在{value}", "就在{value}"),
    "employer_street": ("{value}", "在{value}上", "公司在{value}"),
    "employer_trade": ("{value}", "做{value}的", "我们是{value}行业"),
    "job_title": ("{value}", "我是{value}", "做{value}"),
    "department": ("{value}", "在{value}", "我是{value}的"),
    "hire_year": ("{value}", "{value}进来的", "我是{value}入职的"),
    "employer_years": ("{value}", "干了{value}", "{value}了", "有{value}了"),
    "previous_employer": ("{value}", "之前在{value}", "以前在{value}上班"),
    "monthly_income": ("{value}", "一个月{value}", "大概{value}", "{value}左右"),
    "annual_income": ("{value}", "一年{value}", "一年大概{value}"),
    "pay_day": ("{value}", "每个月{value}", "{value}发工资"),
    "salary_bank": ("{value}", "发在{value}", "{value}的卡"),
    "provident_fund_monthly": ("{value}", "每个月{value}", "{value}左右"),
    "provident_fund_city": ("{value}", "在{value}交的"),
    "contact_name": ("{value}", "叫{value}", "填的是{value}"),
    "contact_relation": ("{value}", "是我{value}", "我{value}"),
    "account_open_year": ("{value}", "{value}开的", "应该是{value}开的"),
    "account_branch": ("{value}", "在{value}办的", "{value}吧"),
    "bank_product": ("{value}", "有{value}", "买过{value}"),
    "other_card_bank": ("{value}", "{value}的", "有一张{value}的"),
    "credit_card_count": ("{value}", "一共{value}", "有{value}"),
    "first_card_year": ("{value}", "{value}办的", "第一张是{value}办的"),
    "mortgage_bank": ("{value}", "在{value}贷的", "{value}的"),
    "mortgage_monthly": ("{value}", "每个月还{value}", "一个月{value}"),
    "mortgage_start_year": ("{value}", "{value}开始还的"),
    "car_brand": ("{value}", "开的是{value}", "{value}的"),
    "requested_limit": ("{value}", "我申请的是{value}", "{value}吧"),
    "card_purpose": ("{value}", "主要是{value}", "就是{value}用"),
    "apply_channel": ("{value}", "在{value}申请的", "通过{value}办的"),
    "apply_date": ("{value}", "{value}申请的"),
    "school_city": ("{value}", "在{value}"),
    "major": ("{value}", "学的是{value}", "{value}专业"),
    "enrol_year": ("{value}", "{value}考上的"),
    "spouse_zodiac": ("属{value}", "他属{value}"),
    "child_zodiac": ("属{value}", "孩子属{value}"),
    "wedding_year": ("{value}", "{value}结的婚"),
    "child_birth_year": ("{value}", "{value}生的"),
    "household_size": ("{value}", "一共{value}"),
    "home_rooms": ("{value}", "{value}房"),
    "home_floor": ("{value}", "住{value}"),
    "car_colour": ("{value}", "{value}的"),
    "car_energy": ("{value}", "是{value}的"),
    "employer_nature": ("{value}", "是{value}", "算{value}吧"),
    "bonus_month": ("{value}", "一般{value}发"),
    "deposit_month": ("{value}", "{value}到期"),
    "last_visit_month": ("{value}", "{value}去过一次"),
    "top_spending": ("{value}", "主要是{value}"),
    "pay_app": ("{value}", "绑在{value}", "{value}上"),
    "utility_paid": ("{value}", "是{value}"),
    "transfer_bank": ("{value}", "一般转到{value}"),
    "closed_card_bank": ("{value}", "{value}的，销掉了"),
    "mobile_carrier": ("{value}", "{value}的", "用的{value}"),
    "email_provider": ("{value}", "用的是{value}"),
    "bill_delivery": ("{value}", "要{value}"),
    "card_product": ("{value}", "{value}吧"),
    "mortgage_kind": ("{value}", "是{value}"),
    "referrer_name": ("{value}", "{value}推荐的"),
}
BY_KIND: dict[FactKind, tuple[str, ...]] = {
    FactKind.NAME: ("{value}", "叫{value}"),
    FactKind.DATE: ("{value}", "是{value}"),
    FactKind.YEAR: ("{value}", "是{value}", "应该是{value}"),
    FactKind.MONTH: ("{value}", "是{value}"),
    FactKind.AMOUNT: ("{value}", "大概{value}", "{value}左右"),
    FactKind.COUNT: ("{value}", "是{value}", "有{value}"),
    FactKind.DIGITS: ("{value}", "是{value}"),
    FactKind.PLACE: ("{value}", "在{value}"),
    FactKind.COMPANY: ("{value}", "是{value}"),
    FactKind.TERM: ("{value}", "是{value}"),
}
YES = ("是的", "对", "嗯，对", "是的，有", "有的")
NO = ("没有", "没有的", "不是", "没有啊")
YES_BY_KEY: dict[str, tuple[str, ...]] = {
    "car_loan": ("有的", "有", "嗯，有车贷", "有的，还在还"),
    "sms_alert": ("有的", "开了，有短信", "有的，有短信"),
    "extra_card": ("有，办了一张", "有的"),
}
# Contradicting something taken for granted takes more words than a plain no.
NO_BY_KEY: dict[str, tuple[str, ...]] = {
    "car_loan": ("没有", "没有车贷", "没有的"),
    "parking_loan": ("没有啊，我没有车位贷款", "没有", "不是，我没有这个贷款"),
    "student_loan": ("没有啊，我没办过助学贷款", "没有", "不对，我没有助学贷款"),
    "guarantor": ("没有，我没给别人担保过", "没有啊", "不是，没有这回事"),
    "business_loan": ("没有啊，我没有经营贷", "没有", "不对，我没有这种贷款"),
    "lost_card": ("没有，我没挂失过", "没有啊", "不是，我的卡没丢过"),
    "joint_account": ("没有，我没有联名账户", "没有啊", "不对，没有这个账户"),
    "extra_card": ("没有，就我自己一张", "没有"),
    "side_income": ("没有，就是工资", "没有别的"),
    "has_landline": ("没有，早就不用座机了", "没有"),
    "fund_withdrawn": ("没有取过", "没有"),
}


def date_of(value: str) -> date | None:
    """A full ISO date; None if the value is something else."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def asked_as(value: str, kind: FactKind, asked: FactKind, today: date) -> tuple[str, FactKind]:
    """The value as the question wants it: a year or month of a date, the years since a year."""
    if kind is FactKind.DATE and (day := date_of(value)):
        wanted = {FactKind.YEAR: str(day.year), FactKind.MONTH: str(day.month), FactKind.COUNT: str(day.day)}
        if asked in wanted:
            return wanted[asked], asked
    if kind is FactKind.YEAR and asked is FactKind.COUNT and value.isdigit():
        return str(max(today.year - int(value), 0)), asked
    return value, kind


def forms(key: str, kind: FactKind, value: str, also: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Spoken forms of a bare value, the usual ones first. What does not fit its kind is said as written."""
    match kind:
        case FactKind.YES_NO:
            yes = value.strip().lower() in ("yes", "true", "是", "有")
            table, general = (YES_BY_KEY, YES) if yes else (NO_BY_KEY, NO)
            return table.get(key, general)
        case FactKind.DATE if (day := date_of(value)) is not None:
            short, full = year_forms(day.year)
            month, of_month = number(day.month) + "月", number(day.day)
            return short + month + of_month + "号", full + month + of_month + "日", short + month + of_month
        case FactKind.YEAR if value.isdigit() and len(value) == 4:
            return year_forms(int(value))
        case FactKind.MONTH if value.isdigit():
            return number(int(value)) + "月", number(int(value)) + "月份"
        case FactKind.AMOUNT if value.isdigit():
            said = amount(int(value))
            return *said, *(form + "块" for form in said[-1:]), *(form + "块钱" for form in said[-1:])
        case FactKind.COUNT if value.isdigit():
            return _count_forms(key, int(value))
        case FactKind.DIGITS:
            return tuple(dict.fromkeys((read_digits(value, yao=True), read_digits(value)))) or (value,)
        case FactKind.TERM:
            plain = value.removeprefix("属") if key == "zodiac" else value
            return EVERYDAY.get(plain, (plain, *also))
        case FactKind.PLACE:
            return tuple(dict.fromkeys((value, value.removesuffix("市") or value, *also)))
        case _:
            return value, *also


def _count_forms(key: str, n: int) -> tuple[str, ...]:
    if n == 0 and key in NOTHING:
        return NOTHING[key]
    measure = MEASURES.get(key) or next((word for end, word in ENDINGS.items() if key.endswith(end)), "")
    if key == "fund_rate":
        return f"百分之{number(n)}", number(n) + "个点"
    if not measure:
        return (number(n),)
    if key == "home_building":
        return number(n) + "号楼", number(n) + "栋"
    if key == "age":
        return number(n) + "岁", number(n)
    return (counted(n, measure),)


def sentences(key: str, kind: FactKind, form: str) -> tuple[str, ...]:
    """Templates around a form. Yes, no and none stand alone."""
    if kind is FactKind.YES_NO or form in NOTHING.get(key, ()):
        return ("{value}",)
    if kind is FactKind.TERM and form in (
        "结婚了",
        "还没结婚",
        "离婚了",
        "住单位宿舍",
        "跟父母一起住",
        "和爸妈一起住",
    ):
        return ("{value}",)
    return BY_KEY.get(key) or BY_KIND.get(kind, ("{value}",))
