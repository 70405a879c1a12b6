"""What an answer is made of: what was heard, what was asked, what was understood."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from decision_hook.contract import Fact, FactKind, Grade
from dialogue.hearing.port import Transcript
from dialogue.line import Samples
from question_bank.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardAnswer:
    """One turn of the caller as the line gave it."""

    samples: Samples  # int16, (n,), 8 kHz: the whole turn with up to 200 ms of margin either side
    segments: tuple[tuple[int, int], ...]  # speech stretches, ms since the call was answered
    started_ms: int  # since the call was answered
    ended_ms: int
    prompt_end_ms: int
    latency_ms: int | None  # from the prompt's end; None: spoke during it, or not at all
    keys: str = ""  # keypad digits; "": none
    transcript: Transcript | None = None  # one made while the caller spoke; None: not read yet
    # from the prompt's end to the margin before the first speech, at most some seconds; empty: not kept
    before: Samples = field(default_factory=lambda: np.zeros(0, dtype=np.int16))
    # speech in `before` that was taken for another's while listening, ms since the call was answered
    others: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """One question as it was put to this caller."""

    question: Question
    asked: str  # the words that were spoken
    expected: Fact | None  # None: nothing on file
    kind: FactKind
    language: str = "zh"
    attempts: int = 1  # 1: first time


class Agreement(StrEnum):
    """How a reading of the words stands to the fact, before any sound is compared."""

    EQUAL = "equal"  # says the fact
    PART = "part"  # says part of it, nothing against it
    OTHER = "other"  # plainly says another value of the same kind
    OPEN = "open"  # says something that cannot be compared: a lunar date, "a firm"
    NONE = "none"  # says no value that could be read


class WordingRole(StrEnum):
    FREE = "free"  # what the recogniser wrote by itself
    EXPECTED = "expected"
    RIVAL = "rival"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to say a value."""

    text: str
    template: str  # the same template says the same part of another value in the same way
    whole: bool = True  # False: says only part of the fact (the year of a date)
    alone: bool = False  # True: too short to be looked for inside other words


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One text to be scored against the audio."""

    text: str
    role: WordingRole
    form: Form | None = None  # None: the free reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a reply says about a fact."""

    grade: Grade  # match partial mismatch unclear
    confidence: float | None  # probability that the grade is right; None: not calibrated (unclear)
    score: float  # natural log of P(evidence | said the fact) / P(evidence | said something else)
    stated: str = ""  # the value that was understood; "": none
    forms: tuple[str, ...] = ()  # expected forms that were compared
    why: str = ""  # one line for a reviewer
    source: str = ""  # where the calibration comes from
    n: int = 0
