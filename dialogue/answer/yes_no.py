"""Yes and no in dozens of wordings. A wrong yes costs more than an unclear one."""

from dataclasses import dataclass
from enum import StrEnum

from dialogue.answer.corrections import final_claim
from dialogue.answer.fold import bare, simplified
from dialogue.answer.tables import YesNoTable


class Polarity(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo:
    polarity: Polarity
    strength: int  # 3 states the matter (有, 没有), 2 affirms or denies (对, 不是), 1 a hum (嗯)
    contradicted: bool  # the other polarity was said as well, at any strength
    share: float  # of the characters that say so, 0..1: low in 是农行, whole in 是的


def read_yes_no(text: str, table: YesNoTable) -> YesNo | None:
    """The polarity a text states, or None. Longest phrases first; questions within it are masked.

    Both polarities at one strength and no correction between them: None.
    """
    claim = final_claim(simplified(text))
    text = bare(claim.text)
    found = _phrases(text, table)
    if not found:
        return None
    top = max(strength for _, strength, _ in found)
    decisive = {polarity for polarity, strength, _ in found if strength == top}
    if len(decisive) > 1:
        return None
    polarity = decisive.pop()
    return YesNo(
        polarity=polarity,
        strength=top,
        contradicted=any(p is not polarity and s > 1 for p, s, _ in found),
        share=sum(size for _, _, size in found) / len(text),
    )


def _phrases(text: str, table: YesNoTable) -> list[tuple[Polarity, int, int]]:
    """Polarity, strength and length of each phrase."""
    found: list[tuple[Polarity, int, int]] = []
    at = 0
    while at < len(text):
        phrase, meaning = table.longest_at(text, at)
        if phrase == "":
            at += 1
            continue
        if meaning is not None:
            found.append((Polarity(meaning[0]), meaning[1], len(phrase)))
        at += len(phrase)
    return found
