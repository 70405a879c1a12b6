"""Replies to the script's own questions, compared with the audio itself: yes, no, or something else.

是我 is half a second of speech, and the recogniser writes 无事 as soon as 是我. But what can be said to
"are you the applicant?" is a small set. So the usual wordings of each side are scored against the audio,
and a fitted table turns scores and written words into log-likelihoods, which add up when one asks again.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np

from dialogue.answer.intent.intent import Intent
from dialogue.answer.side import Side
from dialogue.answer.tables import ReplyTable, SideFit

F = TypeVar("F", bound=str)  # a family of wordings

FLOOR = -25.0  # nats below the free reading: less is not told apart
# Where a no is taken, and a yes: a consent that was not given costs more than a question asked twice.
# A reply in doubt is asked for again, and what was heard both times adds up.
SURE = 0.75
SURE_OF_YES = 0.8
RULED_OUT = 0.2  # below: the sounds are not of this side
LIKELIER_THAN_NOT = 0.5
# Nats by which a no may lead that is asked for twice: one that the written words do not say, or that ends
# the call although 是我 is easily read as 不是我.
UNSAID_NO = 0.9
# What no written words said must lead by so much, together: two plain ones do. The same 对，是我 in the same
# noise leans a little towards 不是我 every time it is said, so that adding up proves less than it seems.
UNSAID_NO_TOGETHER = 1.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaning:
    """Natural-log likelihood of what was heard, by side, up to a constant. Those of one question add up."""

    logs: Mapping[Side, float]
    says_no: bool = False  # the written words of one of the replies do

    def plus(self, other: "Leaning") -> "Leaning":
        logs = {side: self.logs[side] + other.logs[side] for side in Side}
        return Leaning(logs=logs, says_no=self.says_no or other.says_no)

    def probability(self, side: Side) -> float:
        """All sides alike beforehand: nobody is taken for the applicant because most are."""
        top = max(self.logs.values())
        weights = {side: math.exp(value - top) for side, value in self.logs.items()}
        return weights[side] / sum(weights.values())

    def decided(self) -> bool | None:
        """Yes, no, or None: in doubt."""
        if self.probability(Side.YES) >= SURE_OF_YES:
            return True
        lead = self.logs[Side.NO] - max(self.logs[Side.YES], self.logs[Side.OTHER])
        plain = self.says_no or lead >= UNSAID_NO_TOGETHER
        return False if plain and self.probability(Side.NO) >= SURE else None


NO_LEANING = Leaning(logs={side: 0.0 for side in Side})


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What the audio says about a reply to a closed question."""

    leaning: Leaning
    request: Intent  # the likeliest of what is neither yes nor no


def wordings(families: Mapping[F, Sequence[str]]) -> list[str]:
    """All wordings, in the order in which their scores are wanted."""
    return [wording for said in families.values() for wording in said]


def compare(table: ReplyTable, said: Side | None, scores: Sequence[float], free: float) -> Closed:
    """Pure. `scores`: of all wordings in order; `free`: of the free reading; `said`: what its words say."""
    families = family_likelihoods(table.families, scores)
    return _closed(table, table.wordings, features(families, said, free), said, families)


def compare_sounds(table: ReplyTable, said: Side | None, scores: Sequence[float]) -> Closed:
    """Pure. The same by sounds: `scores` are those of `spotting.spot`, of all wordings in order."""
    families = family_sounds(table.families, scores)
    return _closed(table, table.sounds, sound_features(families, said), said, families)


def _closed(
    table: ReplyTable,
    fit: SideFit,
    found: Mapping[str, float],
    said: Side | None,
    families: Mapping[str, float],
) -> Closed:
    logs = {
        side: fit.bias[side] + sum(fit.weights[side].get(name, 0.0) * value for name, value in found.items())
        for side in Side
    }
    if said is Side.NO:
        logs[Side.YES] = min(logs[Side.YES], logs[Side.NO])  # whatever it sounds like, no was read
    if said is not Side.NO or table.no_twice:
        logs[Side.NO] = min(logs[Side.NO], max(logs[Side.YES], logs[Side.OTHER]) + UNSAID_NO)
    others = _others(families)
    leaning = Leaning(logs=logs, says_no=said is Side.NO)
    return Closed(leaning=leaning, request=Intent(max(others, key=lambda family: others[family])))


def sound_features(families: Mapping[str, float], said: Side | None) -> Mapping[str, float]:
    """What the fit of sounds looks at, by name. `families`: of `family_sounds`."""
    return {
        "yes": max(FLOOR, families[Side.YES]),
        "no": max(FLOOR, families[Side.NO]),
        "other": max(FLOOR, max(_others(families).values())),
        "says_yes": float(said is Side.YES),
        "says_no": float(said is Side.NO),
        "says_other": float(said is Side.OTHER),
    }


def family_sounds(families: Mapping[F, Sequence[str]], scores: Sequence[float]) -> dict[F, float]:
    """Score of each family's best wording; `scores` in the order of all wordings."""
    rest = iter(scores)
    return {family: max(islice(rest, len(said))) for family, said in families.items()}


def features(families: Mapping[str, float], said: Side | None, free: float) -> Mapping[str, float]:
    """What the fit of likelihoods looks at, by name. `families`: of `family_likelihoods`."""
    against_free = {family: score - free for family, score in families.items()}
    return {**sound_features(against_free, said), "free": min(0.0, free)}


def family_likelihoods(families: Mapping[F, Sequence[str]], scores: Sequence[float]) -> dict[F, float]:
    """Log of the summed likelihoods of each family's wordings; `scores` in the order of all wordings."""
    rest = iter(scores)
    return {
        family: float(np.logaddexp.reduce(list(islice(rest, len(said))))) for family, said in families.items()
    }


def _others(families: Mapping[str, float]) -> dict[str, float]:
    return {family: score for family, score in families.items() if family not in (Side.YES, Side.NO)}
