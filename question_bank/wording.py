"""Whether words from outside may be spoken: the same rules as for the files an editor writes.

A wording refused in error costs nothing, as the usual one is at hand; so the rules err on that side.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from decision_hook.contract import Fact
from question_bank.bank import Bank
from question_bank.forbidden import forbidden_in
from question_bank.likeness import MAX_SHARED, tokens
from question_bank.plain import plain
from question_bank.question import Question

MAX_LETTERS = 36  # of a language without spaces; others may be three times as long
MIN_LETTERS = 6
_TELLING = re.compile(
    r"正确|错误|没错|有误|无误|不符|相符|符合|吻合|一致|对上了|对得上|对不上|不对|对的|对了|真棒|真厉害"
    r"|[答说讲记猜](?:得|的)?(?:很|真|都|太|挺|蛮|全|也|非常|十分|完全|特别)*(?:对(?![面门方于着])|错|准|不错)"
    r"|[很真都太全]对(?![面门方于着])|[答记](?:得|的)?(?:很|真|都|太|挺|蛮|非常|十分|特别)*(?:好|清楚|牢)"
    r"|\b(?:IN)?CORRECT|\bWRONG|\bRIGHT\b|\bEXACTLY\b|\bACCURATE|\bMISTAKE|\bMATCH(?:ES|ED)?\b|\bTRUE\b"
    r"|\bFALSE\b|\bWELL DONE\b|\bGOOD ANSWER"
)
_NUMERALS = "零〇一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟"
# A single 一 is mostly no number (一般, 一起); another one, or one before a unit, is.
_NUMBER = re.compile(
    rf"\d|[{_NUMERALS}]{{2}}|[{_NUMERALS.replace('一', '')}](?!分)|一[年月日号岁层楼栋元万千百口辆套]"
    r"|\b(?:TWO|THREE|FOUR|FIVE|SIX|SEVEN|EIGHT|NINE|TEN|ELEVEN|TWELVE|\w+TEEN|TWENTY|THIRTY|FORTY|FIFTY"
    r"|SIXTY|SEVENTY|EIGHTY|NINETY|HUNDRED|THOUSAND|MILLION)\b"
)


def problems_of(
    text: str, *, target: Question, bank: Bank, facts: Mapping[str, Fact], said: str
) -> list[str]:
    """Everything that is wrong with a proposed wording of `target`; []: it may be spoken.

    `said`: what the caller said and may be told back; "": nothing. All other facts on file stay unspoken.
    """
    if any(unicodedata.category(letter).startswith("C") for letter in text):
        return ["holds characters that cannot be spoken"]  # half a surrogate pair cannot even be written
    found: list[str] = []
    if (why := forbidden_in(text)) is not None:
        found.append(why)
    length = len(text) / (3 if text.isascii() else 1)
    if not MIN_LETTERS <= length <= MAX_LETTERS:
        found.append(f"is {len(text)} characters long")
    if re.search(r"[{}<>\[\]\\]|https?:|www\.", text):
        found.append("holds marks that are no speech")
    if len(re.findall(r"[?？]", text)) != 1 or text[-1:] not in "?？":
        found.append("is not one question")
    rest = plain(text).replace(plain(said), "|") if said else plain(text)
    close = re.sub(r"\s+", "", rest) if not rest.isascii() else rest
    if telling := _TELLING.search(close):
        found.append(f"tells right from wrong ({telling.group()})")
    if _NUMBER.search(close):
        found.append("speaks a number nobody said")
    values = {plain(value) for fact in facts.values() for value in (fact.value, *fact.also)}
    whole = any(len(value) >= 2 and (value in rest or value in close) for value in values)
    if whole or _pieces(close) & _only_on_file(values, bank):
        found.append("speaks a fact")
    found += _twins(text, target, bank)
    return found


def _only_on_file(values: Collection[str], bank: Bank) -> set[str]:
    """Pieces of the values on file that the bank's own wordings never use: nobody says those by chance.

    Whole values are not enough: 上海 tells as much as 上海市, and half a firm's name as much as all of it.
    """
    texts = (text for q in bank.questions.values() for text in (*q.phrasings, *q.said_phrasings))
    usual = {piece for text in texts for piece in _pieces(plain(text))}
    return {piece for value in values for piece in _pieces(value)} - usual


def _pieces(text: str) -> set[str]:
    """Pairs of neighbouring characters; words of three letters and more of languages with spaces."""
    return set(_neighbours(text)) | set(re.findall(r"[A-Z]{3,}", text))


def _neighbours(text: str) -> Iterator[str]:
    for run in re.findall(r"[^\W\d_A-Z]+", text):
        yield from (run[i : i + 2] for i in range(len(run) - 1))


def _twins(text: str, target: Question, bank: Bank) -> list[str]:
    ours = Counter(tokens(text))
    for question in bank.questions.values():
        for other in question.phrasings if question.id != target.id else ():
            theirs = Counter(tokens(other))
            if 2 * (ours & theirs).total() > MAX_SHARED * (ours.total() + theirs.total()):
                return [f"shares more than {MAX_SHARED:.0%} of its characters with {question.id}"]
    return []
