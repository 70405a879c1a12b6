"""Places with and without their suffix: 阳光花园小区 is 阳光花园, 朝阳区 is 朝阳."""

import re

from dialogue.answer.fold import bare
from dialogue.answer.numerals import say_number
from dialogue.answer.tables import PlaceTable, Tables
from dialogue.answer.values import Form


def place_forms(value: str, tables: Tables) -> tuple[Form, ...]:
    """Full, without a leading province or city, without the suffix; numbers also spoken."""
    folded = bare(value)
    texts = [folded]
    inner = _without_region(folded, tables.places)
    texts.append(inner)
    short: list[str] = []
    for text in (folded, inner):
        shorter = _without_suffix(text, tables.places)
        texts.append(shorter)
        # 阳光 alone is only part of 阳光花园: there are others.
        short.append(_without_suffix(shorter, tables.places))
    # The parts of an address that name something by themselves: 望京街道 in 朝阳区望京街道.
    parts = re.findall(r"[\u4e00-\u9fff]+?(?:省|市|区|县|街道|镇|路|街|巷|道|小区|支行|分行)", inner)
    if len(parts) > 1:
        texts += [parts[-1], _without_suffix(parts[-1], tables.places)]
    texts += [re.sub(r"\d+", lambda m: say_number(int(m.group())), t) for t in texts]
    kept = [t for t in dict.fromkeys(texts) if len(t) >= 2]
    parts = [t for t in dict.fromkeys(short) if len(t) >= 2 and t not in kept]
    return (
        *(Form(text=t, template=f"p{i}") for i, t in enumerate(kept)),
        *(Form(text=t, template=f"s{i}", whole=False) for i, t in enumerate(parts)),
    )


def _without_region(value: str, table: PlaceTable) -> str:
    for place in sorted((*table.provinces, *table.cities), key=len, reverse=True):
        for suffix in ("特别行政区", "壮族自治区", "自治区", "省", "市"):
            rest = value.removeprefix(place + suffix)
            if rest != value and len(rest) >= 2:
                return _without_region(rest, table)
    return value


def _without_suffix(value: str, table: PlaceTable) -> str:
    for suffix in sorted(table.suffixes, key=len, reverse=True):
        if value.endswith(suffix) and len(value) - len(suffix) >= 2:
            return value.removesuffix(suffix)
    return value


def near_places(value: str, tables: Tables) -> tuple[str, ...]:
    """Other places of the same make, chosen by the value's ending."""
    table, folded = tables.places, bare(value)
    core = _without_suffix(_without_region(folded, table), table)
    if core in table.provinces and folded not in table.cities and not folded.endswith("市"):
        pool: tuple[str, ...] = table.provinces
    elif core in table.cities or folded.endswith("市"):
        pool = table.cities
    elif folded.endswith(("区", "县")) and not folded.endswith(("小区", "社区")):
        pool = table.districts
    elif folded.endswith(("路", "街", "道", "巷", "大道", "街道")):
        pool = table.streets
    elif folded.endswith(("支行", "分行", "营业部", "营业厅", "分理处")):
        tail = folded[len(_without_suffix(folded, table)) :]
        pool = tuple(_without_suffix(p, table) + tail for p in (*table.districts, *table.streets))
    else:
        pool = table.communities
    own = {form.text for form in place_forms(value, tables)}
    return tuple(p for p in dict.fromkeys(pool) if p not in own and _without_suffix(p, table) not in own)
