"""Replies that are no answers, told by the audio: somebody who says 帮我转人工 is heard as 把我裁刑公.

Measured on 190 such replies of 24 synthetic people and 360 recorded answers: where the words left doubt, a
request was found 11 times, once wrongly. Only what weighs nothing is looked for, and not 晚点再打, which ends
the call and sounds like too much else.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialogue.answer.closed import family_likelihoods
from dialogue.answer.intent.intent import Intent

NEAR_FREE = -9.0  # nats: a family further below the free reading was not said
AHEAD = 2.0  # nats between the likeliest family and the next
LOOKED_FOR = frozenset({Intent.HUMAN, Intent.REPEAT, Intent.SLOWER, Intent.WHO_ARE_YOU})


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLikelihoods:
    """How well each kind of reply fits the audio, in nats against the free reading."""

    by_intent: Mapping[Intent, float]

    @classmethod
    def of(
        cls, table: Mapping[Intent, Sequence[str]], scores: Sequence[float], free: float
    ) -> "RequestLikelihoods":
        """`table`: wordings by intent; `scores`: of all of them in order; `free`: of the free reading."""
        families = family_likelihoods(table, scores)
        return cls(by_intent={intent: score - free for intent, score in families.items()})

    def plain(self, *, against: float = -math.inf) -> Intent | None:
        """The request plainly made, or None. `against`: how well the expected answer fits, in these nats."""
        first, second = sorted(self.by_intent, key=lambda intent: self.by_intent[intent], reverse=True)[:2]
        ahead = self.by_intent[first] - self.by_intent[second] >= AHEAD
        said = ahead and self.by_intent[first] >= max(NEAR_FREE, against)
        return first if said and first in LOOKED_FOR else None

    def bears_out(self, intent: Intent) -> bool:
        """Whether the audio supports what only the trained model made of the words."""
        return self.by_intent.get(intent, -math.inf) >= NEAR_FREE
