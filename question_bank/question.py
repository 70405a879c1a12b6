"""One question as a value."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from decision_hook.contract import EvidencePart, FactKind, FactSource, Grade, Hypothesis
from decision_hook.contract.evidence import FACT_PART


class Role(StrEnum):
    """What a question is for."""

    FACT = "fact"  # has a truth on file
    LIFE = "life"  # the life behind the facts: judged by consistency and delivery, not truth
    WARM_UP = "warm_up"  # open, gives the pause baseline and voice
    SCRIPT = "script"  # who-is-there, consent: outside the paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """P(grade | hypothesis), each row summing to 1, with where it comes from."""

    table: Mapping[Hypothesis, Mapping[Grade, float]]
    n: int  # answers behind it; 0: expert's guess
    source: str  # simulated, calls, expert

    def evidence(self, grade: Grade) -> EvidencePart:
        """What a grade says about who is speaking. Grades outside the table say nothing."""
        likelihoods = {h: row.get(grade, 0.0) for h, row in self.table.items()}
        known = all(p > 0 for p in likelihoods.values())
        return EvidencePart(
            name=FACT_PART,
            log_likelihood={h: math.log(p) if known else 0.0 for h, p in likelihoods.items()},
            source=f"statistics:{self.source}",
            n=self.n,
            note=grade.value,
        )

    def with_luck(self, luck: float) -> "Statistics":
        """The same where whoever makes a value up is right by chance with probability `luck`.

        Of the values that an impostor or a prompted caller says, at least so many are right.
        """
        return replace(
            self,
            table={h: row if h is Hypothesis.GENUINE else _lucky(row, luck) for h, row in self.table.items()},
        )


def _lucky(row: Mapping[Grade, float], luck: float) -> Mapping[Grade, float]:
    said = row.get(Grade.MATCH, 0.0) + row.get(Grade.MISMATCH, 0.0)
    match = max(row.get(Grade.MATCH, 0.0), luck * said)
    return {**row, Grade.MATCH: match, Grade.MISMATCH: said - match}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeypadForm:
    """How a question can be answered on the keypad."""

    ask: str  # the words that offer it
    min_digits: int
    max_digits: int
    # How keyed digits become a value: "digits" as they are; "yes_no" 1/2; "option" n-th of `options`
    means: str = "digits"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A rule on what was just said: ask that question soon. All conditions must hold."""

    ask: str  # id of a life question that has `said_phrasings`
    above: float = 0.92  # confidence from which what was said is repeated in it; below, its plain wording
    grades: frozenset[Grade] = frozenset()  # of the answer; empty: whatever it was worth
    among: tuple[str, ...] = ()  # what was said is one of these; (): anything
    at_least: float | None = None  # of a number said
    at_most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """Why a question is not asked any more. Its id stays taken, as old calls speak of it."""

    since: date
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    id: str
    topic: str
    role: Role
    kind: FactKind
    phrasings: tuple[str, ...]  # Jinja2 templates, at least 3 for survey questions
    again: tuple[str, ...] = ()  # shorter, for asking a second time; (): the phrasings
    fact_keys: tuple[str, ...]  # what it rests on; the first is what the answer is judged against
    requires: tuple[str, ...] = ()  # fact keys that must be on file to ask it
    said_phrasings: tuple[str, ...] = ()  # as a follow-up: the same with {{ said }}, what was just said
    follow_ups: tuple[FollowUp, ...] = ()  # the first that fits is taken
    trap: bool = False  # a yes-or-no question that takes something untrue for granted
    options: tuple[str, ...] = ()  # decoys of the fact's kind, for questions that name choices
    tolerance: Mapping[str, float] | None = (
        None  # e.g. {"relative": 0.1}, {"absolute": 1}; None: the kind's own
    )
    cost_s: float  # seconds of call it takes, prompt and usual answer
    sensitivity: int = 1  # 1 harmless .. 3 intimate; low first
    keypad: KeypadForm | None = None
    statistics: Statistics
    # Where the fact on file comes from changes who can know it; sources not named here use `statistics`.
    statistics_by_source: Mapping[FactSource, Statistics] = field(default_factory=dict)
    wait_s: float = 6.0  # patience before silence is an answer
    exposure_cap: float | None = None  # share of all papers it may be in; None: as the chooser's policy says
    joins: tuple[str, str] = ("、", "，还是")  # between named choices, and before the last

    def statistics_for(self, source: FactSource | None) -> Statistics:
        """The table for an answer judged against a fact of this source; None: nothing on file."""
        if source is None:
            return self.statistics
        return self.statistics_by_source.get(source, self.statistics)
