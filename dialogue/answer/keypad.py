"""Answers keyed on the telephone: exact, but each kind has its own notation."""

from datetime import date

from decision_hook.contract import FactKind, Grade
from dialogue.answer.fold import bare
from dialogue.answer.forms import spoken
from dialogue.answer.tables import Tables
from dialogue.answer.truth import Truth
from dialogue.answer.values import AskedQuestion, Judgement


def judge_keys(keys: str, asked: AskedQuestion, truth: Truth | None, tables: Tables) -> Judgement:
    """What keyed digits say. `keys` may end with #. Exact: confidence 1 but for a slip of the finger."""
    digits = keys.rstrip("#").replace("*", "X")
    if not digits:
        return _judged(Grade.UNCLEAR, "", "no digits were keyed")
    if truth is None:
        return _judged(Grade.FREE, digits, "keyed; nothing on file")
    form = asked.question.keypad
    if (form is not None and form.means == "option") or truth.kind not in _RULES:
        return _option(digits, asked, truth, tables)
    return _RULES[truth.kind](digits, truth)


def _judged(grade: Grade, stated: str, why: str) -> Judgement:
    sure = None if grade in {Grade.UNCLEAR, Grade.FREE} else 0.99
    score = {Grade.MATCH: 4.6, Grade.PARTIAL: 2.0, Grade.MISMATCH: -4.6}.get(grade, 0.0)
    return Judgement(grade=grade, confidence=sure, score=score, stated=stated, why=why, source="keypad")


def _exact(same: bool, digits: str) -> Judgement:
    return _judged(Grade.MATCH if same else Grade.MISMATCH, digits, "keyed")


def _yes_no(digits: str, truth: Truth) -> Judgement:
    if digits not in {"1", "2"}:
        return _judged(Grade.UNCLEAR, digits, "neither 1 nor 2")
    said = "yes" if digits == "1" else "no"
    return _exact(said == truth.texts[0], said)


def _digits(digits: str, truth: Truth) -> Judgement:
    longest = max(len(t) for t in truth.texts)
    if len(digits) < longest:
        return _judged(Grade.UNCLEAR, digits, "too few digits were keyed")
    return _exact(any(digits == t or digits.endswith(t) for t in truth.texts), digits)


def _amount(digits: str, truth: Truth) -> Judgement:
    expected, slack = float(truth.number or 0), truth.slack("relative", 0.1)
    return _exact(digits.isdecimal() and abs(float(digits) - expected) <= slack * expected, digits)


def _count(digits: str, truth: Truth) -> Judgement:
    expected, slack = float(truth.number or 0), truth.slack("absolute", 0.0)
    return _exact(digits.isdecimal() and abs(float(digits) - expected) <= slack, digits)


def _date(digits: str, truth: Truth) -> Judgement:
    """19900517, 900517, 0517; a year 2016 or 16; a month."""
    expected = truth.when
    if expected is None or not digits.isdecimal():
        return _judged(Grade.UNCLEAR, digits, "not a date")
    if truth.kind is FactKind.MONTH:
        return _exact(int(digits) == expected.month, digits)
    year, month, day = expected.year, expected.month, expected.day
    if truth.kind is FactKind.YEAR or month is None or len(digits) <= 2:
        slack = truth.slack("absolute", 0.0)
        if len(digits) == 4:
            return _exact(abs(int(digits) - (year or 0)) <= slack, digits)
        if len(digits) == 2:
            return _exact(abs(int(digits) - (year or 0) % 100) <= slack, digits)
        return _judged(Grade.UNCLEAR, digits, "not a year")
    written = {f"{year or 0:04d}", f"{year or 0:04d}{month:02d}", f"{(year or 0) % 100:02d}{month:02d}"}
    if day is not None and year is not None:
        try:
            whole = date(year, month, day)
        except ValueError:  # no such day on file
            return _judged(Grade.UNCLEAR, digits, "the date on file does not exist")
        full = {f"{whole:%Y%m%d}", f"{whole:%y%m%d}", f"{whole:%m%d}"}
        if digits in full:
            return _judged(Grade.MATCH, digits, "keyed")
        return _judged(Grade.PARTIAL if digits in written else Grade.MISMATCH, digits, "keyed")
    return _exact(digits in written, digits)


def _option(digits: str, asked: AskedQuestion, truth: Truth, tables: Tables) -> Judgement:
    offered = truth.choices or asked.question.options
    if not digits.isdecimal() or not 1 <= int(digits) <= len(offered):
        return _judged(Grade.UNCLEAR, digits, "no such choice")
    value = offered[int(digits) - 1]
    own = {bare(form.text) for form in spoken(truth, tables) if form.whole}
    return _exact(bare(value) in own, value)


_RULES = {
    FactKind.YES_NO: _yes_no,
    FactKind.DIGITS: _digits,
    FactKind.AMOUNT: _amount,
    FactKind.COUNT: _count,
    FactKind.DATE: _date,
    FactKind.YEAR: _date,
    FactKind.MONTH: _date,
}
