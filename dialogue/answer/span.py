"""Where in a free reading the fact would stand, and the reading with a form put there instead."""

import re
from dataclasses import dataclass

from decision_hook.contract import FactKind
from dialogue.answer.content import content
from dialogue.answer.fold import simplified
from dialogue.answer.forms import Sides
from dialogue.answer.numerals import say_digits, say_number
from dialogue.answer.sound import align
from dialogue.answer.tables import Tables
from dialogue.answer.values import Form

_NUMERIC = {FactKind.AMOUNT, FactKind.COUNT, FactKind.YEAR, FactKind.MONTH, FactKind.DATE, FactKind.DIGITS}
_REGION = {
    FactKind.DATE: re.compile(
        r"[\d零〇一二两三四五六七八九十廿年月日号份\s,，、.\-]*[\d零〇一二两三四五六七八九十年月日号]"
    ),
    FactKind.YEAR: re.compile(r"[\d零〇一二两三四五六七八九千]+年?"),
    FactKind.MONTH: re.compile(r"[\d一二三四五六七八九十]+月?"),
    FactKind.DIGITS: re.compile(
        r"[\d零〇一幺二两三四五六七八九十百千X][\d零〇一幺二两三四五六七八九十百千X\s,，、.\-]*"
    ),
    FactKind.AMOUNT: re.compile(r"[\d零〇一二两三四五六七八九十百千万点.]+"),
    FactKind.COUNT: re.compile(r"[\d零〇一二两三四五六七八九十百]+"),
}
_FAR = 0.4  # per syllable
_SHIFT = 1.5  # a form that leaves out what was heard, or adds, is less likely: weight of its length


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One form placed in the free reading."""

    form: Form
    wording: str  # the reading with the form in the place that sounds most like it
    distance: float  # per syllable, 0..1


def candidates(heard: str, sides: Sides, tables: Tables) -> tuple[Candidate, ...]:
    """Expected forms placed in the reading, best sounding first, with at least two scripts of numbers."""
    placed = [place(heard, form, sides.truth.kind, tables) for form in sides.forms]
    whole = [c for c in placed if c.form.whole] or placed
    ordered = sorted(whole, key=lambda c: c.distance)
    return tuple(ordered)


def rival_candidates(heard: str, sides: Sides, best: Candidate, tables: Tables) -> tuple[Candidate, ...]:
    """The best placed form of each rival value, said the way the best expected form says the fact."""
    placed: list[Candidate] = []
    own = {form.text for form in sides.forms}  # another year has the same month and day
    for forms in sides.rival_forms:
        same = [f for f in forms if f.template == best.form.template] or [f for f in forms if f.whole][:2]
        options = [place(heard, form, sides.truth.kind, tables) for form in same if form.text not in own]
        if options:
            placed.append(min(options, key=lambda c: c.distance))
    return tuple(sorted(placed, key=lambda c: c.distance))


def place(heard: str, form: Form, kind: FactKind, tables: Tables) -> Candidate:
    """Puts a form where the reading sounds most like it; a number where the reading has its number."""
    text = simplified(heard)
    region = _number_region(text, kind)
    if region is not None:
        start, end = region
        spelled = spell(text[start:end], kind)
        wanted = spell(form.text, kind)
        longest = max(len(spelled), len(wanted), 1)
        shift = _SHIFT * abs(len(spelled) - len(wanted)) / longest * 0.2
        found = align(wanted, spelled, tables.sound)
        # Both directions: a short form hides easily inside a long number.
        back = align(spelled, wanted, tables.sound)
        distance = min(1.0, (found.distance + back.distance) / 2 + shift)
        while end < len(text) and form.text[-1] == text[end] and not text[end].isdecimal():
            end += 1  # the unit stands in the form and behind the number
    else:
        found = align(spell(form.text, kind), text, tables.sound)
        start, end, distance = found.start, found.end, found.distance
        if distance > _FAR and (kernel := text.find(said := content(text, tables.frames))) >= 0 and said:
            start, end = kernel, kernel + len(said)  # nothing like it was heard: it stands for all that was
    wording = text[:start] + form.text + text[end:]
    return Candidate(form=form, wording=wording, distance=distance)


def _number_region(text: str, kind: FactKind) -> tuple[int, int] | None:
    if kind not in _NUMERIC:
        return None
    found = max(_REGION[kind].finditer(text), key=lambda m: m.end() - m.start(), default=None)
    return None if found is None else found.span()


def spell(text: str, kind: FactKind) -> str:
    """Arabic numbers in characters, as this kind of value is said."""
    if kind not in _NUMERIC:
        return text
    text = re.sub(r"[\s,，、.\-](?!\d)|(?<!\d)[.]", "", text)
    if kind is FactKind.DIGITS:
        return say_digits(re.sub(r"[^\dX零〇一幺二两三四五六七八九十百千]", "", text))
    if kind is FactKind.YEAR:
        return re.sub(r"\d+", lambda m: say_digits(m.group()), text)
    text = re.sub(r"\d{4}(?=年)|\d{2}(?=年)", lambda m: say_digits(m.group()), text)
    if kind is FactKind.DATE:
        text = re.sub(r"\d{4,}", lambda m: say_digits(m.group()), text)
    return re.sub(r"\d+(?:\.\d+)?", _said, text)


def _said(found: re.Match[str]) -> str:
    text = found.group()
    if "." in text:
        whole, part = text.split(".")
        return f"{say_number(int(whole))}点{say_digits(part)}"
    return (
        say_number(int(text))
        if len(text) <= 9 and not (text[0] == "0" and len(text) > 1)
        else say_digits(text)
    )
