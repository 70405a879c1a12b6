"""Is it another voice than the caller's? A likelihood ratio from pitch, timbre, length and level. Pure."""

import math
from dataclasses import dataclass
from typing import Protocol

from dialogue.answer.delivery.caller_voice import CallerVoice, Stretch, pitch_distance, quieter_by
from dialogue.answer.delivery.timbre import distance
from dialogue.line import Samples


class SpeakerSimilarity(Protocol):
    """Compares two stretches of speech by voice. Blocks; called in a worker thread."""

    def same(self, a: Samples, b: Samples) -> float | None:
        """Natural log of P(pair | one voice) / P(pair | two voices); None: too little speech to tell."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherVoiceModel:
    """Weights of a log-likelihood ratio, fitted as config/tables/delivery.yaml says."""

    intercept: float
    per_semitone: float  # of pitch distance, up to MOST_SEMITONES
    per_log_timbre: float  # of the natural log of the timbre distance
    per_log_length: float  # of the natural log of the length over USUAL_LENGTH_MS
    per_quieter_db: float  # than the caller usually is, less USUAL_QUIETER_DB, up to MOST_QUIETER_DB
    per_similarity: float  # of the log odds of one voice, less USUAL_SIMILARITY; unknown counts 0

    def llr(self, features: tuple[float, ...]) -> float:
        """Natural log of P(features | another voice) / P(features | the caller's own, low)."""
        weights = (
            self.per_semitone,
            self.per_log_timbre,
            self.per_log_length,
            self.per_quieter_db,
            self.per_similarity,
        )
        return self.intercept + sum(w * f for w, f in zip(weights, features, strict=True))


def voice_features(
    piece: Stretch, caller: CallerVoice, similarity: SpeakerSimilarity | None
) -> tuple[float, ...] | None:
    """In the order of OtherVoiceModel's weights. None: too short to have a voice."""
    if piece.timbre is None or caller.timbre is None or caller.samples is None:
        return None
    pitch = pitch_distance(piece, caller)
    same = similarity.same(piece.samples, caller.samples) if similarity is not None else None
    return (
        min(UNKNOWN_SEMITONES if pitch is None else pitch, MOST_SEMITONES),
        math.log(max(distance(piece.timbre, caller.timbre), 0.05)),
        math.log(piece.ms / USUAL_LENGTH_MS),
        min(quieter_by(piece, caller), MOST_QUIETER_DB) - USUAL_QUIETER_DB,
        0.0 if same is None else max(-MOST_SIMILARITY, min(MOST_SIMILARITY, same - USUAL_SIMILARITY)),
    )


UNKNOWN_SEMITONES = 2.0  # a stretch without a pitch speaks neither way
MOST_SEMITONES = 12.0  # an octave further is a mistake of the tracker, or no more another voice than this
USUAL_LENGTH_MS = 800
USUAL_QUIETER_DB = 9.0
MOST_QUIETER_DB = 14.0  # further down it is no more another's: the line decides, and the room
USUAL_SIMILARITY = 1.0  # of low stretches, half of them the caller's
MOST_SIMILARITY = 4.0
