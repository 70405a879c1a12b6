"""Does one voice speak throughout? An entry made from two people would find neither."""

import numpy as np

from voiceprint.audio import RATE_HZ, Samples
from voiceprint.backend import Backend
from voiceprint.encoder.port import SpeakerEncoder

PART_S = 4.0
# Below this staff are asked to listen. On 38 joins of 24 s each: 5 to 10 % of single voices are below, 60 %
# of those whose last quarter was another person's. So it is a reason to listen, not to refuse.
MIXED_BELOW = 0.3


def weakest_part(speech: Samples, encoder: SpeakerEncoder, backend: Backend) -> float | None:
    """Lowest score of a part of 4 s against all other parts; None: under 8 s of speech.

    `speech`: without pauses. Blocks, about 10 ms per second.
    """
    length = int(PART_S * RATE_HZ)
    count = len(speech) // length
    if count < 2:
        return None
    whitened = backend.whitened(encoder.embed_many(np.split(speech[: count * length], count)))
    # Against the mean of all others: a second speaker's parts are near each other, not near the rest.
    others = whitened.sum(axis=0) - whitened
    scores = np.sum(whitened * others, axis=1) / np.maximum(np.linalg.norm(others, axis=1), 1e-6)
    return float(scores.min())
