"""What a bench reports. The keys stay; more may stand beside them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ivr.bench.figures import intervals, spread, wilson
from ivr.bench.hesitant import RENDERED_SILENCE_MS
from ivr.bench.turns import QUARTERS, Answered, AnswerKind, CutOff


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a bench of many calls measured besides turns."""

    calls: int  # lines in use all the time
    seconds: float
    cpu_s: float  # of our process alone
    clock_late_p99_ms: float | None
    clock_skipped: int
    overloaded_s: float  # a campaign would have held new calls back for so long
    audio_dropped_ms: int
    as_expected: int
    ended: int  # calls that came to their end


def turn_report(counted: Sequence[Answered], surplus: Sequence[Answered]) -> dict[str, object]:
    """`counted`: a quarter of each kind; `surplus`: what was heard besides."""
    return {
        **turn_figures(counted),
        "by_kind": {
            kind.value: turn_figures([answer for answer in counted if answer.kind is kind])
            for kind in QUARTERS
        },
        "surplus": {
            kind.value: turn_figures(of_kind)
            for kind in AnswerKind
            if (of_kind := [answer for answer in surplus if answer.kind is kind])
        },
        "stages_ms": _stages(counted),
        "pauses_ms": _pauses(counted),
    }


def load_report(answers: Sequence[Answered], load: Load) -> dict[str, object]:
    per_s = len(answers) / load.seconds
    return {
        "calls": load.calls,
        "answers_per_s": round(per_s, 3),
        "answers_per_s_per_call": round(per_s / load.calls, 4),
        **turn_figures(answers),
        "cpu_cores": round(load.cpu_s / load.seconds, 3),
        "clock_late_ms": {"p99": load.clock_late_p99_ms, "skipped_ticks": load.clock_skipped},
        "overloaded_s": round(load.overloaded_s, 1),
        "audio_dropped_ms": load.audio_dropped_ms,
        "as_expected": load.as_expected,
        "of": load.ended,
        "seconds": round(load.seconds, 1),
        "by_kind": {
            kind.value: turn_figures(of_kind)
            for kind in AnswerKind
            if (of_kind := [answer for answer in answers if answer.kind is kind])
        },
        "stages_ms": _stages(answers),
    }


def turn_figures(answers: Sequence[Answered]) -> dict[str, object]:
    """What is said of any set of answers, ours or another system's."""
    turns = [answer.turn_ms for answer in answers if answer.turn_ms is not None]
    acks = [answer.ack_ms for answer in answers if answer.ack_ms is not None]
    cut = {kind: sum(answer.cut_off is kind for answer in answers) for kind in CutOff}
    all_cut = sum(cut.values())
    return {
        "n": len(answers),
        "turn_ms": spread(turns),
        "turn_ms_interval": intervals(turns),
        "ack_ms": {**spread(acks), "n": len(acks)},
        "cut_off_rate": round(all_cut / len(answers), 4) if answers else None,
        "cut_off_interval": wilson(all_cut, len(answers)),
        "cut_off_by": {kind.value: count for kind, count in cut.items()},
    }


def _stages(answers: Sequence[Answered]) -> dict[str, object]:
    """Medians and 95th percentiles of what each stage of a turn took."""
    timed = [answer.stages_ms for answer in answers if answer.stages_ms]
    if not timed:
        return {}
    return {
        stage: {
            f"p{p}": round(float(np.percentile([stages[stage] for stages in timed], p))) for p in (50, 95)
        }
        for stage in timed[0]
    }


def _pauses(answers: Sequence[Answered]) -> dict[str, float | None]:
    """Of the silences inside: what was waited, and what the renderings on both sides bring along."""
    return spread([pause + RENDERED_SILENCE_MS for answer in answers for pause in answer.pauses_ms])
