"""Is there a voice in a recording at all? Music, tones and noise also have levels that come and go."""

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from voiceprint.audio import FULL_SCALE, Samples
from voiceprint.quality import FRAME, speech_frames

LIKELY = 0.5  # probability from which a moment counts as speech
# Of what is loud enough. In 53 stretches of 8 s of 25 human voices over random lines 0.21 at the least
# (single letters, joined), 0.94 in the middle; in 17 pieces of music, keys, ringing and noise 0.00.
MIN_SHARE = 0.1


class VoiceActivity(Protocol):
    """Tells speech from other sounds."""

    def probabilities(self, wave: NDArray[np.float32]) -> NDArray[np.float32]:
        """One per 32 ms of a recording in -1..1 at 8 kHz. Blocks, about 3 ms a second."""
        ...


def speech_share(samples: Samples, activity: VoiceActivity) -> float | None:
    """Of the moments loud enough for speech, the share 0..1 that sound like it; None: all is quiet."""
    loud = speech_frames(samples)
    if not loud.any():
        return None
    found = activity.probabilities(samples.astype(np.float32) / FULL_SCALE)
    moments = np.minimum(np.arange(len(found)) * (len(samples) / len(found)) / FRAME, len(loud) - 1)
    return float((found[loud[moments.astype(np.int64)]] > LIKELY).mean())


def check_for_voice(file: Path, samples: Samples, activity: VoiceActivity) -> None:
    """Raises SurveyError for sound without a voice; silence is somebody else's. Singing passes: listen."""
    share = speech_share(samples, activity)
    if share is not None and share < MIN_SHARE:
        raise SurveyError(
            f"{file}: no speech: music, tones or noise ({100 * share:.0f} % of it sounds like a voice); "
            "pass a recording of the voice"
        )
