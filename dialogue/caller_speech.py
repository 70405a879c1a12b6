"""The caller's own speech of one call, pooled for the voice: without pauses, and without whoever whispers."""

import statistics

from dialogue.answer.delivery.measures import active_level_db, stretches
from dialogue.answer.values import HeardAnswer
from dialogue.line import SAMPLE_RATE_HZ, Samples

QUIETER_DB = 6.0  # a prompter beside the caller is 6 dB or more below the caller


class CallerSpeech:
    """Grows with every reply. In memory only."""

    def __init__(self) -> None:
        self.pieces: list[Samples] = []
        self.net_s = 0.0
        self._levels_db: list[float] = []

    def take(self, heard: HeardAnswer) -> None:
        """Adds the stretches of a reply that are as loud as the caller usually is."""
        for piece in stretches(heard):
            level_db = active_level_db(piece)
            if level_db is None or level_db <= self._usual_db(level_db) - QUIETER_DB:
                continue
            self._levels_db.append(level_db)
            self.pieces.append(piece)
            self.net_s += len(piece) / SAMPLE_RATE_HZ

    def _usual_db(self, first_db: float) -> float:
        return statistics.median(self._levels_db) if self._levels_db else first_db
