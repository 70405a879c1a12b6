"""What may be repeated to the caller: what was heard, well enough, and never what is on file."""

from pathlib import Path

import pytest

from decision_hook.contract import FactKind
from dialogue.answer.slots import found_in, slot_of
from dialogue.answer.tables import Tables, read_tables
from dialogue.hearing.context import context_of
from dialogue.hearing.port import Transcript


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_tables(Path("config/tables"))


def heard(text: str, *others: str, log_prob: float = -0.2) -> Transcript:
    return Transcript(text=text, alternatives=others, log_prob=log_prob)


@pytest.mark.parametrize(
    ("text", "kind", "key", "value"),
    [
        ("嗯，我在天成科技公司上班。", FactKind.COMPANY, "employer", "天成科技"),
        ("是招商銀行吧", FactKind.COMPANY, "other_card_bank", "招商银行"),
        ("走伤银行", FactKind.COMPANY, "other_card_bank", None),
        ("一家公司", FactKind.COMPANY, "employer", None),
        ("我住在杭州", FactKind.PLACE, "home_city", "杭州"),
        ("在航州呢", FactKind.PLACE, "home_city", "杭州"),
        ("在文三路", FactKind.PLACE, "home_street", "文三路"),
        ("就那边", FactKind.PLACE, "home_street", None),
        ("叫王磊", FactKind.NAME, "contact_name", "王磊"),
        ("我老婆", FactKind.NAME, "contact_name", None),
        ("一个月一万八", FactKind.AMOUNT, "monthly_income", "18000"),
        ("一万到两万吧", FactKind.AMOUNT, "monthly_income", None),
        ("是十四万", FactKind.AMOUNT, "requested_limit", None),  # or 是四万
        ("我老公", FactKind.TERM, "contact_relation", "老公"),
        ("写代码的", FactKind.TERM, "job_title", None),
        ("我是工程师", FactKind.TERM, "job_title", "工程师"),
        ("三七一九", FactKind.DIGITS, "id_tail", None),
        ("八六年五月", FactKind.DATE, "birth_date", None),
        ("武汉，不对，是长沙", FactKind.PLACE, "home_city", "长沙"),
        ("", FactKind.PLACE, "home_city", None),
    ],
)
def test_values(tables: Tables, text: str, kind: FactKind, key: str, value: str | None) -> None:
    found = found_in(text, kind, key, tables)
    assert (found.value if found is not None else None) == value


def test_readings_that_agree_make_it_sure(tables: Tables) -> None:
    def sure(*others: str, log_prob: float = -0.2) -> float:
        slot = slot_of(heard("在杭州", *others, log_prob=log_prob), FactKind.PLACE, "home_city", tables)
        return slot.confidence if slot is not None else 0.0

    assert sure("我在杭州", "杭州啊", "在航州") > 0.92
    assert sure("在湖州", "在广州", "在杭州") == 0.0
    assert sure("我在杭州", log_prob=-2.0) < sure("我在杭州")


def test_homophones_agree_and_other_sounds_do_not(tables: Tables) -> None:
    alike = slot_of(heard("天成科技公司", "天程科技公司"), FactKind.COMPANY, "employer", tables)
    other = slot_of(heard("天成科技公司", "天堂科技公司"), FactKind.COMPANY, "employer", tables)
    assert alike is not None
    assert other is None


def test_an_example_the_recogniser_was_told_is_not_repeated(tables: Tables) -> None:
    told = context_of(FactKind.PLACE, "您家门牌写的是什么路？")
    assert slot_of(heard("解放路", "解放路"), FactKind.PLACE, "home_street", tables, told=told) is None
    assert slot_of(heard("文三路", "文三路"), FactKind.PLACE, "home_street", tables, told=told) is not None
