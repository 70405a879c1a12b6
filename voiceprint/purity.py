"""Does one voice speak throughout? An entry made from two people would find neither."""

import numpy as np

from voiceprint.audio import RATE_HZ, Samples
from voiceprint.backend import Backend
from voiceprint.encoder.port import SpeakerEncoder

PART_S = 4.0
# On joins of 24 s of 22 voices whose languages the back end had not seen, over straight and bad lines: 91
# to 95 % of those with 6 or 12 s of another person are below, and 5 to 7 % of single voices. So it is a
# reason to listen, not to refuse.
MIXED_BELOW = 0.3


def sides_alike(speech: Samples, encoder: SpeakerEncoder, backend: Backend) -> float | None:
    """Score between the two most unlike groups of parts of 4 s; None: under 8 s of speech.

    The parts are divided along the direction in which they differ most, each side is pooled. `speech`:
    without pauses. Blocks, about 10 ms per second.
    """
    length = int(PART_S * RATE_HZ)
    count = len(speech) // length
    if count < 2:
        return None
    whitened = backend.whitened(encoder.embed_many(np.split(speech[: count * length], count)))
    apart = whitened - whitened.mean(axis=0)
    _, _, directions = np.linalg.svd(apart, full_matrices=False)
    first = apart @ directions[0] > 0
    if first.all() or not first.any():
        return 1.0  # the parts do not differ at all
    one, other = whitened[first].sum(axis=0), whitened[~first].sum(axis=0)
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return float(one @ other / max(float(lengths), 1e-6))
