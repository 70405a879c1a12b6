"""Whether words from outside may be spoken: the same rules as for the files an editor writes."""

import re
from collections import Counter
from collections.abc import Mapping

from decision_hook.contract import Fact
from question_bank.bank import Bank
from question_bank.likeness import MAX_SHARED, tokens
from question_bank.lint import forbidden_in
from question_bank.question import Question

MAX_LETTERS = 36  # of a language without spaces; others may be three times as long
MIN_LETTERS = 6
_TELLING = ("正确", "答对", "没错", "错误", "答错", "不符", "CORRECT", "WRONG")


def problems_of(
    text: str, *, target: Question, bank: Bank, facts: Mapping[str, Fact], said: str
) -> list[str]:
    """Everything that is wrong with a proposed wording of `target`; []: it may be spoken.

    `said`: what the caller said and may be told back; "": nothing. All other facts on file stay unspoken.
    """
    found: list[str] = []
    if (why := forbidden_in(text)) is not None:
        found.append(why)
    length = len(text) / (3 if text.isascii() else 1)
    if not MIN_LETTERS <= length <= MAX_LETTERS:
        found.append(f"is {len(text)} characters long")
    if re.search(r"[{}<>\[\]\\\n\r]|https?:|www\.", text):
        found.append("holds marks that are no speech")
    if len(re.findall(r"[?？]", text)) != 1 or text[-1:] not in "?？":
        found.append("is not one question")
    plain = text.upper()
    if word := next((word for word in _TELLING if word in plain), None):
        found.append(f"tells right from wrong ({word})")
    rest = text.replace(said, "") if said else text
    if re.search(r"[0-9]", rest):
        found.append("speaks a number nobody said")
    if any(
        len(value) >= 2 and value in rest for fact in facts.values() for value in (fact.value, *fact.also)
    ):
        found.append("speaks a fact")
    found += _twins(text, target, bank)
    return found


def _twins(text: str, target: Question, bank: Bank) -> list[str]:
    ours = Counter(tokens(text))
    for question in bank.questions.values():
        for other in question.phrasings if question.id != target.id else ():
            theirs = Counter(tokens(other))
            if 2 * (ours & theirs).total() > MAX_SHARED * (ours.total() + theirs.total()):
                return [f"shares more than {MAX_SHARED:.0%} of its characters with {question.id}"]
    return []
