"""The trade-off of the decision: who is accepted wrongly against who is asked again, by threshold."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from decision_hook.contract import Grade, SurveyError
from ivr.hearing.evaluate import Heard

MOVES = np.linspace(-6.0, 6.0, 97)  # nats


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What one threshold would have done. Shares 0..1."""

    threshold: float  # nats: log odds of "said the fact"
    wrong: float  # wrongly accepted (or refused), of those that could be
    unclear: float  # of all right and wrong answers


def accepting(found: Sequence[Heard]) -> list[Point]:
    """Accepted from each threshold on; those below it that were not refused are asked again. Pure."""
    return _points(found, accepts=True)


def refusing(found: Sequence[Heard]) -> list[Point]:
    """Refused below each threshold; those above it that were not accepted are asked again. Pure."""
    return _points(found, accepts=False)


def _points(found: Sequence[Heard], *, accepts: bool) -> list[Point]:
    kept = Grade.MISMATCH if accepts else Grade.MATCH  # what this threshold does not move
    rows = [
        (h.score if accepts else -h.score, h.grade is kept, h.item.outcome is kept)
        for h in found
        if h.score is not None and h.item is not None and h.item.outcome in (Grade.MATCH, Grade.MISMATCH)
    ]
    if not any(other for _, _, other in rows):
        return []
    points = []
    for threshold in MOVES:
        taken = [(score >= threshold, fixed, other) for score, fixed, other in rows]
        wrong = [accepted and not fixed for accepted, fixed, other in taken if other]
        unclear = [not accepted and not fixed for accepted, fixed, _ in taken]
        points.append(
            Point(
                threshold=float(threshold if accepts else -threshold),
                wrong=sum(wrong) / len(wrong),
                unclear=sum(unclear) / len(unclear),
            )
        )
    return points


def draw(found: Sequence[Heard], report: dict[str, object], path: Path) -> None:
    """A PNG. Raises SurveyError if it cannot be drawn or written. Blocks about a second."""
    try:
        from matplotlib.figure import Figure
    except ImportError as exc:
        raise SurveyError("--curve: matplotlib is not installed; pip install 'shengwen[bench]'") from exc
    figure = Figure(figsize=(7, 4.5), dpi=120)
    axes = figure.add_subplot()
    for name, points, shipped in (
        ("wrongly accepted", accepting(found), report["wrongly_accepted"]),
        ("wrongly refused", refusing(found), report["wrongly_refused"]),
    ):
        if not points:
            continue
        (line,) = axes.plot([p.unclear for p in points], [p.wrong for p in points], label=name)
        if isinstance(shipped, float) and isinstance(report["unclear"], float):
            axes.plot(
                [report["unclear"]], [shipped], "o", color=line.get_color(), label=f"{name}, as shipped"
            )
    axes.set_xlabel("unclear: asked again, share of right and wrong answers")
    axes.set_ylabel("share judged wrongly")
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    if axes.lines:
        axes.legend()
    else:
        axes.text(0.5, 0.5, "no right and wrong answers with a score", ha="center", transform=axes.transAxes)
    figure.tight_layout()
    try:
        figure.savefig(path)
    except (OSError, ValueError) as exc:
        raise SurveyError(
            f"{path}: cannot be written ({exc}); name a .png file in an existing folder"
        ) from exc
