"""Invented values by fact: what somebody says who believes something else, or makes it up. All fictional."""

import random
from datetime import date, timedelta

from decision_hook.contract import FactKind


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
ZODIAC = _words("鼠 牛 虎 兔 龙 蛇 马 羊 猴 鸡 狗 猪")
STAR_SIGNS = _words("摩羯座 水瓶座 双鱼座 白羊座 金牛座 双子座 巨蟹座 狮子座 处女座 天秤座 天蝎座 射手座")
_STAR_STARTS = (20, 19, 21, 20, 21, 22, 23, 23, 23, 24, 23, 22)  # day of each month a new sign begins

TERMS: dict[str, tuple[str, ...]] = {
    "gender": ("男", "女"),
    "zodiac": ZODIAC,
    "star_sign": STAR_SIGNS,
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
}
PLACES: dict[str, tuple[str, ...]] = {
    "home_district": DISTRICTS,
    "home_street": STREETS,
    "employer_street": STREETS,
    "home_community": COMMUNITIES,
    "account_branch": BRANCHES,
    "id_province": PROVINCES,
}
COMPANY_POOLS: dict[str, tuple[str, ...]] = {
    "employer": COMPANIES,
    "previous_employer": COMPANIES,
    "school": SCHOOLS,
}
YEARS: dict[str, tuple[int, int]] = {
    "graduation_year": (2000, 2020),
    "account_open_year": (2005, 2023),
    "first_card_year": (2008, 2022),
    "hire_year": (2010, 2024),
    "mortgage_start_year": (2010, 2023),
}
COUNTS: dict[str, tuple[int, int]] = {
    "age": (23, 58),
    "children_count": (0, 2),
    "home_building": (1, 30),
    "home_years": (1, 15),
    "employer_years": (1, 15),
    "pay_day": (5, 28),
    "credit_card_count": (1, 6),
}
AMOUNTS: dict[str, tuple[int, int, int]] = {  # from, to, step
    "annual_income": (60_000, 400_000, 10_000),
    "mortgage_monthly": (1_800, 9_500, 100),
    "provident_fund_monthly": (600, 4_800, 100),
    "requested_limit": (10_000, 100_000, 5_000),
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


def zodiac_of(born: date) -> str:
    """By calendar year. (Births before the lunar new year belong to the year before.)"""
    return ZODIAC[(born.year - 4) % 12]


def star_sign_of(born: date) -> str:
    return STAR_SIGNS[(born.month - (born.day < _STAR_STARTS[born.month - 1])) % 12]


def age_on(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
