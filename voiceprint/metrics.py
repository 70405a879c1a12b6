"""Error rates of a voice search, with intervals over speakers."""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]


def equal_error_rate(mated: Scores, strangers: Scores) -> float:
    """The error rate where as many voices are missed as strangers are taken for them."""
    thresholds = np.concatenate((mated, strangers))
    thresholds.sort()
    missed = np.searchsorted(np.sort(mated), thresholds) / len(mated)
    taken = 1.0 - np.searchsorted(np.sort(strangers), thresholds) / len(strangers)
    nearest = int(np.argmin(np.abs(missed - taken)))
    return float(missed[nearest] + taken[nearest]) / 2


def cllr(mated_llr: Scores, stranger_llr: Scores) -> float:
    """Cost of the log-likelihood ratios in bits: 0 perfect, 1 as good as saying nothing."""
    missed = np.logaddexp(0.0, -mated_llr).mean()
    taken = np.logaddexp(0.0, stranger_llr).mean()
    return float((missed + taken) / (2 * np.log(2)))


def missed_at(found: Scores, unlisted: Scores, false_alarm_share: float) -> float | None:
    """Share of listed voices missed (FNIR) where this share of unlisted ones raises an alarm (FPIR).

    `found`: best score of each mated probe, minus infinity where another entry was nearer.
    None: fewer than 30 false alarms would be expected, too few to place the threshold.
    """
    if len(unlisted) * false_alarm_share < 30 or len(found) == 0:
        return None
    return float(np.mean(found < np.quantile(unlisted, 1 - false_alarm_share)))
