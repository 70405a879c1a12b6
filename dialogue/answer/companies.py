"""Firms, banks and schools: 深圳市腾达科技有限公司 is 腾达科技 or 腾达 when spoken of."""

import re

from dialogue.answer.fold import bare
from dialogue.answer.tables import CompanyTable, Tables
from dialogue.answer.values import Form

_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")


def company_forms(value: str, tables: Tables) -> tuple[Form, ...]:
    """From the full name down to the brand."""
    texts = [bare(value), bare(_BRACKETS.sub("", value))]
    texts += _known(bare(value), tables.companies)
    core = _without_legal(_without_region(bare(_BRACKETS.sub("", value)), tables), tables.companies)
    texts += [_without_legal(bare(_BRACKETS.sub("", value)), tables.companies), core]
    brand = _without_trade(core, tables.companies)
    texts.append(brand)
    if core.endswith("银行") and len(core) > 4:
        texts.append(core.removeprefix("中国"))
    for tail in ("大学", "学院", "医院", "中学", "小学", "学校", "厂", "店", "酒店", "幼儿园"):
        if core.endswith(tail) and len(core) - len(tail) >= 3:
            texts.append(core.removesuffix(tail))
    short = [t for t in dict.fromkeys(texts) if len(t) >= 2]
    return tuple(Form(text=t, template=f"c{i}") for i, t in enumerate(short))


def _known(value: str, table: CompanyTable) -> list[str]:
    """Short names of a known firm or bank, found by its full name or by any short one.

    A branch (招商银行深圳分行) is known by the bank it begins with.
    """
    for full, shorts in table.known.items():
        names = (full, *shorts)
        if value in names or any(len(n) >= 4 and value.startswith(n) for n in names):
            return [full, *shorts]
    return []


def _without_region(value: str, tables: Tables) -> str:
    for place in sorted((*tables.places.provinces, *tables.places.cities), key=len, reverse=True):
        for suffix in ("特别行政区", "自治区", "省", "市", "县", ""):
            head = place + suffix
            rest = value.removeprefix(head)
            # 北京大学 and 上海银行 are names, not a region and a rest.
            if rest != value and len(rest) >= 4 and not rest.startswith(("银行", "大学", "交通大学")):
                return _without_region(rest, tables)
    return re.sub(r"^[\u4e00-\u9fff]{2,3}?(?:市|县|区)(?=[\u4e00-\u9fff]{4})", "", value)


def _without_legal(value: str, table: CompanyTable) -> str:
    for ending in sorted(table.legal, key=len, reverse=True):
        if value.endswith(ending) and len(value) - len(ending) >= 2:
            return _without_legal(value.removesuffix(ending), table)
    return value


def _without_trade(value: str, table: CompanyTable) -> str:
    for ending in sorted(table.trades, key=len, reverse=True):
        if value.endswith(ending) and len(value) - len(ending) >= 2:
            return _without_trade(value.removesuffix(ending), table)
    return value


def near_companies(value: str, tables: Tables) -> tuple[str, ...]:
    """Other firms of the same make: other banks for a bank, other brands with the same trade for a firm."""
    table = tables.companies
    folded = bare(value)
    known = _known(folded, table)
    kinds = [tail for tail in ("银行", "大学") if folded.endswith(tail)]
    rivals: list[str] = []
    if known or kinds:
        tail = kinds[0] if kinds else ""
        rivals = [n for n in table.known if n.endswith(tail) and n not in known and n != folded]
    core = _without_legal(_without_region(folded, tables), table)
    brand = _without_trade(core, table)
    rest = core.removeprefix(brand)
    rivals += [other + rest for other in table.brands if other not in folded]
    return tuple(dict.fromkeys(rivals))
