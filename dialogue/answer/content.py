"""The value inside a reply: 嗯，我住在阳光花园那边 holds 阳光花园."""

import re

from dialogue.answer.fold import PAUSES, bare, simplified, without_fillers
from dialogue.answer.tables import FrameTable


def content(text: str, frames: FrameTable) -> str:
    """The longest clause of a reply without fillers and the words around a value; may be ""."""
    clauses = re.split(rf"[{PAUSES}\s]+", without_fillers(text))
    stripped = [_unframed(bare(clause), frames) for clause in clauses]
    return max(stripped, key=len, default="")


def mentions(text: str) -> str:
    """The text in which a value is looked for: folded, without fillers and pauses."""
    return bare(without_fillers(simplified(text)))


def _unframed(text: str, frames: FrameTable) -> str:
    changed = True
    while changed and text:
        changed = False
        for frame in frames.longest_before:
            if len(text) > len(frame) and text.startswith(frame):
                text, changed = text[len(frame) :], True
                break
        for frame in frames.longest_after:
            if len(text) > len(frame) and text.endswith(frame):
                text, changed = text[: -len(frame)], True
                break
    return text
