"""Makes voiceprints comparable: what lines, words and moods do to one voice is measured and weighed down.

Within-class covariance normalisation: centre on strangers, divide each direction by how far recordings of
one voice spread along it, bring to length 1. The cosine of two such vectors is the score. A low-rank
probabilistic model was worse on held-out speakers: too few voices to know where they differ, enough
recordings to know where one voice wanders (docs/voiceprint.md has the figures).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voiceprint.voiceprint import Vectors

# Recordings that the measured mean counts as against those on the list. On held-out speakers of another
# kind of recording 8 to 16 were best: fewer let a short list be ruled by chance.
GALLERY_PRIOR = 12.0
GALLERY_FROM = 3  # voices; around fewer, one listed voice would be subtracted from itself


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whitening:
    """The measured mean and spread. Never changes."""

    mean: NDArray[np.float32]  # (d,), of strangers over telephone lines
    projection: NDArray[np.float32]  # (d, d)

    def apply(self, vectors: Vectors) -> Vectors:
        """(n, d) of length 1 for (n, d); a voiceprint that equals the mean stays near zero."""
        projected = (vectors - self.mean) @ self.projection
        lengths = np.linalg.norm(projected, axis=1, keepdims=True)
        whitened: Vectors = (projected / np.maximum(lengths, 1e-6)).astype(np.float32)
        return whitened

    def centred_on(self, gallery: Vectors) -> "Whitening":
        """The same spread around the mean of these recordings (n, d) of many voices, the more there are.

        Lines, language and recorders differ from those measured; what all listed voices share tells nothing
        about any of them. Unchanged below `GALLERY_FROM` recordings.
        """
        if len(gallery) < GALLERY_FROM:
            return self
        weight = len(gallery) / (len(gallery) + GALLERY_PRIOR)
        mean = ((1 - weight) * self.mean + weight * gallery.mean(axis=0)).astype(np.float32)
        return Whitening(mean=mean, projection=self.projection)
