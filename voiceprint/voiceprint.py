"""A voiceprint: what an encoder made of one voice, and which encoder it was."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError

Vector = NDArray[np.float32]  # shape (d,), unit length
Vectors = NDArray[np.float32]  # shape (n, d), rows of unit length


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderId:
    """Names the exact weights. Voiceprints with different ids are never compared."""

    model: str  # "ge2e"
    version: str  # of what we do before and after the network: "2"
    checksum: str  # SHA-256 of the weights, hex

    def __str__(self) -> str:
        return f"{self.model}-{self.version}:{self.checksum[:12]}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Voiceprint:
    """One voice. Its vector never leaves this room."""

    vector: Vector
    encoder: EncoderId
    net_speech_s: float  # speech it was made from, without pauses

    def __repr__(self) -> str:
        return (
            f"Voiceprint({self.encoder.model}, {self.net_speech_s:.1f} s)"  # a log must not hold the vector
        )


def unit(vector: NDArray[np.float32], *, where: str) -> Vector:
    """The vector at length 1. Raises SurveyError for one that is empty, zero, or not finite."""
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length < 1e-6:
        raise SurveyError(
            f"{where}: the voiceprint is no direction (length {length:.3g}); make it again from audio"
        )
    scaled: Vector = (vector / length).astype(np.float32)
    return scaled


def same_encoder(first: EncoderId, second: EncoderId) -> None:
    """Raises SurveyError if voiceprints of the two may not be compared."""
    if first != second:
        raise SurveyError(
            f"voiceprint: made by {first}, compared with {second}; make both with the same encoder"
        )
