"""The sounds of a reply as a short row of doubtful phones, for a model to read. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.spotting import best_path
from dialogue.hearing.phones import BLANK, PHONES

LONGEST = 80  # phones of a reply that are read: some 40 syllables; what kind of reply it is shows early


def soft_phones(log_posteriors: NDArray[np.float32]) -> NDArray[np.float32]:
    """One row for each sound of the best path: what it may have been. `log_posteriors`: (frames, phones).

    (n, len(PHONES)) float32, n up to LONGEST, rows sum to 1, nothing on the blank.
    """
    return soft_rows(log_posteriors, best_path(log_posteriors)[:LONGEST])


def soft_rows(
    log_posteriors: NDArray[np.float32], path: Sequence[tuple[int, int, int]]
) -> NDArray[np.float32]:
    """`soft_phones` of these sounds, (phone, first frame, end) as of `best_path`."""
    rows = []
    for _, first, end in path:
        row = np.exp(log_posteriors[first:end].astype(np.float32)).mean(axis=0)
        row[BLANK] = 0.0
        rows.append(row / row.sum())
    if not rows:
        return np.zeros((0, len(PHONES)), dtype=np.float32)
    return np.stack(rows)
