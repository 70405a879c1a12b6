"""Makes the back end's numbers from embeddings of known speakers. Pure: arrays in, values out."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from voiceprint.voiceprint import Vectors
from voiceprint.whitening import Whitening

Scores = NDArray[np.float64]
FULL_WEIGHT = 12  # recordings from which a voice counts fully towards the spread


def fit_whitening(voices: Mapping[str, Vectors], *, shrinkage: float) -> Whitening:
    """From several recordings of each voice, over different lines.

    `shrinkage`: share of the mean variance added to every direction, because few speakers leave most
    directions unmeasured.
    """
    centres = np.array([vectors.mean(axis=0) for vectors in voices.values()])
    weights = [min(1.0, len(vectors) / FULL_WEIGHT) for vectors in voices.values()]
    spreads = [np.cov(vectors.T.astype(np.float64), bias=True) for vectors in voices.values()]
    within = np.average(spreads, axis=0, weights=weights)
    within += shrinkage * np.trace(within) / len(within) * np.eye(len(within))
    variances, directions = np.linalg.eigh(within)
    return Whitening(
        mean=centres.mean(axis=0).astype(np.float32),
        projection=(directions / np.sqrt(variances)).astype(np.float32),
    )


def strangers_spread(voices: Mapping[str, Vectors], between: float) -> NDArray[np.float32]:
    """(k, d): rows which, with standard normal weights, give the deviations of a stranger's recording.

    First how voices deviate from their mean, times `between`, then how recordings deviate from their voice.
    """
    centres = {name: vectors.mean(axis=0) for name, vectors in voices.items()}
    apart = np.array(list(centres.values())) - np.mean(list(centres.values()), axis=0)
    within = np.concatenate([vectors - centres[name] for name, vectors in voices.items()])
    # The same covariance in 64 rows: what remains is below the rounding of the embeddings.
    values, directions = np.linalg.eigh(within.T @ within / len(within))
    rows = (directions[:, -64:] * np.sqrt(np.maximum(values[-64:], 0))).T
    spread: NDArray[np.float32] = np.concatenate((between * apart / np.sqrt(len(apart)), rows)).astype(
        np.float32
    )
    return spread


def fit_calibration(mated: Scores, strangers: Scores) -> tuple[float, float]:
    """(scale, offset): score * scale + offset is a natural-log likelihood ratio. Logistic regression.

    Both kinds of trial weigh the same, so no prior is left in the result. A little ridge keeps the
    scale finite where the two do not overlap at all.
    """
    scores = np.concatenate((mated, strangers))
    labels = np.concatenate((np.ones(len(mated)), np.zeros(len(strangers))))
    weights = np.concatenate(
        (np.full(len(mated), 0.5 / len(mated)), np.full(len(strangers), 0.5 / len(strangers)))
    )
    centre, spread = float(scores.mean()), float(scores.std()) or 1.0
    design = np.stack(((scores - centre) / spread, np.ones_like(scores)), axis=1)
    theta = np.zeros(2)
    ridge = np.diag((1e-4, 1e-6))
    for _ in range(50):
        probability = 1.0 / (1.0 + np.exp(-np.clip(design @ theta, -60, 60)))
        gradient = design.T @ (weights * (probability - labels)) + ridge @ theta
        hessian = (design * (weights * probability * (1 - probability))[:, None]).T @ design + ridge
        step = np.linalg.solve(hessian, gradient)
        theta -= step * min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-9))
        if np.abs(step).max() < 1e-9:
            break
    scale = theta[0] / spread
    return float(scale), float(theta[1] - scale * centre)
