"""From free words to a value, and how it stands to the fact. Pure: no sound, no audio."""

import re
from dataclasses import dataclass
from fractions import Fraction

from decision_hook.contract import FactKind
from dialogue.answer.amounts import compare_amounts, read_amount
from dialogue.answer.content import content, mentions
from dialogue.answer.corrections import final_claim
from dialogue.answer.counts import Count, compare_counts, read_count
from dialogue.answer.dates import SpokenDate, compare_dates, read_date, read_month, read_year
from dialogue.answer.digits import compare_digits, read_digits
from dialogue.answer.fold import bare, without_fillers
from dialogue.answer.forms import Sides
from dialogue.answer.sound import align, syllables
from dialogue.answer.tables import Tables
from dialogue.answer.truth import Truth
from dialogue.answer.values import Agreement
from dialogue.answer.wordings import meanings, vocabularies
from dialogue.answer.yes_no import read_yes_no

_NTH = re.compile(r"(?:第|是)([一二两三四1234])个|^([ABCD])$")
_LAST = re.compile(r"(?:最后|后面)(?:那|面|边)?(?:一?个)?")
_FIRST = re.compile(r"(?:最?前面|头)(?:那|一)个?")
_NONE_OF = re.compile(
    r"都不是|都没有|都不对|没有一个|一个都不|都不在|不在(?:这)?里面|哪个都不是|全都?不是|都不属于"
)
_SHORT_VALUE = 8  # characters
_SOUND_SHARE = 5  # a reply may be so many times as long as the value that is found in it by sound
_HOMOPHONE = 0.03  # per syllable: tones may differ in one of four, nothing else
_ORDINAL = {
    "一": 0,
    "1": 0,
    "A": 0,
    "二": 1,
    "两": 1,
    "2": 1,
    "B": 1,
    "三": 2,
    "3": 2,
    "C": 2,
    "四": 3,
    "4": 3,
    "D": 3,
}
_MONTH_PARTS = {
    "月底": (25, 31), "月末": (25, 31), "月初": (1, 7), "月中": (13, 17), "中旬": (11, 20),
    "上旬": (1, 10), "下旬": (21, 31),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one wording of a reply states."""

    agreement: Agreement
    value: str = ""  # what was understood, as said; "": nothing


_NOTHING = Reading(agreement=Agreement.NONE)


def read(text: str, sides: Sides, tables: Tables) -> Reading:
    """How a reply's words stand to the fact, after fillers and corrections."""
    truth = sides.truth
    claim = final_claim(without_fillers(text)).text
    if not claim:
        return _NOTHING
    chosen = _choice(claim, sides)
    if chosen is not None:
        return chosen
    match truth.kind:
        case FactKind.AMOUNT | FactKind.COUNT:
            return _number(claim, truth)
        case FactKind.DATE | FactKind.YEAR | FactKind.MONTH:
            return _date(claim, truth)
        case FactKind.DIGITS:
            said = read_digits(claim)
            if not said:
                return _NOTHING
            agreements = [compare_digits(value, said) for value in truth.texts]
            return Reading(agreement=_best(agreements), value=said)
        case FactKind.YES_NO:
            # The whole text: a correction of one's own yes is resolved with strengths in mind.
            reply = read_yes_no(text, tables.yes_no)
            if reply is None:
                return _NOTHING
            same = reply.polarity == truth.texts[0]
            return Reading(agreement=Agreement.EQUAL if same else Agreement.OTHER, value=reply.polarity)
        case _:
            return _words(claim, sides, tables)


def _best(agreements: list[Agreement]) -> Agreement:
    order = (Agreement.EQUAL, Agreement.PART, Agreement.OPEN, Agreement.NONE, Agreement.OTHER)
    return min(agreements, key=order.index)


def _number(claim: str, truth: Truth) -> Reading:
    expected = truth.number
    if expected is None:
        return _NOTHING
    if truth.kind is FactKind.AMOUNT:
        amount = read_amount(claim)
        if amount is None:
            return _NOTHING
        agreement = compare_amounts(expected, amount, relative=truth.slack("relative", 0.1), per=truth.per)
        return Reading(agreement=agreement, value=_range(int(amount.low), int(amount.high)))
    slack = truth.slack("absolute", 0.0)
    if truth.unit == "号":
        for words, (low, high) in _MONTH_PARTS.items():
            if words in claim and not re.search(r"[\d一二三四五六七八九十]\s*[号日]", claim):
                inside = low <= expected <= high
                return Reading(agreement=Agreement.PART if inside else Agreement.OPEN, value=words)
    if truth.unit in {"年", "岁"}:
        since = _year_to_count(claim, truth)
        if since is not None:
            agreement = compare_counts(expected, since, absolute=max(1.0, slack))
            return Reading(agreement=agreement, value=_range(int(since.low), int(since.high)))
    count = read_count(claim, unit={"号": "号日", "栋": "栋幢号楼座"}.get(truth.unit, truth.unit))
    if count is None:
        return _NOTHING
    agreement = compare_counts(expected, count, absolute=slack)
    return Reading(agreement=agreement, value=_range(int(count.low), int(count.high)))


def _year_to_count(claim: str, truth: Truth) -> Count | None:
    """一六年进的 says ten years in 2026; 九零年的 an age. Arabic 10年 is ten years."""
    if not re.search(
        r"(?:19|20)\d\d|[零一二九八七六][零一二三四五六七八九]年|[一二][九零][零一二三四五六七八九]{2}|两千",
        claim,
    ):
        return None
    said = read_date(claim, today=truth.today)
    if said is None or said.year is None or said.year > truth.today.year:
        return None
    years = truth.today.year - said.year
    return Count(low=Fraction(years), high=Fraction(years))


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


def _date(claim: str, truth: Truth) -> Reading:
    expected = truth.when
    if expected is None:
        return _NOTHING
    if truth.kind is FactKind.MONTH:
        month = read_month(claim)
        if month is None:
            return _NOTHING
        same = month == expected.month
        return Reading(agreement=Agreement.EQUAL if same else Agreement.OTHER, value=str(month))
    said = (
        read_year(claim, today=truth.today)
        if truth.kind is FactKind.YEAR
        else read_date(claim, today=truth.today)
    )
    if said is None:
        return _NOTHING
    if truth.kind is FactKind.YEAR:
        said = SpokenDate(year=said.year, slack_years=said.slack_years)
    agreement = compare_dates(expected, said, slack_years=int(truth.slack("absolute", 0)))
    if agreement is Agreement.OTHER and truth.kind is FactKind.YEAR and said.year and expected.year:
        near = abs(said.year - expected.year) <= 1 + int(truth.slack("absolute", 0))
        agreement = Agreement.PART if near and truth.tolerance is None else agreement
    parts = (said.year, said.month, said.day)
    return Reading(agreement=agreement, value="-".join("?" if p is None else str(p) for p in parts))


def _choice(claim: str, sides: Sides) -> Reading | None:
    """第二个, 最后那个, 都不是: answers that only make sense beside the choices named."""
    truth = sides.truth
    if not truth.choices:
        return None
    words = bare(claim)
    own = {bare(form.text) for form in sides.forms}
    offered = any(bare(choice) in own for choice in truth.choices)
    if _NONE_OF.search(words):
        return Reading(agreement=Agreement.OTHER if offered else Agreement.EQUAL, value="none of them")
    index: int | None = None
    if nth := _NTH.search(words):
        index = _ORDINAL[nth[1] or nth[2]]
    elif _LAST.search(words):
        index = len(truth.choices) - 1
    elif _FIRST.search(words):
        index = 0
    if index is None or index >= len(truth.choices) or len(words) > 9:
        return None
    value = truth.choices[index]
    return Reading(agreement=Agreement.EQUAL if bare(value) in own else Agreement.OTHER, value=value)


def _words(claim: str, sides: Sides, tables: Tables) -> Reading:
    """Names, places, firms and terms: looked for by characters, then by exact sound."""
    said = mentions(claim)
    kernel = content(claim, tables.frames)
    truth, forms = sides.truth, sides.forms
    if truth.kind is FactKind.TERM:
        stated = _term(said, kernel, sides, tables)
        if stated is not None:
            return stated
    for form in sorted(forms, key=lambda f: (not f.whole, -len(f.text))):
        found = kernel in {form.text, f"属{form.text}"} if form.alone else form.text in said
        if found:
            return Reading(agreement=Agreement.EQUAL if form.whole else Agreement.PART, value=form.text)
    for form in sorted(forms, key=lambda f: (not f.whole, -len(f.text))):
        if len(said) > _SOUND_SHARE * len(form.text):
            continue  # two syllables are found by chance in any long reply
        if len(syllables(form.text)) >= 2 and align(form.text, said, tables.sound).distance <= _HOMOPHONE:
            return Reading(agreement=Agreement.EQUAL if form.whole else Agreement.PART, value=form.text)
    own = {form.text for form in forms}
    for value, others in zip(sides.rivals, sides.rival_forms, strict=True):
        texts = {bare(value), *(form.text for form in others if form.whole)} - own
        if any(t == kernel or (len(t) >= 3 and t in said) for t in texts if len(t) >= 2):
            return Reading(agreement=Agreement.OTHER, value=value)
    vague = kernel and not _specific(kernel, truth, tables)
    return Reading(agreement=Agreement.OPEN if vague else Agreement.NONE, value=kernel)


def names_something(kernel: str, sides: Sides, tables: Tables) -> bool:
    """Whether an unknown value is one at all: short as such values are, and not of a closed vocabulary."""
    for expected in map(bare, sides.truth.texts):
        if any(tables.terms[v].closed for v in vocabularies(expected, tables)):
            return False
    longest = max((len(form.text) for form in sides.forms), default=0)
    return 2 <= len(kernel) <= max(_SHORT_VALUE, longest + 2)


def _specific(kernel: str, truth: Truth, tables: Tables) -> bool:
    """False for 一家科技公司 and 那个小区: words that name nothing."""
    match truth.kind:
        case FactKind.COMPANY:
            firms = tables.companies
            empty: tuple[str, ...] = (*firms.generic, *firms.legal, *firms.trades)
        case FactKind.PLACE:
            empty = tables.places.suffixes
        case _:
            return True
    for word in sorted(empty, key=len, reverse=True):
        kernel = kernel.replace(word, "")
    return len(re.sub(r"[一二两三几小大个家那这做开的座条片]", "", kernel)) > 0


def _term(said: str, kernel: str, sides: Sides, tables: Tables) -> Reading | None:
    """A word of the fact's own vocabulary decides; None if there is none in the reply."""
    for expected in map(bare, sides.truth.texts):
        for vocabulary in vocabularies(expected, tables):
            found = meanings(said, vocabulary, tables) or meanings(kernel, vocabulary, tables)
            found = tuple(m for m in found if m.wording not in tables.terms[vocabulary].loose)
            if not found:
                continue
            right = [m for m in found if expected in m.members or m.wording == expected]
            if right and len(right) == len(found):
                return Reading(agreement=Agreement.EQUAL, value=right[0].wording)
            if right or any(_related(expected, m.wording, vocabulary, tables) for m in found):
                return Reading(agreement=Agreement.PART, value=(right or list(found))[0].wording)
            if not any(form.text in said for form in sides.forms if not form.alone):
                return Reading(agreement=Agreement.OTHER, value=found[0].wording)
    return None


def _related(expected: str, wording: str, vocabulary: str, tables: Tables) -> bool:
    """Whether one names the other (互联网, 软件) or both end alike (机械工程师, 软件工程师)."""
    table = tables.terms[vocabulary].members
    if expected in table.get(wording, ()) or expected in wording or wording in expected:
        return True
    return len(wording) > 3 and expected[-3:] == wording[-3:]
