"""Has a question leaked? Then its answers get better and faster, and other questions' do not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Values = TypeVar("Values", NDArray[np.float64], Sequence["Answered"])

LEAST_ANSWERS = 40  # in the older and in the newer half
# Both signs at once by chance: once in half a million looks at a question.
ALARM_Z = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer about a fact, as a stored call has it."""

    question_id: str
    right: bool
    latency_ms: int  # from the prompt's end


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A question that should rest, and why."""

    question_id: str
    right_before: float  # share of the older half
    right_now: float
    latency_before_ms: float  # geometric mean
    latency_now_ms: float

    def __str__(self) -> str:
        return (
            f"question {self.question_id} rests: right {self.right_before:.0%} -> {self.right_now:.0%}, "
            f"after {self.latency_before_ms:.0f} -> {self.latency_now_ms:.0f} ms; "
            "perhaps it has leaked: retire or reword it"
        )


def leaks(answers: Sequence[Answered]) -> list[Leak]:
    """`answers`: of all questions, oldest first. What changed for every question alike is no alarm."""
    by_question: dict[str, list[Answered]] = {}
    for answer in answers:
        by_question.setdefault(answer.question_id, []).append(answer)
    found = []
    all_better, all_faster = _rise(answers, _right), _rise(answers, _quickness)
    for question_id, own in by_question.items():
        if len(own) < 2 * LEAST_ANSWERS:
            continue
        better, faster = _z(_rise(own, _right), all_better), _z(_rise(own, _quickness), all_faster)
        if min(better, faster) >= ALARM_Z:
            old, new = _halves(own)
            found.append(
                Leak(
                    question_id=question_id,
                    right_before=fmean(map(_right, old)),
                    right_now=fmean(map(_right, new)),
                    latency_before_ms=exp(-fmean(map(_quickness, old))),
                    latency_now_ms=exp(-fmean(map(_quickness, new))),
                )
            )
    return found


def _right(answer: Answered) -> float:
    return float(answer.right)


def _quickness(answer: Answered) -> float:
    return -log(max(answer.latency_ms, 50))


def _z(own: tuple[float, float], everybody: tuple[float, float]) -> float:
    """How much more a question's newer half differs from its older one than all questions' do."""
    return (own[0] - everybody[0]) / sqrt(own[1] + everybody[1] + 1e-9)


def _rise(answers: Sequence[Answered], measure: Callable[[Answered], float]) -> tuple[float, float]:
    """Mean of the newer half less that of the older one, and the variance of the difference."""
    if len(answers) < 2:
        return 0.0, 0.0
    old, new = _halves(np.array([measure(answer) for answer in answers]))
    return float(new.mean() - old.mean()), float(old.var() / len(old) + new.var() / len(new))


def _halves(values: Values) -> tuple[Values, Values]:
    """Older and newer."""
    return values[: len(values) // 2], values[len(values) // 2 :]
