"""How often questions and the facts beneath them were asked lately: what is worn out rests.

A ring that calls again and again learns what is asked often. So no question, and no underlying fact, may be
asked in more than its share of the calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from question_bank.index import Flags, Floats, PaperIndex

# Of the calls, for a question and for a fact; a question may say less. A ring that has half of the bank and
# heard 19 papers is approved 1.3 times as often as at first, at 0.15 1.5 times, at 0.2 1.9 times. Papers are
# 1.4 s longer than at 0.15; at 0.08 so little is left that thieves who know nothing get through more often.
MAX_SHARE = 0.12
# Shares are of at least so many calls: a new installation does not run dry before it has a history.
LEAST_CALLS = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exposure:
    """Shares of the calls, as columns of a bank's index."""

    questions: Floats  # (n,)
    wear: Floats  # (n,) the highest share of the question's own and of the facts beneath it

    def worn(self, index: PaperIndex, max_share: float) -> Flags:
        """(n,) True: another call with this question would be one too many."""
        resting: Flags = (self.wear >= max_share) | (self.questions >= index.caps)
        return resting


def exposure_of(index: PaperIndex, asked: Mapping[str, int], calls: int) -> Exposure:
    """`asked`: in how many of the last `calls` each question was put; questions no longer there are ignored.

    A fact that several questions rest on is counted once for each of them, which errs on the safe side.
    """
    counts = np.zeros(len(index.questions))
    for question_id, count in asked.items():
        if (row := index.row.get(question_id)) is not None:
            counts[row] = count
    total = max(calls, LEAST_CALLS)
    beneath = index.rests_on * (counts @ index.rests_on / total)
    return Exposure(
        questions=counts / total, wear=np.maximum(counts / total, beneath.max(axis=1, initial=0.0))
    )
