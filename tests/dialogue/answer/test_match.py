"""Words, sounds and likelihoods together, for every kind."""

import pytest

from decision_hook.contract import FactKind, Grade
from dialogue.answer.forms import near_wrong, sides_of
from dialogue.answer.match import conclude, plan
from dialogue.answer.truth import truth_of
from dialogue.answer.values import Agreement, WordingRole
from dialogue.hearing.port import Transcript
from tests.dialogue.answer.asked import TODAY, asked, tables, truth

K = FactKind
RIGHT = [
    (K.AMOUNT, "15000", "monthly_income", "嗯，大概一万五吧"),
    (K.AMOUNT, "15000", "monthly_income", "1万5左右"),
    (K.AMOUNT, "8500", "monthly_income", "八千多"),
    (K.AMOUNT, "180000", "annual_income", "一年十八万"),
    (K.AMOUNT, "3500", "provident_fund_monthly", "三四千块"),
    (K.COUNT, "2", "children_count", "一儿一女"),
    (K.COUNT, "0", "children_count", "没有孩子"),
    (K.COUNT, "15", "pay_day", "每个月十五号"),
    (K.COUNT, "10", "employer_years", "一六年进来的"),
    (K.COUNT, "36", "age", "九零年的"),
    (K.COUNT, "12", "home_building", "十二栋"),
    (K.DATE, "1990-05-17", "birth_date", "九零年五月十七"),
    (K.DATE, "1990-05-17", "birth_date", "五月十七号"),
    (K.DATE, "1990-05-17", "birth_date", "九一年，不对，九零年五月十七"),
    (K.DATE, "2026-10-12", "apply_date", "上个月十二号"),
    (K.YEAR, "2016", "hire_year", "大概一六年"),
    (K.YEAR, "2016", "hire_year", "2016年"),
    (K.YEAR, "1998", "hire_year", "九七，哦不是，是九八年"),
    (K.YEAR, "1990-05-17", "birth_date", "九零年"),
    (K.YEAR, "2025", "hire_year", "去年"),
    (K.MONTH, "5", "month", "五月份"),
    (K.MONTH, "1990-05-17", "birth_date", "五月"),
    (K.DIGITS, "2516", "mobile_tail", "二五幺六"),
    (K.DIGITS, "8881", "mobile_tail", "三个八一"),
    (K.DIGITS, "123X", "id_tail", "一二三，叉"),
    (K.NAME, "张伟", "contact_name", "他叫张伟"),
    (K.NAME, "张伟", "contact_name", "章伟"),
    (K.NAME, "欧阳静", "contact_name", "欧阳静"),
    (K.PLACE, "沈阳市", "home_city", "审养"),
    (K.PLACE, "沈阳市", "home_city", "我在沈阳"),
    (K.PLACE, "阳光花园小区", "home_community", "杨光花园那边"),
    (K.PLACE, "朝阳区望京街道", "home_street", "望京那边"),
    (K.PLACE, "人民路128号", "home_street", "人民路一百二十八号"),
    (K.COMPANY, "深圳市腾达科技有限公司", "employer", "在腾达上班"),
    (K.COMPANY, "腾达科技（深圳）有限公司", "employer", "腾达科技"),
    (K.COMPANY, "中国工商银行", "salary_bank", "工行的"),
    (K.COMPANY, "招商银行股份有限公司深圳分行", "salary_bank", "招行"),
    (K.COMPANY, "北京大学", "school", "北大"),
    (K.COMPANY, "沈阳市第四人民医院", "employer", "第四人民医院"),
    (K.TERM, "软件工程师", "job_title", "我是写代码的"),
    (K.TERM, "马", "zodiac", "属马的"),
    (K.TERM, "租房", "home_ownership", "租的房子"),
    (K.TERM, "本科", "education", "大学本科毕业"),
    (K.TERM, "妻子", "contact_relation", "是我老婆"),
    (K.TERM, "配偶", "contact_relation", "我爱人"),
    (K.TERM, "未婚", "marital_status", "还没结婚"),
    (K.TERM, "女", "gender", "女的"),
    (K.TERM, "养蜂员", "job_title", "我是养蜂员"),
    (K.YES_NO, "no", "car_loan", "没有"),
    (K.YES_NO, "yes", "car_loan", "有的，还在还"),
]
WRONG = [
    (K.AMOUNT, "15000", "monthly_income", "八千多"),
    (K.AMOUNT, "15000", "monthly_income", "两万五"),
    (K.COUNT, "2", "children_count", "三个"),
    (K.COUNT, "2", "children_count", "没有孩子"),
    (K.COUNT, "15", "pay_day", "二十八号"),
    (K.DATE, "1990-05-17", "birth_date", "八五年十一月二号"),
    (K.YEAR, "2016", "hire_year", "零九年"),
    (K.MONTH, "5", "month", "十二月"),
    (K.DIGITS, "2516", "mobile_tail", "八零四三"),
    (K.NAME, "张伟", "contact_name", "李娜"),
    (K.PLACE, "沈阳市", "home_city", "在广州"),
    (K.PLACE, "阳光花园小区", "home_community", "翠湖名都"),
    (K.COMPANY, "深圳市腾达科技有限公司", "employer", "美团"),
    (K.COMPANY, "中国工商银行", "salary_bank", "建设银行"),
    (K.TERM, "软件工程师", "job_title", "在工地上开车的司机"),
    (K.TERM, "马", "zodiac", "属猪的"),
    (K.TERM, "租房", "home_ownership", "单位宿舍"),
    (K.TERM, "妻子", "contact_relation", "我爸"),
    (K.TERM, "妻子", "contact_relation", "我老公"),
    (K.TERM, "本科", "education", "初中毕业"),
    (K.YES_NO, "no", "car_loan", "有的"),
]
NEITHER = [
    (K.AMOUNT, "15000", "monthly_income", "已完五"),
    (K.DIGITS, "2516", "mobile_tail", "二五"),
    (K.DATE, "1990-05-17", "birth_date", "农历四月二十三"),
    (K.COMPANY, "深圳市腾达科技有限公司", "employer", "科技公司"),
    (K.PLACE, "阳光花园小区", "home_community", "就一个小区"),
    (K.TERM, "租房", "home_ownership", "反正就那样随便待待"),
    (K.TERM, "马", "zodiac", "书么的呀"),
    (K.PLACE, "阳光花园小区", "home_community", "这个跟你们办卡也没有什么太大的关系吧我觉得"),
    (K.YES_NO, "no", "car_loan", "这个怎么说呢"),
    (K.YES_NO, "no", "car_loan", "有，没有"),
    (K.AMOUNT, "8500", "monthly_income", "几万块"),
]
PARTLY = [
    (K.DATE, "1990-05-17", "birth_date", "九零年的"),
    (K.NAME, "张伟强", "contact_name", "伟强"),
    (K.NAME, "张伟", "contact_name", "张先生"),
    (K.DIGITS, "2516", "mobile_tail", "五一六"),
    (K.AMOUNT, "8500", "monthly_income", "几千块"),
    (K.COUNT, "15", "pay_day", "月中吧"),
    (K.YEAR, "2016", "hire_year", "一七年"),
    (K.TERM, "机械工程师", "job_title", "软件工程师"),
]


def grade_of(kind: FactKind, value: str, key: str, said: str) -> Grade:
    made = plan(truth(kind, value, key=key), Transcript(text=said), tables())
    return conclude(made, (), tables().match).grade


@pytest.mark.parametrize(("kind", "value", "key", "said"), RIGHT)
def test_right(kind: FactKind, value: str, key: str, said: str) -> None:
    assert grade_of(kind, value, key, said) is Grade.MATCH


@pytest.mark.parametrize(("kind", "value", "key", "said"), WRONG)
def test_wrong(kind: FactKind, value: str, key: str, said: str) -> None:
    assert grade_of(kind, value, key, said) is Grade.MISMATCH


@pytest.mark.parametrize(("kind", "value", "key", "said"), NEITHER)
def test_undecided_accuses_nobody(kind: FactKind, value: str, key: str, said: str) -> None:
    assert grade_of(kind, value, key, said) is Grade.UNCLEAR


@pytest.mark.parametrize(("kind", "value", "key", "said"), PARTLY)
def test_partly_right(kind: FactKind, value: str, key: str, said: str) -> None:
    assert grade_of(kind, value, key, said) is Grade.PARTIAL


@pytest.mark.parametrize(
    ("said", "grade"),
    [
        ("第二个", Grade.MATCH),
        ("第一个", Grade.MISMATCH),
        ("最后那个", Grade.MISMATCH),
        ("都不是", Grade.MISMATCH),
        ("软件吧", Grade.MATCH),
        ("物流", Grade.MISMATCH),
    ],
)
def test_answers_beside_named_choices(said: str, grade: Grade) -> None:
    question = asked(K.TERM, "软件", words="是餐饮、软件还是物流这一行？", options=("餐饮", "物流", "教育"))
    found = truth_of(question, today=TODAY)
    assert found is not None
    assert found.choices == ("餐饮", "软件", "物流")
    assert conclude(plan(found, Transcript(text=said), tables()), (), tables().match).grade is grade


def test_none_of_them_is_right_if_the_truth_was_not_named() -> None:
    question = asked(K.TERM, "软件", words="是餐饮、教育还是物流？", options=("餐饮", "物流", "教育"))
    found = truth_of(question, today=TODAY)
    assert found is not None
    made = plan(found, Transcript(text="都不是"), tables())
    assert conclude(made, (), tables().match).grade is Grade.MATCH


@pytest.mark.parametrize(
    ("kind", "value", "key", "words", "number"),
    [
        (K.COUNT, "2016", "hire_year", "工作几年了？", 10),
        (K.COUNT, "1990-12-17", "birth_date", "您今年多大？", 35),
        (K.COUNT, "1990-05-17", "birth_date", "生日是几号？", 17),
        (K.COUNT, "3", "children_count", "几个孩子？", 3),
    ],
)
def test_a_count_from_a_year_or_a_date(kind: FactKind, value: str, key: str, words: str, number: int) -> None:
    found = truth_of(asked(kind, value, key=key, words=words), today=TODAY)
    assert found is not None
    assert found.number == number


def test_other_names_of_the_value_count() -> None:
    found = truth(K.COMPANY, "华润万家生活超市有限公司", also=("万家超市",))
    assert plan(found, Transcript(text="万家超市"), tables()).reading.agreement is Agreement.EQUAL


def test_likelihoods_turn_a_misheard_answer() -> None:
    found = truth(K.DATE, "1990-05-17")
    made = plan(found, Transcript(text="五月十一"), tables())
    assert made.wordings[0].role is WordingRole.FREE
    assert "五月十七" in [w.text for w in made.wordings if w.role is WordingRole.EXPECTED]
    assert len(made.wordings) <= 15
    likely = [-2.0 if w.role is WordingRole.EXPECTED else -12.0 for w in made.wordings]
    unlikely = [-1.0 if w.role is WordingRole.FREE else -30.0 for w in made.wordings]
    assert conclude(made, likely, tables().match).grade is Grade.MATCH
    assert conclude(made, unlikely, tables().match).grade is Grade.MISMATCH


def test_words_that_settle_it_ask_nothing_of_the_recogniser() -> None:
    made = plan(truth(K.AMOUNT, "15000"), Transcript(text="一万五"), tables())
    assert made.wordings == ()


def test_readings_that_mostly_disagree_make_a_match_unclear() -> None:
    heard = Transcript(text="有", alternatives=("没有", "没有的", "没有啊"))
    made = plan(truth(K.YES_NO, "yes"), heard, tables())
    assert conclude(made, (), tables().match).grade is Grade.UNCLEAR


def test_an_opposite_yes_is_unclear_if_another_reading_agrees() -> None:
    made = plan(truth(K.YES_NO, "no"), Transcript(text="有", alternatives=("没有",)), tables())
    assert conclude(made, (), tables().match).grade is Grade.UNCLEAR


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (K.AMOUNT, "15000"),
        (K.COUNT, "2"),
        (K.YEAR, "2016"),
        (K.MONTH, "5"),
        (K.DATE, "1990-05-17"),
        (K.DIGITS, "2516"),
        (K.NAME, "张伟"),
        (K.PLACE, "沈阳市"),
        (K.PLACE, "阳光花园小区"),
        (K.PLACE, "建设银行和平支行"),
        (K.COMPANY, "深圳市腾达科技有限公司"),
        (K.COMPANY, "中国工商银行"),
        (K.COMPANY, "北京大学"),
        (K.TERM, "马"),
        (K.TERM, "软件工程师"),
        (K.TERM, "养蜂员"),
    ],
)
def test_ten_rivals_of_every_kind(kind: FactKind, value: str) -> None:
    found = truth(kind, value)
    assert len(near_wrong(found, tables())) >= 10
    sides = sides_of(found, tables())
    own = {form.text for form in sides.forms if form.whole}
    for value_forms in sides.rival_forms:
        assert value_forms
        if kind is not K.DATE:  # another year leaves month and day as they are
            assert not own & {form.text for form in value_forms if form.whole}


@pytest.mark.parametrize(
    ("kind", "value"),
    [(K.AMOUNT, "很多"), (K.YEAR, "七年"), (K.DATE, "五月"), (K.YES_NO, "maybe"), (K.DIGITS, "无")],
)
def test_a_value_that_does_not_fit_its_kind_is_no_truth(kind: FactKind, value: str) -> None:
    assert truth_of(asked(kind, value), today=TODAY) is None
