"""Are two short stretches of one call one voice? For noticing a second person at the telephone."""

import math

import numpy as np

from voiceprint.audio import RATE_HZ, Samples
from voiceprint.encoder.port import SpeakerEncoder
from voiceprint.quality import speech_only
from voiceprint.tables import VoiceprintTable

LONGEST_S = 3.0  # more is cut off: the calibration was measured up to here


class Similarity:
    """Needs voiceprint consent like every other embedding. Shared; thread-safe."""

    def __init__(self, encoder: SpeakerEncoder, table: VoiceprintTable) -> None:
        self._encoder = encoder
        self._whitening = table.whitening
        self._rows = sorted(table.file.shorts, key=lambda row: row.speech_s)

    def same(self, first: Samples, second: Samples) -> float | None:
        """Probability 0..1 that it is one voice, if both cases were equally likely before.

        None: less than 0.6 s of speech in one of them. Both from one call, so over one line.
        Blocks, about 20 ms. Raises SurveyError for audio of the wrong kind.
        """
        speech = [speech_only(samples)[: int(LONGEST_S * RATE_HZ)] for samples in (first, second)]
        shorter_s = min(len(piece) for piece in speech) / RATE_HZ
        if shorter_s < self._rows[0].speech_s:
            return None
        one, other = self._whitening.apply(self._encoder.embed_many(speech))
        score = float(one @ other)
        seconds = [row.speech_s for row in self._rows]
        scale = float(np.interp(shorter_s, seconds, [row.scale for row in self._rows]))
        offset = float(np.interp(shorter_s, seconds, [row.offset for row in self._rows]))
        return 1.0 / (1.0 + math.exp(-(scale * score + offset)))
