"""Who is speaking? Beliefs over the hypotheses as log-probabilities, moved by evidence."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from decision_hook.contract import EvidencePart, Grade, Hypothesis
from decision_hook.contract.evidence import DELIVERY_PARTS, FACT_PART, SECOND_VOICE_PART

HYPOTHESES = tuple(Hypothesis)
LogProbabilities = tuple[float, ...]  # natural log, in the order of HYPOTHESES, up to a constant
NEUTRAL: LogProbabilities = (0.0,) * len(HYPOTHESES)

# Further answers on a fact already judged share its cause, "knows this fact".
SAME_FACT_WEIGHT = 0.1
# Pauses and tone tell of an answer's reliability, not of truth (d of about 0.2 for lies): together
# they may shift the odds of any two hypotheses by a factor of e^2 = 7.4 in a whole call.
DELIVERY_CAP_NATS = 2.0
# One prompter in the room is one cause, however often he is heard.
SECOND_VOICE_CAP_NATS = 4.0
# One table row near zero must not settle a call.
PART_CAP_NATS = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beliefs:
    """What is believed after the answers so far. Evidence that shares a cause is summed apart and capped."""

    facts: LogProbabilities  # prior and everything said
    delivery: LogProbabilities = NEUTRAL  # pauses and tone, not capped yet
    second_voice: LogProbabilities = NEUTRAL  # not capped yet
    judged: frozenset[str] = frozenset()  # fact keys that have weighed already

    def probabilities(self, *, delivery: bool = True) -> dict[Hypothesis, float]:
        """Sums to 1. `delivery=False` leaves pauses and tone out."""
        logs = _sum(self.facts, _capped(self.second_voice, SECOND_VOICE_CAP_NATS))
        if delivery:
            logs = _sum(logs, _capped(self.delivery, DELIVERY_CAP_NATS))
        top = max(logs)
        weights = [math.exp(value - top) for value in logs]
        total = sum(weights)
        return {h: weight / total for h, weight in zip(HYPOTHESES, weights, strict=True)}


def prior(risk_score: float | None) -> Beliefs:
    """Before the call: the earlier systems' score, as a hint and not a verdict. None: unknown, as 0.6."""
    risk = 0.6 if risk_score is None else min(1.0, max(0.0, risk_score))
    suspicious = 0.05 + 0.45 * risk
    shares = {
        Hypothesis.GENUINE: 1 - suspicious,
        Hypothesis.IMPOSTOR: 0.7 * suspicious,
        Hypothesis.COACHED: 0.3 * suspicious,
    }
    return Beliefs(facts=tuple(math.log(shares[h]) for h in HYPOTHESES))


def update(
    beliefs: Beliefs, parts: Sequence[EvidencePart], *, fact_keys: Iterable[str] = (), grade: Grade | None = None
) -> Beliefs:
    """Beliefs after one answer. `fact_keys`: what the question rests on.

    What speaks about a fact already judged weighs a tenth.
    """
    keys = frozenset(fact_keys)
    weight = SAME_FACT_WEIGHT if keys & beliefs.judged else 1.0
    facts, delivery, second_voice = beliefs.facts, beliefs.delivery, beliefs.second_voice
    judged = beliefs.judged
    for part in parts:
        logs = _capped(_logs(part.log_likelihood), PART_CAP_NATS)
        if part.name in DELIVERY_PARTS:
            delivery = _sum(delivery, logs)
        elif part.name == SECOND_VOICE_PART:
            second_voice = _sum(second_voice, logs)
        elif part.name == FACT_PART:
            facts = _sum(facts, tuple(weight * value for value in logs))
            if max(logs) - min(logs) > 1e-9:  # an unclear answer has judged nothing
                judged = judged | keys
        else:
            facts = _sum(facts, logs)
    return Beliefs(facts=_normalised(facts), delivery=delivery, second_voice=second_voice, judged=judged)


def _logs(given: Mapping[Hypothesis, float]) -> LogProbabilities:
    """In our order and finite; a hypothesis left out is taken as the mean of the others."""
    known = {h: min(50.0, max(-50.0, v)) for h, v in given.items() if not math.isnan(v)}
    if not known:
        return NEUTRAL
    mean = sum(known.values()) / len(known)
    return tuple(known.get(h, mean) for h in HYPOTHESES)


def _capped(logs: LogProbabilities, cap: float) -> LogProbabilities:
    """Shrunk so that no two hypotheses differ by more than `cap`; centred."""
    spread = max(logs) - min(logs)
    centre = (max(logs) + min(logs)) / 2
    scale = min(1.0, cap / spread) if spread > 0 else 1.0
    return tuple((value - centre) * scale for value in logs)


def _sum(left: LogProbabilities, right: LogProbabilities) -> LogProbabilities:
    return tuple(a + b for a, b in zip(left, right, strict=True))


def _normalised(logs: LogProbabilities) -> LogProbabilities:
    top = max(logs)
    total = top + math.log(sum(math.exp(value - top) for value in logs))
    return tuple(max(-700.0, value - total) for value in logs)
