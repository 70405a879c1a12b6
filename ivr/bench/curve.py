"""Latency against cut-offs: what the same answers would have been like at other end-of-turn silences. Pure.

Computed from one run: the pauses were measured, the silence that ends a turn is what is varied. What follows
the end of a turn until the next question sounds is taken to last as long as it was measured to.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from ivr.bench.figures import spread
from ivr.bench.turns import Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """When a turn would have been over. Monotonic seconds."""

    over_s: float
    ready_s: float | None  # the words were understood; None: not known

    def reached_s(self, thinking_s: float) -> float:
        """When the next question could be put. `thinking_s`: from over to ready, where that is not known."""
        return max(self.over_s, self.over_s + thinking_s if self.ready_s is None else self.ready_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One answer, and how its turn would have ended at each silence tried."""

    answer: Answered
    endings: tuple[Ending | None, ...]  # None: it would not have ended while it was listened to


def curve(
    replayed: Sequence[Replayed], silences_ms: Sequence[int], *, present: int
) -> list[dict[str, object]]:
    """A point per silence; `present` is the place of the one in force during the run.

    A turn is a cut-off if the question would have sounded before the caller's last audible sample. Answers
    that were cut off in the run have no measured rest; the others' median stands in.
    """
    measured = [
        (one.answer, ending)
        for one in replayed
        if one.answer.cut_off is None and (ending := one.endings[present]) is not None
    ]
    thinking = [ending.ready_s - ending.over_s for _, ending in measured if ending.ready_s is not None]
    thinking_s = max(0.0, statistics.median(thinking)) if thinking else 0.0
    rests = {id(answer): answer.question_s - ending.reached_s(thinking_s) for answer, ending in measured}
    usual_s = statistics.median(rests.values()) if rests else 0.0
    points = []
    for place, silence_ms in enumerate(silences_ms):
        waits = [
            ending.reached_s(thinking_s) + rests.get(id(one.answer), usual_s) - one.answer.ends_s
            for one in replayed
            if (ending := one.endings[place]) is not None
        ]
        cut = sum(wait < 0 for wait in waits)
        points.append(
            {
                "silence_ms": silence_ms,
                "present": place == present,
                "n": len(waits),
                "turn_ms": spread([wait * 1_000 for wait in waits if wait >= 0]),
                "cut_off_rate": round(cut / len(waits), 4) if waits else None,
            }
        )
    return points
