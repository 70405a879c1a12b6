"""Makes the back end's numbers from embeddings of known speakers. Pure: arrays in, values out."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from voiceprint.plda import Plda
from voiceprint.voiceprint import Vectors

Scores = NDArray[np.float64]


def fit_plda(voices: Mapping[str, Vectors], *, dimensions: int, shrinkage: float) -> Plda:
    """PLDA from several recordings of each voice, with the two covariances in closed form.

    `shrinkage`: share of the mean variance added to every direction within a voice, because few
    speakers leave most directions unmeasured.
    """
    from scipy.linalg import eigh

    centres = np.array([vectors.mean(axis=0) for vectors in voices.values()], dtype=np.float64)
    mean = centres.mean(axis=0)
    between = (centres - mean).T @ (centres - mean) / len(centres)
    within = np.mean([np.cov(vectors.T, bias=True) for vectors in voices.values()], axis=0)
    within += shrinkage * np.trace(within) / len(within) * np.eye(len(within))
    ratios, directions = eigh(between, within)
    best = np.argsort(-ratios)[:dimensions]
    return Plda(
        mean=mean.astype(np.float32),
        projection=directions[:, best].astype(np.float32),
        between=ratios[best].astype(np.float32),
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
