"""Figures with intervals, and the state of the machine they were measured on. Pure but for `machine`."""

import os
from collections.abc import Sequence

import numpy as np

from question_bank.simulate.figures import interval

RESAMPLES = 2_000
PERCENTILES = (50, 95, 99)


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """p50, p95 and p99 in whole ms; None without values."""
    if not values:
        return {f"p{p}": None for p in PERCENTILES}
    return {
        f"p{p}": round(float(found))
        for p, found in zip(PERCENTILES, np.percentile(values, PERCENTILES), strict=True)
    }


def intervals(values: Sequence[float]) -> dict[str, list[float] | None]:
    """95 % bootstrap interval of each percentile (2,000 resamples, always the same ones)."""
    if len(values) < 2:
        return {f"p{p}": None for p in PERCENTILES}
    drawn = np.random.default_rng(0).choice(np.asarray(values), size=(RESAMPLES, len(values)))
    found = np.percentile(drawn, PERCENTILES, axis=1)
    return {
        f"p{p}": [round(float(low)), round(float(high))]
        for p, (low, high) in zip(PERCENTILES, np.percentile(found, (2.5, 97.5), axis=1).T, strict=True)
    }


def wilson(hits: int, n: int) -> list[float]:
    """95 % Wilson score interval of a share, as reports print it; without cases [0, 1]."""
    return [round(edge, 4) for edge in interval(hits, n)]


def machine() -> dict[str, object]:
    """What else the machine is doing; take it before the bench begins."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load_average": [round(load, 2) for load in os.getloadavg()],
    }
