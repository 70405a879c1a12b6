"""What a question may not be, whatever its file says."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from config.document import Place, Problem
from decision_hook.contract import FactKind
from decision_hook.contract.application import FACT_KINDS
from question_bank.likeness import near_identical
from question_bank.placed import Placed
from question_bank.question import Role
from question_bank.render import CHOICES, SAID, is_personal, names_in

MAX_PERSONAL = 0.2  # of all phrasings; the others' audio is cached across people
MIN_DECOYS = 3
WHOLE = 6  # letters from which a word is forbidden with any ending

FORBIDDEN: dict[str, tuple[str, ...]] = {
    "asks for a secret": (
        "密码", "口令", "安全码", "验证码", "校验码", "动态码", "卡背面", "有效期", "CVV", "CVN", "PIN",
        "PASSWORD", "PASSCODE", "SECURITY CODE", "ONE-TIME",
    ),
    "asks about religion or ethnicity": (
        "宗教", "信仰", "信教", "教徒", "佛教", "基督", "伊斯兰", "民族", "少数民族", "汉族", "种族",
        "RELIGION", "RELIGIOUS", "ETHNIC",
    ),
    "asks about health": (
        "健康", "疾病", "生病", "得病", "住院", "病历", "残疾", "怀孕", "体检", "吃药", "HEALTH", "ILLNESS",
    ),
}  # fmt: skip


# Values that may be repeated to whoever said them. Digits and dates are not: somebody may listen in.
REPEATED = frozenset({FactKind.NAME, FactKind.PLACE, FactKind.COMPANY, FactKind.TERM, FactKind.AMOUNT})
SHOWN = 8  # ids in a list of what is known


def lint(questions: Sequence[Placed]) -> list[Problem]:
    """Every problem of a whole bank's questions."""
    found = [problem for placed in questions for rule in _RULES for problem in rule(placed)]
    found.extend(_same_ids(questions))
    found.extend(follow_ups(questions))
    asked = [placed for placed in questions if not placed.retired]
    found.extend(near_identical(asked))
    found.extend(_too_personal(asked))
    return found


def forbidden_in(text: str) -> str | None:
    """Why a text may never be spoken; None: it may. In whatever width, case and spacing it is written."""
    plain = unicodedata.normalize("NFKC", text).upper()
    joined = re.sub(r"(?<![A-Z0-9])([A-Z])[ .\-]+(?=[A-Z](?![A-Z]))", r"\1", plain)  # C V V
    for what, words in FORBIDDEN.items():
        for word in words:
            if not word.isascii():
                if word in plain.replace(" ", ""):
                    return f"{what} ({word})"
            elif re.search(rf"(?<![A-Z]){re.escape(word)}(?![A-Z])", joined) or (
                len(word) >= WHOLE and re.search(rf"(?<![A-Z]){re.escape(word)}", joined)
            ):
                return f"{what} ({word})"
    return None


def _forbidden(placed: Placed) -> Iterator[Problem]:
    question = placed.question
    texts: list[tuple[Place, str]] = [
        ((name, i), text)
        for name, given in (
            ("phrasings", question.phrasings),
            ("said_phrasings", question.said_phrasings),
            ("options", question.options),
        )
        for i, text in enumerate(given)
    ]
    if question.keypad is not None:
        texts.append((("keypad", "ask"), question.keypad.ask))
    for place, text in texts:
        if (why := forbidden_in(text)) is not None:
            yield placed.problem(place, why, "remove the question or ask something else")


def _templates(placed: Placed) -> Iterator[Problem]:
    question = placed.question
    for i, text in enumerate(question.phrasings):
        place: Place = ("phrasings", i)
        try:
            names = names_in(text)
        except ValueError as exc:
            yield placed.problem(place, str(exc), "write plain text, or use {{ choices }} with `options`")
            continue
        declared = {CHOICES, *question.fact_keys[:1], *question.requires}
        if unknown := sorted(names - declared):
            yield placed.problem(
                place,
                f"uses {', '.join(unknown)}, which it does not declare",
                f"list it in `requires`; declared: {', '.join(sorted(declared))}",
            )
        if CHOICES in names and (not question.fact_keys or len(question.options) < MIN_DECOYS):
            yield placed.problem(
                place,
                f"names choices without a fact and {MIN_DECOYS} decoys",
                "give `facts` and decoys of the same kind in `options`",
            )


def _said(placed: Placed) -> Iterator[Problem]:
    for i, text in enumerate(placed.question.said_phrasings):
        place: Place = ("said_phrasings", i)
        try:
            names = names_in(text, SAID)
        except ValueError as exc:
            yield placed.problem(place, str(exc), "repeat what was said with {{ said }} and nothing else")
            continue
        if names != {SAID}:
            fix = "use {{ said }}; wordings without it belong to `phrasings`"
            yield placed.problem(place, f"uses {', '.join(sorted(names)) or 'nothing that was said'}", fix)
    if placed.question.said_phrasings and placed.question.role is not Role.LIFE:
        fix = "move them to a question with role: life"
        yield placed.problem(("said_phrasings",), "only a life question follows up", fix)


def _trap(placed: Placed) -> Iterator[Problem]:
    if placed.question.trap and placed.question.kind is not FactKind.YES_NO:
        fix = "rest it on a yes_no fact, so that contradicting it is the right answer"
        yield placed.problem(("trap",), f"a trap cannot be of kind {placed.question.kind}", fix)


def _tolerance(placed: Placed) -> Iterator[Problem]:
    for name, kinds in (
        ("relative", {FactKind.AMOUNT}),
        ("absolute", {FactKind.COUNT, FactKind.YEAR, FactKind.DATE}),
    ):
        if name in (placed.question.tolerance or {}) and placed.question.kind not in kinds:
            fix = f"only {', '.join(sorted(kinds))} take it"
            yield placed.problem(("tolerance",), f"{name} means nothing for {placed.question.kind}", fix)


def _facts(placed: Placed) -> Iterator[Problem]:
    question = placed.question
    for name, keys in (("facts", question.fact_keys), ("requires", question.requires)):
        for i, key in enumerate(keys):
            if key not in FACT_KINDS:
                yield placed.problem((name, i), f'no fact "{key}"', f"known: {', '.join(sorted(FACT_KINDS))}")
    if question.role is Role.FACT:
        if not question.fact_keys:
            yield placed.problem(
                ("facts",), "a fact question rests on no fact", "name one, or use role: life"
            )
        elif question.kind is FactKind.FREE:
            yield placed.problem(("kind",), "a fact cannot be free", "choose the fact's kind")
    elif question.role is Role.LIFE:
        if question.kind is not FactKind.FREE or question.fact_keys:
            yield placed.problem(
                (), "a life question has no truth on file", "use kind: free and `requires` instead of `facts`"
            )
    else:
        yield placed.problem(("role",), f"{question.role} belongs to the script", "use fact or life")


def _keypad(placed: Placed) -> Iterator[Problem]:
    keypad = placed.question.keypad
    if keypad is None:
        return
    if keypad.min_digits > keypad.max_digits:
        yield placed.problem(("keypad", "min_digits"), "more than max_digits", "swap them")
    if keypad.means == "option" and not placed.question.options:
        yield placed.problem(("keypad", "means"), "option without options", "list `options`")
    if keypad.means == "option" and any(CHOICES in text for text in placed.question.phrasings):
        yield placed.problem(
            ("keypad", "means"), "choices are spoken in an order of their own", "leave the keypad out"
        )


def _statistics(placed: Placed) -> Iterator[Problem]:
    question = placed.question
    for table in (question.statistics, *question.statistics_by_source.values()):
        rows = list(table.table.values())
        for grade in {grade for row in rows for grade in row}:
            if any(row.get(grade, 0.0) == 0.0 for row in rows) and any(row.get(grade) for row in rows):
                yield placed.problem(
                    (), f"{grade} is impossible under one hypothesis only", "give it at least 0.001 there"
                )
                return


_RULES = (_forbidden, _templates, _said, _facts, _trap, _tolerance, _keypad, _statistics)


def follow_ups(questions: Sequence[Placed]) -> Iterator[Problem]:
    """Rules that lead nowhere, to the wrong question, or in a circle."""
    by_id = {placed.question.id: placed for placed in questions}
    for placed in questions:
        for i, rule in enumerate(placed.question.follow_ups):
            place: Place = ("follow_ups", i, "ask")
            target = by_id.get(rule.ask)
            if target is None or target.retired:
                known = [p.question.id for p in questions if p.question.said_phrasings and not p.retired]
                shown = ", ".join(known[:SHOWN]) + (", …" if len(known) > SHOWN else "")
                state = "is retired" if target is not None else "does not exist"
                yield placed.problem(place, f'question "{rule.ask}" {state}', f"known: {shown or 'none'}")
            elif not target.question.said_phrasings:
                fix = "give it `said_phrasings`, or name one that has them"
                yield placed.problem(place, f'"{rule.ask}" cannot repeat what was said', fix)
            if placed.question.kind not in REPEATED:
                fix = f"only {', '.join(sorted(REPEATED))} are repeated"
                yield placed.problem(("follow_ups", i), f"a {placed.question.kind} is never repeated", fix)
            if placed.question.kind is not FactKind.AMOUNT and not rule.at_least is rule.at_most is None:
                fix = "use `among`, or leave it out"
                yield placed.problem(("follow_ups", i), f"a {placed.question.kind} is no number", fix)
            if rule.at_least is not None and rule.at_most is not None and rule.at_least > rule.at_most:
                yield placed.problem(("follow_ups", i, "at_least"), "more than at_most", "swap them")
    for circle in _circles(by_id):
        chain = " -> ".join((*circle, circle[0]))
        fix = "take one of these rules out"
        yield by_id[circle[0]].problem(("follow_ups",), f"leads in a circle: {chain}", fix)


def _circles(by_id: Mapping[str, Placed]) -> Iterator[tuple[str, ...]]:
    """Each circle once, from its first question on."""
    done: set[str] = set()

    def walk(question_id: str, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if question_id in path:
            yield path[path.index(question_id) :]
            return
        if question_id in done or question_id not in by_id:
            return
        for rule in by_id[question_id].question.follow_ups:
            yield from walk(rule.ask, (*path, question_id))
        done.add(question_id)

    for question_id in by_id:
        yield from walk(question_id, ())


def _same_ids(questions: Sequence[Placed]) -> Iterator[Problem]:
    first: dict[str, Placed] = {}
    for placed in questions:
        if (other := first.setdefault(placed.question.id, placed)) is not placed:
            where = f"{other.document.path}:{other.document.line_of(other.place)}"
            yield placed.problem(("id",), f'"{placed.question.id}" is taken by {where}', "choose another id")


def _too_personal(questions: Sequence[Placed]) -> Iterator[Problem]:
    total = sum(len(placed.question.phrasings) for placed in questions)
    personal = [placed for placed in questions if _speakable(placed) and _personal_count(placed)]
    count = sum(_personal_count(placed) for placed in personal)
    if total and count > MAX_PERSONAL * total:
        yield personal[0].problem(
            ("phrasings",),
            f"{count} of the bank's {total} phrasings depend on the applicant",
            f"keep them under {MAX_PERSONAL:.0%}",
        )


def _personal_count(placed: Placed) -> int:
    return sum(is_personal(placed.question, i) for i in range(len(placed.question.phrasings)))


def _speakable(placed: Placed) -> bool:
    return not any(_templates(placed))
