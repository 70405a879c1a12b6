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


def read_yes_no(text: str, table: YesNoTable) -> YesNo | None:
    """The polarity a text states, or None. Longest phrases first; questions within it are masked.

    Both polarities at one strength and no correction between them: None.
    """
    claim = final_claim(simplified(text))
    found = _phrases(bare(claim.text), table)
    if not found:
        return None
    top = max(strength for _, strength in found)
    decisive = {polarity for polarity, strength in found if strength == top}
    if len(decisive) > 1:
        return None
    polarity = decisive.pop()
    return YesNo(
        polarity=polarity,
        strength=top,
        contradicted=any(p is not polarity and s > 1 for p, s in found),
    )


def _phrases(text: str, table: YesNoTable) -> list[tuple[Polarity, int]]:
    found: list[tuple[Polarity, int]] = []
    at = 0
    while at < len(text):
        phrase, meaning = table.longest_at(text, at)
        if phrase == "":
            at += 1
            continue
        if meaning is not None:
            found.append((Polarity(meaning[0]), meaning[1]))
        at += len(phrase)
    return found
