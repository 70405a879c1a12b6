"""PNG pictures of a run: belief paths, seconds against error, exposure. Needs matplotlib (bench extra)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot

from question_bank.bank import Bank
from question_bank.simulate.figures import exposed
from question_bank.simulate.interview import Played

PATHS = 25  # per population
COLOURS = ("#2f6b3c", "#7ea04d", "#b04a4a", "#c87533", "#5b4a8a", "#3b7a99", "#555555")


def draw_pictures(
    folder: Path,
    bank: Bank,
    papers: Sequence[Played],
    curves: Mapping[str, Sequence[tuple[float, float]]],
    max_share: float,
) -> list[Path]:
    """Writes them; returns their paths. `curves`: (seconds, error) points by way of choosing."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [
        _paths(folder / "beliefs.png", papers),
        _exposure(folder / "exposure.png", bank, papers, max_share),
    ]
    if curves:
        made.append(_curves(folder / "seconds_error.png", curves))
    return made


def _paths(path: Path, papers: Sequence[Played]) -> Path:
    names = list(dict.fromkeys(paper.population for paper in papers))
    figure, axes = pyplot.subplots(1, len(names), figsize=(3.2 * len(names), 3), sharey=True, squeeze=False)
    for axis, name, colour in zip(axes[0], names, COLOURS * len(names), strict=False):
        for paper in [paper for paper in papers if paper.population == name][:PATHS]:
            seconds = [0.0, *(moment.elapsed_s for moment in paper.moments)]
            genuine = [paper.start[0], *(moment.beliefs[0] for moment in paper.moments)]
            axis.plot(seconds, genuine, color=colour, alpha=0.4, linewidth=1)
        axis.set(title=name, xlabel="seconds of survey", ylim=(0, 1))
    axes[0][0].set_ylabel("belief: genuine")
    return _saved(figure, path)


def _curves(path: Path, curves: Mapping[str, Sequence[tuple[float, float]]]) -> Path:
    figure, axis = pyplot.subplots(figsize=(8, 5))
    for number, (name, points) in enumerate(curves.items()):
        ordered = sorted(points)
        emphasis = {"linewidth": 3, "marker": "o"} if name in ("ours", "bound") else {"marker": "."}
        axis.plot(
            [seconds for seconds, _ in ordered],
            [100 * error for _, error in ordered],
            label=name,
            color=pyplot.get_cmap("tab20")(number),
            **emphasis,
        )
    axis.set(xlabel="mean seconds of survey", ylabel="error, % (mean over populations)")
    axis.legend(fontsize=8)
    axis.grid(alpha=0.3)
    return _saved(figure, path)


def _exposure(path: Path, bank: Bank, papers: Sequence[Played], max_share: float) -> Path:
    shown = exposed(bank, papers)
    figure, axes = pyplot.subplots(2, 1, figsize=(10, 6))
    for axis, shares, what in zip(axes, (shown.questions, shown.facts), ("question", "fact"), strict=True):
        axis.bar(range(len(shares)), sorted(shares.values(), reverse=True), color=COLOURS[5])
        axis.axhline(max_share, color=COLOURS[2], linewidth=1)
        axis.set(xlabel=f"{what}s, most asked first", ylabel="share of calls")
    return _saved(figure, path)


def _saved(figure: "pyplot.Figure", path: Path) -> Path:
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
    return path
