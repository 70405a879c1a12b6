"""What the errors look like, as PNG: DET curve, calibration, list size, duration. Needs matplotlib."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from voiceprint.backend import Backend
from voiceprint.evaluate import Evaluation

LIST_SIZES = (10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 1_000_000)
REVIEWED = 20.0  # candidates per 1,000 calls
FPIR_AT = 0.55  # score whose false alarms are drawn against the list's size
PROBE_S = (5.0, 10.0, 20.0)
TICKS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.4)


def draw_all(evaluation: Evaluation, backend: Backend, folder: Path) -> list[Path]:
    """Writes four pictures. Raises SurveyError if matplotlib is missing."""
    try:
        from matplotlib.figure import Figure
    except ImportError as exc:
        raise SurveyError(
            "pictures: matplotlib is not installed; pip install 'shengwen[bench]', or leave --pictures out"
        ) from exc
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    pictures: dict[str, Callable[[Any], None]] = {
        "det": lambda axes: _det(axes, *evaluation.llrs),
        "calibration": lambda axes: _calibration(axes, *evaluation.llrs),
        "list_size": lambda axes: _list_size(axes, backend),
        "duration": lambda axes: _duration(axes, backend),
    }
    for name, drawn in pictures.items():
        figure = Figure(figsize=(6, 4.5), layout="constrained")
        axes = figure.subplots()
        drawn(axes)
        axes.grid(visible=True, alpha=0.3)
        path = folder / f"{name}.png"
        figure.savefig(path, dpi=120)
        written.append(path)
    return written


def _det(axes: Any, mated: NDArray[np.float64], strangers: NDArray[np.float64]) -> None:
    from scipy.stats import norm

    thresholds = np.unique(np.quantile(np.concatenate((mated, strangers)), np.linspace(0, 1, 2_000)))
    missed = np.searchsorted(np.sort(mated), thresholds) / len(mated)
    taken = 1 - np.searchsorted(np.sort(strangers), thresholds) / len(strangers)
    inside = (missed > 0) & (taken > 0) & (missed < 1) & (taken < 1)
    axes.plot(norm.ppf(taken[inside]), norm.ppf(missed[inside]))
    labels = [f"{100 * tick:g}" for tick in TICKS]
    axes.set_xticks(norm.ppf(TICKS), labels)
    axes.set_yticks(norm.ppf(TICKS), labels)
    axes.set(xlabel="strangers taken for one voice, %", ylabel="one voice missed, %", title="DET")


def _calibration(axes: Any, mated: NDArray[np.float64], strangers: NDArray[np.float64]) -> None:
    """Stated odds against the odds that were found, both kinds of trial weighing the same."""
    edges = np.quantile(np.concatenate((mated, strangers)), np.linspace(0, 1, 16))
    stated, found = [], []
    for low, high in pairwise(edges):
        ones, twos = (
            ((mated >= low) & (mated < high)).mean(),
            ((strangers >= low) & (strangers < high)).mean(),
        )
        if ones > 0 and twos > 0:
            stated.append((low + high) / 2)
            found.append(float(np.log(ones / twos)))
    axes.plot(stated, found, "o-", label="found")
    axes.plot(stated, stated, "--", label="perfect")
    axes.set(xlabel="stated log-likelihood ratio", ylabel="found", title="Calibration")
    axes.legend()


def _list_size(axes: Any, backend: Backend) -> None:
    points = [backend.operating_point(size, REVIEWED) for size in LIST_SIZES]
    for seconds in PROBE_S:
        found = [backend.found_share(point.threshold, seconds) for point in points]
        axes.plot(
            LIST_SIZES, [100 * f.share for f in found], label=f"found of 100, {seconds:.0f} s of speech"
        )
        axes.fill_between(LIST_SIZES, [100 * f.low for f in found], [100 * f.high for f in found], alpha=0.15)
    alarms = [min(100.0, backend.false_alarms(FPIR_AT, size) / 10) for size in LIST_SIZES]
    axes.plot(LIST_SIZES, alarms, "k--", label=f"FPIR at score {FPIR_AT}, %")
    axes.set(
        xscale="log",
        ylim=(0, 100),
        xlabel="voices on the list",
        title=f"{REVIEWED:g} candidates per 1,000 calls",
    )
    axes.legend(fontsize=8)


def _duration(axes: Any, backend: Backend) -> None:
    rows = backend.durations
    seconds = [row.speech_s for row in rows]

    def middle(quantiles: Sequence[Sequence[float]], at: int) -> list[float]:
        return [values[at] for values in quantiles]

    scores = [row.mated for row in rows]
    axes.plot(seconds, middle(scores, 6), "o-", label="one voice, median")
    axes.fill_between(seconds, middle(scores, 2), middle(scores, 10), alpha=0.2, label="10 to 90 %")
    axes.axhline(backend.threshold_at(0.01), ls="--", label="1 % of strangers")
    axes.axhline(backend.threshold_at(0.5), ls=":", label="strangers, median")
    axes.set(xlabel="speech, s", ylabel="score", title="Score against duration")
    axes.legend(fontsize=8)
