"""Invented values by fact: what somebody says who believes something else, or makes it up. All fictional."""

import random
from datetime import date, timedelta

from decision_hook.contract import FactKind
from decision_hook.contract.derived import STAR_SIGNS, ZODIAC


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹"
GIVEN = _words(
    "伟 芳 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 "
    "明 超 秀英 建华 志强 晓燕 海波 文静 佳怡 子轩 雨桐 浩然 思远 丽华 "
    "国栋 春梅 婷婷 俊杰 雪梅 玉兰 立新 红霞 永强 小龙 振华 慧敏"
)

CITIES = _words(
    "北京 上海 广州 深圳 杭州 南京 苏州 成都 重庆 武汉 西安 天津 青岛 济南 郑州 长沙 合肥 福州 厦门 宁波 "
    "无锡 沈阳 大连 昆明 南昌 石家庄 太原 哈尔滨"
)
DISTRICTS = _words(
    "西湖区 朝阳区 天河区 江宁区 武侯区 雁塔区 洪山区 越秀区 海曙区 吴中区 市南区 历下区 岳麓区 包河区"
)
STREETS = _words(
    "文三路 中山路 人民路 解放路 建设路 和平路 新华路 文化路 长江路 黄河路 延安路 光明路 学院路 胜利路"
)
COMMUNITIES = _words(
    "翠苑小区 阳光花园 锦绣家园 金色家园 城市花园 绿地小区 "
    "滨江花园 东方明珠 世纪花园 幸福小区 桂花园 枫林小区"
)
BRANCHES = _words("中山路支行 城东支行 高新支行 人民路支行 开发区支行 火车站支行 新区支行 大学城支行")
PROVINCES = _words("浙江 江苏 广东 四川 湖北 陕西 山东 河南 湖南 安徽 福建 辽宁 河北 江西")
AIRPORTS = _words("萧山机场 禄口机场 双流机场 白云机场 虹桥机场 天河机场 咸阳机场")
RIVERS = _words("长江 黄河 珠江 湘江 汉江 钱塘江 西湖 东湖")
STATIONS = _words("东站 南站 北站 西站")
COMPANIES = _words(
    "宏达贸易公司 天成科技公司 恒通物流公司 安信电子公司 "
    "新元建筑公司 华康医药公司 佳美食品公司 远航运输公司 "
    "正大机械厂 博雅教育公司 瑞丰超市 蓝海软件公司"
)
BANKS = _words(
    "工商银行 建设银行 农业银行 中国银行 招商银行 交通银行 "
    "邮储银行 浦发银行 中信银行 民生银行 光大银行 兴业银行"
)
SCHOOLS = _words("浙江工业大学 江苏大学 湖北大学 西南大学 山东理工大学 广州大学 长安大学 南昌大学")

HIGH_SCHOOLS = _words("第一中学 第二中学 实验中学 育才中学 师大附中 外国语学校")
CARRIERS = _words("中国移动 中国联通 中国电信")
INSURERS = _words("人保财险 平安保险 太平洋保险 大地保险")
BUILDERS = _words("万科 保利 绿城 龙湖 碧桂园")

TERMS: dict[str, tuple[str, ...]] = {
    "gender": ("男", "女"),
    "zodiac": tuple(ZODIAC),
    "star_sign": tuple(STAR_SIGNS),
    "education": ("高中", "大专", "本科", "硕士"),
    "marital_status": ("已婚", "未婚", "离异"),
    "home_ownership": ("自有", "租房", "单位宿舍", "与父母同住"),
    "employer_trade": ("贸易", "软件", "物流", "建筑", "教育", "医疗", "餐饮", "制造"),
    "job_title": ("会计", "销售经理", "工程师", "行政主管", "司机", "老师", "护士", "设计师", "采购", "店长"),
    "department": ("财务部", "销售部", "技术部", "行政部", "采购部", "人事部", "生产部"),
    "contact_relation": ("配偶", "父亲", "母亲", "朋友", "同事", "哥哥", "姐姐"),
    "bank_product": ("定期存款", "理财", "基金", "国债"),
    "car_brand": ("大众", "丰田", "本田", "比亚迪", "别克", "日产", "吉利"),
    "card_purpose": ("日常消费", "装修", "旅游", "购物", "买家电"),
    "apply_channel": ("手机银行", "网点", "客户经理", "微信"),
    "spouse_zodiac": tuple(ZODIAC),
    "child_zodiac": tuple(ZODIAC),
    "major": ("会计", "计算机", "机械", "土木工程", "市场营销", "工商管理", "电子信息"),
    "employer_nature": ("国企", "民企", "外企", "事业单位"),
    "car_colour": ("白色", "黑色", "灰色", "银色", "蓝色"),
    "car_energy": ("汽油", "纯电", "混动"),
    "mortgage_kind": ("商业贷款", "公积金贷款", "组合贷款"),
    "second_contact_relation": ("朋友", "同事", "哥哥", "姐姐"),
    "email_provider": ("QQ邮箱", "网易邮箱", "新浪邮箱"),
    "bill_delivery": ("电子账单", "短信账单", "纸质账单"),
    "top_spending": ("餐饮", "超市", "加油", "网购"),
    "pay_app": ("微信", "支付宝", "云闪付"),
    "utility_paid": ("水费", "电费", "燃气费", "话费"),
    "card_product": ("普卡", "金卡", "白金卡"),
    "card_delivery": ("家里", "单位", "网点"),
}
PLACES: dict[str, tuple[str, ...]] = {
    "home_district": DISTRICTS,
    "home_street": STREETS,
    "employer_street": STREETS,
    "home_community": COMMUNITIES,
    "account_branch": BRANCHES,
    "id_province": PROVINCES,
    "home_province": PROVINCES,
    "exam_province": PROVINCES,
    "home_next_district": DISTRICTS,
    "home_airport": AIRPORTS,
    "home_river": RIVERS,
    "home_station": STATIONS,
}
COMPANY_POOLS: dict[str, tuple[str, ...]] = {
    "employer": COMPANIES,
    "previous_employer": COMPANIES,
    "school": SCHOOLS,
    "high_school": HIGH_SCHOOLS,
    "contact_employer": COMPANIES,
    "spouse_employer": COMPANIES,
    "social_employer": COMPANIES,
    "mobile_carrier": CARRIERS,
    "car_insurer": INSURERS,
    "home_builder": BUILDERS,
}
YEARS: dict[str, tuple[int, int]] = {
    "graduation_year": (2000, 2020),
    "account_open_year": (2005, 2023),
    "first_card_year": (2008, 2022),
    "hire_year": (2010, 2024),
    "mortgage_start_year": (2010, 2023),
    "birth_year": (1970, 2000),
    "spouse_birth_year": (1970, 2000),
    "wedding_year": (1998, 2022),
    "child_birth_year": (2000, 2023),
    "enrol_year": (1996, 2016),
}
COUNTS: dict[str, tuple[int, int]] = {
    "age": (23, 58),
    "children_count": (0, 2),
    "home_building": (1, 30),
    "home_years": (1, 15),
    "employer_years": (1, 15),
    "pay_day": (5, 28),
    "credit_card_count": (1, 6),
    "statement_day": (1, 28),
    "birth_day": (1, 28),
    "household_size": (1, 6),
    "home_size": (45, 140),
    "home_rooms": (1, 4),
    "home_floor": (1, 28),
    "property_count": (1, 3),
    "account_count": (1, 4),
    "deposit_years": (1, 5),
    "mortgage_years": (10, 30),
    "mortgage_left_years": (3, 28),
    "study_years": (3, 5),
    "team_size": (3, 20),
    "fund_rate": (5, 12),
    "graduation_age": (19, 26),
    "hire_age": (22, 45),
    "first_card_age": (20, 40),
    "account_age": (18, 35),
    "mortgage_age": (25, 45),
    "wedding_age": (22, 34),
    "parent_age": (23, 36),
}
AMOUNTS: dict[str, tuple[int, int, int]] = {  # from, to, step
    "annual_income": (60_000, 400_000, 10_000),
    "mortgage_monthly": (1_800, 9_500, 100),
    "provident_fund_monthly": (600, 4_800, 100),
    "requested_limit": (10_000, 100_000, 5_000),
    "total_limit": (20_000, 200_000, 10_000),
    "other_card_limit": (10_000, 80_000, 5_000),
    "car_price": (60_000, 260_000, 10_000),
    "deposit_amount": (10_000, 200_000, 10_000),
    "fund_balance": (10_000, 120_000, 1_000),
    "rent_monthly": (1_000, 4_500, 100),
    "car_loan_monthly": (1_200, 4_500, 100),
    "last_cash_amount": (200, 5_000, 100),
    "bonus_amount": (5_000, 60_000, 1_000),
    "expected_spend": (1_000, 9_000, 500),
}


def full_name(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def digits(rng: random.Random, n: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(n))


def invent(key: str, kind: FactKind, rng: random.Random, *, other_than: str | None = None) -> str:
    """A plausible value written as in an application; never `other_than` where there is a choice."""
    value = _draw(key, kind, rng)
    for _ in range(50):
        if value != other_than:
            break
        value = _draw(key, kind, rng)
    return value


def _draw(key: str, kind: FactKind, rng: random.Random) -> str:
    match kind:
        case FactKind.YES_NO:
            return rng.choice(("yes", "no"))
        case FactKind.NAME:
            return full_name(rng)
        case FactKind.DATE:
            early, late = (2024, 2026) if key == "apply_date" else (1968, 2001)
            return (date(early, 1, 1) + timedelta(days=rng.randrange((late - early) * 365))).isoformat()
        case FactKind.YEAR:
            return str(rng.randint(*YEARS.get(key, (2005, 2023))))
        case FactKind.MONTH:
            return str(rng.randint(1, 12))
        case FactKind.AMOUNT:
            low, high, step = AMOUNTS.get(key, (4_000, 26_000, 500))
            return str(rng.randrange(low, high + 1, step))
        case FactKind.COUNT:
            return str(rng.randint(*COUNTS.get(key, (1, 12))))
        case FactKind.DIGITS:
            return digits(rng, 4)
        case FactKind.PLACE:
            return rng.choice(PLACES.get(key, CITIES))
        case FactKind.COMPANY:
            return rng.choice(COMPANY_POOLS.get(key, BANKS))
        case FactKind.TERM | FactKind.FREE:
            return rng.choice(TERMS.get(key, ("普通的", "标准的", "一般的")))
