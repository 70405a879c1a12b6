"""What a manifest says of a question, as the judge gets it in a call; and how far a wrong answer is off."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import ValidationError

from decision_hook.contract import Fact, FactKind, FactSource, SurveyError
from dialogue.answer.dates import read_date
from dialogue.answer.fold import bare, simplified, without_fillers
from dialogue.answer.forms import spoken
from dialogue.answer.numerals import numbers_in, read_number
from dialogue.answer.sound import Syllable, syllables
from dialogue.answer.tables import Tables
from dialogue.answer.truth import truth_of
from dialogue.answer.values import AskedQuestion
from question_bank.question import Question, Role, Statistics

if TYPE_CHECKING:
    from ivr.hearing.manifest import ManifestQuestion


class Expects(StrEnum):
    """What kind of answer a question of a manifest wants."""

    DATE = "date"
    YEAR = "year"
    MONTH = "month"
    DIGITS = "digits"
    PHONE = "phone"
    ID_DIGITS = "id_digits"
    AMOUNT = "amount"
    INTEGER = "integer"
    PLACE = "place"
    NAME = "name"
    COMPANY = "company"
    ZODIAC = "zodiac"
    CHOICE = "choice"
    YES_NO = "yes_no"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usual:
    """How such a question is usually put."""

    kind: FactKind
    key: str
    asked: str


_USUAL: Mapping[Expects, _Usual] = {
    Expects.DATE: _Usual(kind=FactKind.DATE, key="birth_date", asked="请问您的出生日期是哪一天？"),
    Expects.YEAR: _Usual(kind=FactKind.YEAR, key="hire_year", asked="请问是哪一年？"),
    Expects.MONTH: _Usual(kind=FactKind.MONTH, key="birth_month", asked="请问是几月份？"),
    Expects.DIGITS: _Usual(kind=FactKind.DIGITS, key="debit_card_tail", asked="请报一下这几位数字。"),
    Expects.PHONE: _Usual(kind=FactKind.DIGITS, key="mobile_tail", asked="请报一下您的手机号码。"),
    Expects.ID_DIGITS: _Usual(kind=FactKind.DIGITS, key="id_tail", asked="请报一下您身份证号的这几位。"),
    Expects.AMOUNT: _Usual(kind=FactKind.AMOUNT, key="deposit_amount", asked="请问金额大概是多少？"),
    Expects.INTEGER: _Usual(kind=FactKind.COUNT, key="whole_number", asked="请问是多少？"),
    Expects.PLACE: _Usual(kind=FactKind.PLACE, key="home_city", asked="请问是在什么地方？"),
    Expects.NAME: _Usual(kind=FactKind.NAME, key="contact_name", asked="请问叫什么名字？"),
    Expects.COMPANY: _Usual(kind=FactKind.COMPANY, key="employer", asked="请问是哪家单位？"),
    Expects.ZODIAC: _Usual(kind=FactKind.TERM, key="zodiac", asked="请问您属什么生肖？"),
    Expects.CHOICE: _Usual(kind=FactKind.TERM, key="choice", asked="请问是哪一个？"),
    Expects.YES_NO: _Usual(kind=FactKind.YES_NO, key="confirmation", asked="请问是这样吗？"),
    Expects.FREE: _Usual(kind=FactKind.FREE, key="free_answer", asked="请您简单说一说。"),
}
_CONFIRMS = {
    "yes": frozenset({"yes", "y", "true", "1", "是", "有", "对", "是的", "有的"}),
    "no": frozenset({"no", "n", "false", "0", "否", "无", "不是", "没有", "不对", "没"}),
}
_UNKNOWN = Statistics(table={}, n=0, source="none")


def question_of(asked: "ManifestQuestion", *, today: date) -> AskedQuestion:
    """The question as the judge gets it. Raises SurveyError if the fact does not fit what is expected."""
    usual = _USUAL[asked.expects]
    words = asked.asked or usual.asked
    if not asked.asked and asked.expects is Expects.CHOICE and len(asked.options) >= 2:
        words = f"请问是{'、'.join(asked.options[:-1])}，还是{asked.options[-1]}？"
    kind = usual.kind
    question = Question(
        id=f"manifest.{asked.expects.value}",
        topic="manifest",
        role=Role.LIFE if kind is FactKind.FREE else Role.FACT,
        kind=kind,
        phrasings=(words,),
        fact_keys=(asked.key or usual.key,),
        options=asked.options,
        tolerance=asked.tolerance or {"relative": 0.0, "absolute": 0.0},
        cost_s=5,
        statistics=_UNKNOWN,
    )
    fact = None
    if asked.fact is not None and kind is not FactKind.FREE:
        try:
            fact = Fact(value=_on_file(asked.fact, kind), source=FactSource.BANK, also=asked.also)
        except ValidationError as exc:
            raise SurveyError("question.fact: empty; write the value on file, or leave it out") from exc
    made = AskedQuestion(question=question, asked=words, expected=fact, kind=kind)
    if fact is not None and truth_of(made, today=today) is None:
        raise SurveyError(
            f"question.fact: cannot be read as {asked.expects.value}; "
            "dates 1990-05-17, years 2016, sums and whole numbers in digits, yes or no"
        )
    return made


def _on_file(value: str, kind: FactKind) -> str:
    """As the bank writes it: 1990年5月17日 is 1990-05-17, 一万五 is 15000."""
    text = simplified(value).strip()
    match kind:
        case FactKind.DATE | FactKind.YEAR | FactKind.MONTH:
            if (parts := re.fullmatch(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})[日号]?)?)?", text)) is not None:
                return "-".join(p.zfill(2) for p in parts.groups() if p)
            return text.removesuffix("月").removesuffix("月份")
        case FactKind.AMOUNT | FactKind.COUNT:
            if re.fullmatch(r"[\d,，.元¥\s]+", text):
                return text
            if (number := read_number(bare(text))) is not None:
                return str(number.numerator // number.denominator)
            spans = numbers_in(text)
            return str(int(spans[0].low)) if len(spans) == 1 and spans[0].low == spans[0].high else text
        case FactKind.YES_NO:
            folded = bare(value).lower()
            return next((name for name, words in _CONFIRMS.items() if folded in words), value)
        case _:
            return value


def near(text: str, asked: AskedQuestion, tables: Tables, *, today: date) -> bool | None:
    """Whether a wrong answer is within one syllable, digit or year of the fact; None: there is no fact.

    `text`: what was really said.
    """
    truth = truth_of(asked, today=today)
    if truth is None:
        return None
    if truth.kind in {FactKind.YEAR, FactKind.DATE} and truth.when is not None:
        said = read_date(without_fillers(text), today=today)
        if said is not None and said.year is not None and truth.when.year is not None:
            same_day = truth.kind is FactKind.YEAR or (said.month, said.day) == (
                truth.when.month,
                truth.when.day,
            )
            if same_day and abs(said.year - truth.when.year) <= 1:
                return True
    heard = syllables(text)
    return any(_apart(syllables(form.text), heard) <= 1 for form in spoken(truth, tables) if form.whole)


def _apart(form: Sequence[Syllable], heard: Sequence[Syllable]) -> int:
    """Syllables to change, tones ignored, between a form and the stretch of `heard` most like it."""
    wanted = [(s.initial, s.final) for s in form]
    said = [(s.initial, s.final) for s in heard]
    previous = [0] * (len(said) + 1)
    for row, syllable in enumerate(wanted, 1):
        current = [row]
        for j, other in enumerate(said, 1):
            current.append(min(previous[j - 1] + (syllable != other), previous[j] + 1, current[-1] + 1))
        previous = current
    return min(previous)
