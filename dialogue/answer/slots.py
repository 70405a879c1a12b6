"""What a caller has just said, to be repeated in a follow-up: a firm, a place, a person, a sum, a word.

It looks at what was heard and never at what is on file: whether an answer was right must not show in
what is repeated. Spoken aloud, a homophone is no error; another sound is.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp

from decision_hook.contract import FactKind
from dialogue.answer.amounts import read_amount
from dialogue.answer.content import content, mentions
from dialogue.answer.corrections import final_claim
from dialogue.answer.fold import bare, simplified, without_fillers
from dialogue.answer.sound import align, distance, syllables
from dialogue.answer.tables import SlotTable, Tables
from dialogue.hearing.port import Transcript

MAX_LETTERS = 12
MIN_AGREEING = 0.7  # share of the other readings that must say the same
_SAME_SOUND = 0.08  # per syllable, tones included
# A listed word may sound so different from what was heard, by its syllables …
_NEAR = {1: 0.0, 2: 0.06}
_NEAR_LONGER = 0.15
_BY_FAR = 0.1  # … if every other one is at least so much further off
_FIRM_ENDINGS = (
    "公司", "集团", "厂", "店", "超市", "医院", "学校", "大学", "学院", "中学", "小学", "银行", "酒店",
    "事务所", "研究院", "研究所", "幼儿园",
)  # fmt: skip
_LISTED_ENDINGS = ("银行", "大学")  # of these the known ones are nearly all there are
_VOCABULARIES = {
    "job_title": "job",
    "contact_relation": "relation",
    "second_contact_relation": "relation",
    "car_brand": "car",
    "card_purpose": "purpose",
    "bank_product": "product",
    "apply_channel": "channel",
}
# Vocabularies whose other wordings are no nouns (写代码的, 平时花): only the usual word is repeated.
_BY_MEMBER = frozenset({"job_title", "card_purpose"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One value as it would be repeated."""

    value: str  # as spoken; sums in digits, yuan
    confidence: float  # probability that the caller said that, by sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value in one reading, and whether it is a word of one of our lists."""

    value: str
    listed: bool


def slot_of(
    transcript: Transcript, kind: FactKind, key: str, tables: Tables, *, told: str = ""
) -> Slot | None:
    """The value in a reply, or None. Pure; some milliseconds.

    `told`: examples the recogniser was given; what only repeats them was perhaps not said.
    """
    first = found_in(transcript.text, kind, key, tables)
    if first is None or first.value in told:
        return None
    found = features(first, transcript, kind, key, tables)
    if found["agreeing"] < MIN_AGREEING:
        return None
    return Slot(value=first.value, confidence=confidence(found, tables.slots))


def features(
    first: Found, transcript: Transcript, kind: FactKind, key: str, tables: Tables
) -> dict[str, float]:
    """What the confidence rests on: agreement of the other readings, the recogniser's own, and the lists."""
    others = [found_in(text, kind, key, tables) for text in transcript.alternatives]
    agreeing = [other is not None and _alike(first.value, other.value, tables) for other in others]
    return {
        "agreeing": sum(agreeing) / len(agreeing) if agreeing else 0.5,
        "log_prob": transcript.log_prob if transcript.log_prob is not None else -0.5,
        "listed": 1.0 if first.listed else 0.0,
        "short": 1.0 if len(first.value) <= 2 else 0.0,
    }


def confidence(found: dict[str, float], table: SlotTable) -> float:
    z = table.bias + sum(weight * found[name] for name, weight in table.weights.items())
    return 1 / (1 + exp(-max(-30.0, min(30.0, z))))


def found_in(text: str, kind: FactKind, key: str, tables: Tables) -> Found | None:
    """The value one reading states, after fillers and corrections."""
    claim = final_claim(without_fillers(simplified(text))).text
    reader = _READERS.get(kind)
    if not claim or reader is None:
        return None
    found = reader(claim, key, tables)
    if found is None or not 1 <= len(found.value) <= MAX_LETTERS:
        return None
    return found


def _amount(claim: str, _: str, tables: Tables) -> Found | None:
    said = read_amount(claim)
    if said is None or said.low != said.high or not said.plain or not said.whole:
        return None
    yuan = int(said.low)
    # 是四万 is easily heard as 十四万, so sums of that shape are not repeated.
    if said.low.denominator != 1 or not 100 <= yuan <= 9_999_999 or 100_000 <= yuan < 200_000:
        return None
    return Found(value=str(yuan), listed=False)


def _name(claim: str, _: str, tables: Tables) -> Found | None:
    kernel = content(claim, tables.frames)
    surname = next((s for s in (kernel[:2], kernel[:1]) if s in tables.names.surnames), "")
    if not surname or not _chinese(kernel) or not 1 <= len(kernel) - len(surname) <= 2:
        return None
    return Found(value=kernel, listed=all(letter in tables.names.given for letter in kernel[len(surname) :]))


def _place(claim: str, key: str, tables: Tables) -> Found | None:
    if key.endswith("city"):
        return _listed(claim, tables.places.cities, tables)
    kernel = content(claim, tables.frames)
    suffix = next(
        (s for s in sorted(tables.places.suffixes, key=len, reverse=True) if kernel.endswith(s)), ""
    )
    if not suffix or not _chinese(kernel) or len(kernel) - len(suffix) < 2:
        return None
    return Found(value=kernel, listed=False)


def _company(claim: str, _: str, tables: Tables) -> Found | None:
    known = (n for full, shorts in tables.companies.known.items() for n in (full, *shorts))
    names = [n for n in known if len(n) >= 4 and n.endswith(_LISTED_ENDINGS)]
    if (listed := _listed(claim, names, tables)) is not None:
        return listed
    kernel = content(claim, tables.frames)
    ending = next((e for e in _FIRM_ENDINGS if kernel.endswith(e)), "")
    if ending == "银行":
        return None  # all of them are listed
    if not ending:
        trades = sorted(tables.companies.trades, key=len, reverse=True)
        ending = next((t for t in trades if kernel.endswith(t)), "")
    rest = kernel.removesuffix(ending)
    if not ending or not _chinese(kernel) or len(rest) < 2 or kernel in tables.companies.generic:
        return None
    return Found(value=kernel, listed=False)


def _term(claim: str, key: str, tables: Tables) -> Found | None:
    vocabulary = tables.terms.get(_VOCABULARIES.get(key, ""))
    if vocabulary is None:
        return None
    spare = key in _BY_MEMBER
    words = [
        word
        for member, others in vocabulary.members.items()
        for word in (member, *(() if spare else others))
        if len(word) >= 2 and not word.startswith("我")
    ]
    return _listed(claim, [w for w in words if _chinese(w)], tables)


_READERS: dict[FactKind, Callable[[str, str, Tables], Found | None]] = {
    FactKind.AMOUNT: _amount,
    FactKind.NAME: _name,
    FactKind.PLACE: _place,
    FactKind.COMPANY: _company,
    FactKind.TERM: _term,
}


def _listed(claim: str, words: Sequence[str], tables: Tables) -> Found | None:
    """The longest listed word in the reply, by characters, else the one it sounds most like by far."""
    said = mentions(claim)
    written = max((word for word in words if word in said), key=len, default="")
    if written:
        return Found(value=written, listed=True)
    if len(said) > MAX_LETTERS:
        return None
    heard = {(s.initial, s.final) for s in syllables(said)}
    near: list[tuple[float, str]] = []
    for word in dict.fromkeys(words):
        spoken = syllables(word)
        if 2 * sum((s.initial, s.final) in heard for s in spoken) >= len(spoken):  # else it cannot be close
            near.append((align(bare(word), said, tables.sound).distance, word))
    near.sort()
    if not near or near[0][0] > _NEAR.get(len(near[0][1]), _NEAR_LONGER):
        return None
    if len(near) > 1 and near[1][0] - near[0][0] < _BY_FAR:
        return None
    return Found(value=near[0][1], listed=True)


def _alike(one: str, other: str, tables: Tables) -> bool:
    if one.isdigit() or other.isdigit():
        return one == other
    return distance(one, other, tables.sound) <= _SAME_SOUND


def _chinese(text: str) -> bool:
    return re.fullmatch(r"[\u4e00-\u9fff]+", text) is not None
