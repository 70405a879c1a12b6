"""Who is speaking? Beliefs over the hypotheses, moved by evidence, with the causes that answers share.

An answer does not tell of its speaker alone. Three hidden causes are carried along, each as a mixture of what
the statistics say, so that they need no tables of their own:

* how much somebody holds: an impostor with much data answers some questions as the owner would, more of the
  form's than of the bank's (HOLDERS);
* the line: on a bad one a part of the answers is heard as anything (LINES);
* the fact: a second answer about a fact already judged mostly repeats the first (SAME_CAUSE).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import EvidencePart, FactSource, Grade, Hypothesis
from decision_hook.contract.evidence import DELIVERY_PARTS, FACT_PART, SECOND_VOICE_PART

HYPOTHESES = tuple(Hypothesis)
LogProbabilities = tuple[float, ...]  # natural log, up to a constant
NEUTRAL: LogProbabilities = (0.0,) * len(HYPOTHESES)
Floats = NDArray[np.float64]

# Probability that a further answer on a judged fact has the same cause as the first. From 1/(1 + 1/30) on,
# four further answers together move the odds of two hypotheses by at most a fifth of the first:
# each moves them by ln of (r m + (1-r) a) / (r m + (1-r) b) with m the mean of three, at most
# 1.5 (1-r)/r ln(a/b).
SAME_CAUSE = 0.97
# Pauses and tone tell of an answer's reliability, not of truth (d of about 0.2 for lies): together
# they may shift the odds of any two hypotheses by a factor of e^2 = 7.4 in a whole call.
DELIVERY_CAP_NATS = 2.0
# One prompter in the room is one cause, however often he is heard.
SECOND_VOICE_CAP_NATS = 4.0
# One table row near zero must not settle a call.
PART_CAP_NATS = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A kind of speaker: answers as its hypothesis' statistics say, and some questions as the owner would."""

    hypothesis: Hypothesis
    share: float  # of the speakers under its hypothesis
    form: float = 0.0  # share answered like the owner, of the form's facts and what follows from them
    hard: float = 0.0  # the same of what only the bank or the bureau holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    heard_right: float  # share of the answers whose grade tells anything
    unclear: float  # share of the answers not understood in the end
    share: float  # of the calls


# Expert's guesses, as the statistics are. A forgetful owner is none of them: the tables are of all owners,
# and one more kind of owner, who knows less, made papers a sixth longer without fewer errors.
HOLDERS = (
    Holder(hypothesis=Hypothesis.GENUINE, share=1.0),
    Holder(hypothesis=Hypothesis.IMPOSTOR, share=0.4),
    Holder(hypothesis=Hypothesis.IMPOSTOR, share=0.6, form=0.6, hard=0.2),
    Holder(hypothesis=Hypothesis.COACHED, share=1.0),
)
# Of right answers that were understood, 0 to 2.5 % were taken for wrong on telephone lines.
LINES = (
    Line(heard_right=1.0, unclear=0.05, share=0.7),
    Line(heard_right=0.96, unclear=0.2, share=0.3),
)

_CELLS = tuple((holder, line) for holder in HOLDERS for line in LINES)


def _mixtures(shares: Sequence[float]) -> Floats:
    """(cells, hypotheses): what a cell's answers are a mixture of.

    `shares`: of each cell's answers, those given as the owner would.
    """
    rows = []
    for (holder, line), share in zip(_CELLS, shares, strict=True):
        row = np.full(len(HYPOTHESES), (1 - line.heard_right) / len(HYPOTHESES))
        row[HYPOTHESES.index(holder.hypothesis)] += line.heard_right * (1 - share)
        row[HYPOTHESES.index(Hypothesis.GENUINE)] += line.heard_right * share
        rows.append(row)
    return np.array(rows)


_FORM = _mixtures([holder.form for holder, _ in _CELLS])
_HARD = _mixtures([holder.hard for holder, _ in _CELLS])
# Of the sources of facts; None: nothing on file, or not known which, as of the bank.
SOURCES: tuple[FactSource | None, ...] = (None, *FactSource)
SOURCE_ROW = {source: row for row, source in enumerate(SOURCES)}
_LIKE: Floats = np.array(  # (sources, cells, hypotheses)
    [_FORM if source in (FactSource.FORM, FactSource.DERIVED) else _HARD for source in SOURCES]
)
_OF: Floats = np.array([[float(holder.hypothesis is h) for h in HYPOTHESES] for holder, _ in _CELLS])
_UNCLEAR: Floats = np.log([line.unclear for _, line in _CELLS])
_UNDERSTOOD: Floats = np.log([1 - line.unclear for _, line in _CELLS])
_SHARES: Floats = np.log([holder.share * line.share for holder, line in _CELLS])
NOT_UNDERSTOOD = frozenset({Grade.UNCLEAR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Beliefs:
    """What is believed after the answers so far. Evidence that shares a cause is summed apart and capped."""

    cells: LogProbabilities  # prior and everything said, by holder and line; normalised
    delivery: LogProbabilities = NEUTRAL  # pauses and tone, not capped yet
    second_voice: LogProbabilities = NEUTRAL  # not capped yet
    judged: frozenset[str] = frozenset()  # fact keys that have weighed already

    def probabilities(self, *, delivery: bool = True) -> dict[Hypothesis, float]:
        """Sums to 1. `delivery=False` leaves pauses and tone out."""
        p = self._weights(delivery=delivery) @ _OF
        return {h: float(value) for h, value in zip(HYPOTHESES, p, strict=True)}

    def outlook(self) -> tuple[Floats, Floats]:
        """Probabilities of the hypotheses (h,), and what the next answers will be like (sources, h, h).

        Row i of the second for a fact's source, times the statistics of a question about it, is
        P(grade | hypothesis i) as believed now.
        """
        weights = self._weights(delivery=True)
        p: Floats = weights @ _OF
        by_hypothesis = (_OF * weights[:, None]).T @ _LIKE  # (sources, h, h)
        return p, by_hypothesis / np.maximum(p, 1e-300)[:, None]

    def _weights(self, *, delivery: bool) -> Floats:
        """Probabilities of the cells."""
        beside = np.array(capped(self.second_voice, SECOND_VOICE_CAP_NATS))
        if delivery:
            beside = beside + capped(self.delivery, DELIVERY_CAP_NATS)
        logs = np.array(self.cells) + _OF @ beside
        weights: Floats = np.exp(logs - logs.max())
        weights /= weights.sum()
        return weights


def prior(risk_score: float | None) -> Beliefs:
    """Before the call: the earlier systems' score, as a hint and not a verdict. None: unknown, as 0.6."""
    risk = 0.6 if risk_score is None else min(1.0, max(0.0, risk_score))
    suspicious = 0.05 + 0.45 * risk
    shares = {
        Hypothesis.GENUINE: 1 - suspicious,
        Hypothesis.IMPOSTOR: 0.7 * suspicious,
        Hypothesis.COACHED: 0.3 * suspicious,
    }
    return Beliefs(cells=_normalised(_SHARES + _OF @ np.log([shares[h] for h in HYPOTHESES])))


def update(
    beliefs: Beliefs,
    parts: Sequence[EvidencePart],
    *,
    fact_keys: Iterable[str] = (),
    grade: Grade | None = None,
    source: FactSource | None = None,
) -> Beliefs:
    """Beliefs after one answer.

    `fact_keys`: what the question rests on; a further answer about a fact already judged weighs little.
    `grade`: of an answer that stands, for what it says about the line; None: says nothing.
    `source`: of the fact asked for; None: not known.
    """
    keys = frozenset(fact_keys)
    again = bool(keys & beliefs.judged)
    cells: Floats = np.array(beliefs.cells)
    delivery, second_voice, judged = beliefs.delivery, beliefs.second_voice, beliefs.judged
    if grade is not None and keys:
        cells = cells + (_UNCLEAR if grade in NOT_UNDERSTOOD else _UNDERSTOOD)
    for part in parts:
        logs = capped(_logs(part.log_likelihood), PART_CAP_NATS)
        if part.name in DELIVERY_PARTS:
            delivery = _sum(delivery, logs)
        elif part.name == SECOND_VOICE_PART:
            second_voice = _sum(second_voice, logs)
        elif part.name == FACT_PART:
            cells = cells + _of_cells(logs, source, again=again)
            if max(logs) - min(logs) > 1e-9:  # an unclear answer has judged nothing
                judged = judged | keys
        else:
            cells = cells + _OF @ logs
    return Beliefs(cells=_normalised(cells), delivery=delivery, second_voice=second_voice, judged=judged)


def _of_cells(logs: LogProbabilities, source: FactSource | None, *, again: bool) -> Floats:
    """ln P(answer | cell), up to a constant."""
    likelihood = np.exp(np.array(logs) - max(logs))
    if again:
        likelihood = SAME_CAUSE * likelihood.mean() + (1 - SAME_CAUSE) * likelihood
    found: Floats = np.log(_LIKE[SOURCE_ROW[source]] @ likelihood)
    return found


def _logs(given: Mapping[Hypothesis, float]) -> LogProbabilities:
    """In our order and finite; a hypothesis left out is taken as the mean of the others."""
    known = {h: min(50.0, max(-50.0, v)) for h, v in given.items() if not math.isnan(v)}
    if not known:
        return NEUTRAL
    mean = sum(known.values()) / len(known)
    return tuple(known.get(h, mean) for h in HYPOTHESES)


def capped(logs: LogProbabilities, cap: float) -> LogProbabilities:
    """Shrunk so that no two hypotheses differ by more than `cap`; centred."""
    spread = max(logs) - min(logs)
    centre = (max(logs) + min(logs)) / 2
    scale = min(1.0, cap / spread) if spread > 0 else 1.0
    return tuple((value - centre) * scale for value in logs)


def _sum(left: LogProbabilities, right: LogProbabilities) -> LogProbabilities:
    return tuple(a + b for a, b in zip(left, right, strict=True))


def _normalised(logs: Floats) -> LogProbabilities:
    total = logs.max() + math.log(np.exp(logs - logs.max()).sum())
    return tuple(float(value) for value in np.maximum(-700.0, logs - total))
