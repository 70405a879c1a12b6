"""How this caller usually sounds, and the stretches of speech that are compared with it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from dialogue.answer.delivery.measures import active_level_db, stretches
from dialogue.answer.delivery.pitch import median_hz, pitch_track, semitones
from dialogue.answer.delivery.timbre import Timbre, timbre
from dialogue.answer.values import HeardAnswer
from dialogue.line import SAMPLE_RATE_HZ, Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One piece of speech in a turn."""

    start_ms: int
    end_ms: int
    level_db: float  # below full scale
    f0_hz: float | None  # None: too little voice
    timbre: Timbre | None  # None: too short
    samples: Samples

    @property
    def ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerVoice:
    """How this caller usually sounds, from the turns that were surely their own."""

    levels_db: tuple[float, ...] = ()
    f0s_hz: tuple[float, ...] = ()
    samples: Samples | None = None  # up to VOICE_KEPT_S of speech; None: nothing yet
    timbre: Timbre | None = None  # of those

    @property
    def known(self) -> bool:
        return self.timbre is not None

    def heard(self, own: Sequence[Stretch]) -> "CallerVoice":
        """With further speech of the caller. Short pieces say little and are left out."""
        long = [stretch for stretch in own if stretch.ms >= LEAST_OWN_MS]
        if not long:
            return self
        speech = [] if self.samples is None else [self.samples]
        joined = np.concatenate([*speech, *(stretch.samples for stretch in long)])
        kept = joined[-VOICE_KEPT_S * SAMPLE_RATE_HZ :]
        return replace(
            self,
            levels_db=(*self.levels_db, *(stretch.level_db for stretch in long))[-KEPT:],
            f0s_hz=(*self.f0s_hz, *(s.f0_hz for s in long if s.f0_hz is not None))[-KEPT:],
            samples=kept,
            timbre=timbre(kept),
        )


LEAST_OWN_MS = 500
KEPT = 30  # stretches: the last few minutes, so that a moved handset is followed
VOICE_KEPT_S = 8


def split(heard: HeardAnswer) -> tuple[Stretch, ...]:
    """The turn's stretches with level and pitch."""
    pieces = []
    for (start_ms, end_ms), samples in zip(heard.segments, stretches(heard), strict=True):
        level = active_level_db(samples)
        if level is None:
            continue
        pieces.append(
            Stretch(
                start_ms=start_ms,
                end_ms=end_ms,
                level_db=level,
                f0_hz=median_hz(pitch_track(samples)),
                timbre=timbre(samples),
                samples=samples,
            )
        )
    return tuple(pieces)


def pitch_distance(piece: Stretch, caller: CallerVoice) -> float | None:
    """Semitones from the caller's usual pitch, 0 or more; None: not voiced enough."""
    if piece.f0_hz is None or not caller.f0s_hz:
        return None
    return abs(semitones(piece.f0_hz, median(caller.f0s_hz)))


def quieter_by(piece: Stretch, caller: CallerVoice) -> float:
    """dB below the caller's usual level. The caller must be known."""
    return median(caller.levels_db) - piece.level_db


def sounds_like(stretch: Stretch, caller: CallerVoice) -> bool:
    """Level and pitch of a stretch are the caller's usual ones."""
    apart = pitch_distance(stretch, caller)
    return abs(quieter_by(stretch, caller)) <= OWN_WITHIN_DB and (
        apart is None or apart <= OWN_WITHIN_SEMITONES
    )


OWN_WITHIN_DB = 4.0
OWN_WITHIN_SEMITONES = 2.5
