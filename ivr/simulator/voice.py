"""What a synthetic applicant needs of a synthesiser."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

VOICE_RATE_HZ = 24_000


class Voice(Protocol):
    """Speaks a text. Blocks for about a second per second spoken; called from a worker thread only."""

    def speak(self, text: str, voice: str, speed: float) -> NDArray[np.float32]:
        """Mono samples (n,) at 24 kHz, roughly -1..1.

        `voice` is a style name or a blend "a*0.6+b*0.4". Raises SurveyError for what cannot be spoken.
        """
        ...
