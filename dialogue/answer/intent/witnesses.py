"""What words and sounds say about the kind of a reply, weighed together. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dialogue.answer.heard_phrases import HeardPhrase
from dialogue.answer.intent.intent import Intent, IntentGuess

_LEAST = -9.0  # nats; a model is never surer than that
_FACT_FIT = 30.0  # nats below which no value of the fact fits at all

# Added to the log-score of one intent, or of each by its own probability.
FEATURES = (
    "phones",  # natural-log P by the sounds
    "words",  # natural-log P by the words as written
    "wording",  # a table's wording stands in them
    "phrase",  # the phrase that explains the sounds best: that there is one, and how well it does
    "phrase_fit",
    "phrase_worst",
    "phrase_lead",
    "phrase_share",
    "answer",  # 1 for an answer
    "fact_fit",  # how well the likeliest value of the fact explains them, for an answer
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """Everything that speaks for or against an intent in one reply."""

    phones: Mapping[Intent, float]  # natural-log P
    words: Mapping[Intent, float]  # P; empty: no model, or no words
    wording: IntentGuess | None  # of the tables
    phrase: HeardPhrase | None
    fact_score: float | None  # nats; None: no fact was asked for

    def features(self, intent: Intent) -> tuple[float, ...]:
        """In the order of FEATURES."""
        said = self.phrase if self.phrase is not None and self.phrase.intent is intent else None
        answer = intent is Intent.ANSWER
        score = self.fact_score if answer else None
        return (
            max(_LEAST, self.phones.get(intent, _LEAST)),
            max(_LEAST, math.log(max(self.words.get(intent, 0.0), 1e-9))) if self.words else 0.0,
            float(self.wording is not None and self.wording.intent is intent),
            float(said is not None),
            said.fit if said is not None else 0.0,
            said.worst if said is not None else 0.0,
            said.lead if said is not None else 0.0,
            said.share if said is not None else 0.0,
            float(answer),
            max(-1.0, score / _FACT_FIT) if score is not None else 0.0,
        )

    def posterior(self, weights: Mapping[str, float]) -> dict[Intent, float]:
        """P of each intent; sums to 1."""
        scores = {
            intent: sum(
                weights[name] * value for name, value in zip(FEATURES, self.features(intent), strict=True)
            )
            for intent in Intent
        }
        top = max(scores.values())
        shares = {intent: math.exp(score - top) for intent, score in scores.items()}
        total = sum(shares.values())
        return {intent: share / total for intent, share in shares.items()}
