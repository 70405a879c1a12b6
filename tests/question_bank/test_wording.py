"""What an outside writer may not have spoken."""

import pytest

from decision_hook.contract import Fact, FactSource
from question_bank.bank import Bank
from question_bank.wording import problems_of

FACTS = {
    "spouse_name": Fact(value="王磊", source=FactSource.FORM),
    "home_city": Fact(value="杭州", source=FactSource.FORM, also=("杭州市",)),
}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("在杭州，您平时爱去哪片山里走走？", None, id="good"),
        pytest.param("请告诉我您的银行卡密码是什么？", "asks for a secret", id="secret"),
        pytest.param("您信仰什么宗教呢，常去哪里？", "religion", id="religion"),
        pytest.param("您说得没错，那附近有山吗？", "tells right from wrong", id="says it was right"),
        pytest.param("您和王磊在杭州常去哪里玩？", "speaks a fact", id="another fact on file"),
        pytest.param("您是八八年生，在杭州住了12年吗？", "number nobody said", id="a number"),
        pytest.param("杭州很美。", "not one question", id="no question"),
        pytest.param("您好吗？您在杭州做什么？", "not one question", id="two questions"),
        pytest.param("在{{ home_city }}住得怎么样呢？", "marks that are no speech", id="template"),
        pytest.param("杭州？", "characters long", id="too short"),
        pytest.param("在杭州" + "住得很久很久" * 8 + "吗？", "characters long", id="too long"),
        pytest.param("您目前住在什么城市里？", "shares more than", id="the twin of another question"),
    ],
)
def test_proposals(bank: Bank, text: str, problem: str | None) -> None:
    target = bank.questions["residence.landmark"]
    found = problems_of(text, target=target, bank=bank, facts=FACTS, said="杭州")
    if problem is None:
        assert found == []
    else:
        assert any(problem in one for one in found), found
