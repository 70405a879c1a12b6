"""Does somebody near the caller prompt? A quieter, other voice that speaks where the caller should.

Told apart from the caller's own fillers by pitch and timbre, from babble and line noise by standing out of
what lies between the words, from our prompt's echo by time. Pure; the embedding comparison is handed in.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median
from typing import Protocol

import numpy as np

from dialogue.answer.delivery.measures import active_level_db, floor_db, stretches
from dialogue.answer.delivery.pitch import median_hz, pitch_track, semitones
from dialogue.answer.delivery.timbre import Timbre, distance, timbre
from dialogue.answer.values import HeardAnswer
from dialogue.line import SAMPLE_RATE_HZ, Samples


class SpeakerSimilarity(Protocol):
    """Compares two stretches of speech by voice. Blocks; called in a worker thread."""

    def same(self, a: Samples, b: Samples) -> float | None:
        """Natural log of P(pair | one voice) / P(pair | two voices); None: too little speech to tell."""
        ...


class Aside(StrEnum):
    """What was heard beside the caller."""

    NONE = "none"
    BEFORE_OWN = "before_own"  # another voice, a silence, then the caller: the pattern of prompting
    ALONE = "alone"  # another, quieter voice and nothing else in this turn


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondVoicePolicy:
    """Bounds of what counts. Reasons stand with the numbers in config/tables/delivery.yaml."""

    quieter_db: float  # below the caller's usual level, at least
    quieter_at_most_db: float  # further down it cannot be told from the room
    over_noise_db: float  # above what lies between the words
    other_voice_llr: float  # from which a stretch counts as another voice's, nats
    least_ms: int  # a 嗯 is shorter, and too short to have a voice
    silence_ms: int  # between the other voice and the caller's own
    echo_ms: int  # what began before the prompt was over, or this soon after, may be its echo
    # Logistic model of "another voice", as a log-likelihood ratio.
    intercept: float
    per_semitone: float  # of pitch distance, up to MOST_SEMITONES
    per_log_timbre: float  # of the natural log of the timbre distance
    per_log_length: float  # of the natural log of the length over USUAL_LENGTH_MS


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asides:
    """What one turn holds beside the caller."""

    kind: Aside
    own: tuple[Stretch, ...]  # the caller's
    other: tuple[Stretch, ...]
    quieter_db: float | None = None  # of the clearest other stretch; None: there is none
    pitch_semitones: float | None = None  # its distance from the caller's; None: not voiced enough
    voice_llr: float | None = None  # log-likelihood ratio of another voice against the caller's
    silence_ms: int | None = None  # from it to the caller's own voice; None: the caller said nothing more

    @property
    def own_latency_ms(self) -> int | None:
        """From the first other voice to the caller's own; None: none, or nothing own."""
        own_after = [s for s in self.own if self.other and s.start_ms > self.other[0].start_ms]
        return own_after[0].start_ms - self.other[0].start_ms if own_after else None


def find_asides(
    heard: HeardAnswer, caller: CallerVoice, policy: SecondVoicePolicy, similarity: SpeakerSimilarity | None
) -> Asides:
    """Sorts a turn's stretches: the caller's and another's. Before the caller is known, all are theirs."""
    pieces = split(heard)
    if not caller.known:
        return Asides(kind=Aside.NONE, own=pieces, other=())
    floor = floor_db(heard)
    earliest_ms = heard.prompt_end_ms + policy.echo_ms
    found: list[tuple[Stretch, _Difference]] = []
    for piece in pieces:
        if piece.start_ms < earliest_ms or piece.ms < policy.least_ms:
            continue
        if floor is not None and piece.level_db - floor < policy.over_noise_db:
            continue
        difference = _difference(piece, caller, policy, similarity)
        if difference is not None:
            found.append((piece, difference))
    other = tuple(piece for piece, _ in found)
    own = tuple(piece for piece in pieces if piece not in other)
    best: tuple[Stretch, _Difference, int | None] | None = None
    for piece, difference in found:
        after = [
            o.start_ms - piece.end_ms for o in own if o.start_ms >= piece.end_ms and o.ms >= policy.least_ms
        ]
        silence_ms = after[0] if after else None
        if silence_ms is not None and silence_ms < policy.silence_ms:
            continue  # runs into the caller's own speech: more likely the same breath
        if silence_ms is None and any(o.ms >= policy.least_ms for o in own):
            continue  # an afterthought, after the answer
        if best is None or difference.voice_llr > best[1].voice_llr:
            best = (piece, difference, silence_ms)
    if best is None:
        return Asides(kind=Aside.NONE, own=pieces, other=())
    _, difference, silence_ms = best
    return Asides(
        kind=Aside.ALONE if silence_ms is None else Aside.BEFORE_OWN,
        own=own,
        other=other,
        quieter_db=difference.quieter_db,
        pitch_semitones=difference.pitch_semitones,
        voice_llr=difference.voice_llr,
        silence_ms=silence_ms,
    )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Difference:
    quieter_db: float
    pitch_semitones: float | None
    voice_llr: float


def _difference(
    piece: Stretch, caller: CallerVoice, policy: SecondVoicePolicy, similarity: SpeakerSimilarity | None
) -> _Difference | None:
    """How a stretch differs from the caller, if it is another's; None: it is, or may be, the caller's."""
    quieter_db = median(caller.levels_db) - piece.level_db
    if not policy.quieter_db <= quieter_db <= policy.quieter_at_most_db:
        return None
    features = voice_features(piece, caller)
    if features is None:
        return None
    weights = (policy.per_semitone, policy.per_log_timbre, policy.per_log_length)
    llr = policy.intercept + sum(w * f for w, f in zip(weights, features, strict=True))
    if similarity is not None and caller.samples is not None:
        same = similarity.same(piece.samples, caller.samples)
        if same is not None:
            llr -= SIMILARITY_WEIGHT * max(-3.0, min(3.0, same))
    if llr < policy.other_voice_llr:
        return None
    return _Difference(quieter_db=quieter_db, pitch_semitones=pitch_distance(piece, caller), voice_llr=llr)


def voice_features(piece: Stretch, caller: CallerVoice) -> tuple[float, float, float] | None:
    """Semitones, log timbre distance, log length: what tells another voice. None: too short to have one."""
    if piece.timbre is None or caller.timbre is None:
        return None
    pitch = pitch_distance(piece, caller)
    return (
        min(UNKNOWN_SEMITONES if pitch is None else pitch, MOST_SEMITONES),
        math.log(max(distance(piece.timbre, caller.timbre), 0.05)),
        math.log(piece.ms / USUAL_LENGTH_MS),
    )


def pitch_distance(piece: Stretch, caller: CallerVoice) -> float | None:
    """Semitones from the caller's usual pitch, 0 or more; None: not voiced enough."""
    if piece.f0_hz is None or not caller.f0s_hz:
        return None
    return abs(semitones(piece.f0_hz, median(caller.f0s_hz)))


UNKNOWN_SEMITONES = 2.0  # a stretch without a pitch speaks neither way
MOST_SEMITONES = 12.0  # an octave further is a mistake of the tracker, or no more another voice than this
USUAL_LENGTH_MS = 800
SIMILARITY_WEIGHT = 0.5  # timbre and embedding hear the same differences


def sounds_like(stretch: Stretch, caller: CallerVoice) -> bool:
    """Level and pitch of a stretch are the caller's usual ones."""
    if abs(median(caller.levels_db) - stretch.level_db) > OWN_WITHIN_DB:
        return False
    if stretch.f0_hz is None or not caller.f0s_hz:
        return True
    return abs(semitones(stretch.f0_hz, median(caller.f0s_hz))) <= OWN_WITHIN_SEMITONES


OWN_WITHIN_DB = 4.0
OWN_WITHIN_SEMITONES = 2.5
