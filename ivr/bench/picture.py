"""Latency against cut-offs as PNG: a line per system, a dot per silence. Needs matplotlib."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from decision_hook.contract import SurveyError

Curve = Sequence[Mapping[str, Any]]  # as ivr.bench.curve makes it


def draw(curves: Mapping[str, Curve], path: Path) -> None:
    """`curves` by the system's name; the silence in force is the filled dot. Raises SurveyError."""
    try:
        from matplotlib.figure import Figure
    except ImportError as exc:
        raise SurveyError(
            "--picture: matplotlib is not installed; pip install 'shengwen[bench]', or leave it out"
        ) from exc
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes: Any = figure.subplots()
    for number, (name, points) in enumerate(curves.items()):
        for percentile, style in (("p50", "-"), ("p95", "--")):
            drawn = [
                (point["turn_ms"][percentile], 100 * point["cut_off_rate"], point)
                for point in points
                if point["n"] and point["turn_ms"][percentile] is not None
            ]
            xs, ys = [x for x, _, _ in drawn], [y for _, y, _ in drawn]
            axes.plot(
                xs, ys, style, marker="o", fillstyle="none", color=f"C{number}", label=f"{name}, {percentile}"
            )
            for place, (x, y, point) in enumerate(drawn):
                if point["present"]:
                    axes.plot(x, y, "o", color=f"C{number}")
                if percentile == "p50" and (point["present"] or place in (0, len(drawn) - 1)):
                    axes.annotate(str(point["silence_ms"]), (x, y), textcoords="offset points", xytext=(4, 4))
    axes.axhline(5, color="grey", linewidth=0.8, linestyle=":")
    axes.set(xlabel="wait for the next question, ms", ylabel="callers cut off, %", ylim=(0, None))
    axes.grid(visible=True, alpha=0.3)
    axes.legend(title="numbers: silence that ends a turn, ms")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=120)
    except (OSError, ValueError) as exc:
        raise SurveyError(
            f"{path}: cannot be written ({exc}); name a .png file in a writable folder"
        ) from exc
