"""Is the caller speaking right now? From frame probabilities and levels to stretches of speech."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dialogue.line import FRAME_MS, Samples

SILENCE_DB = -90.0  # what digital silence counts as


class VoiceActivity(Protocol):
    """One call's stream through a voice-activity model that many calls share."""

    async def probabilities(self, frames: Sequence[Samples]) -> list[float]:
        """`frames`: each (160,) int16, in order, none left out; as many as wait. One answer per frame, 0..1.

        The model's window (32 ms) is longer than a frame, so a frame may repeat the one before.
        Never blocks the event loop.
        """
        ...


def level_db(frame: Samples) -> float:
    """Level in dB below full scale, -90 for digital silence."""
    wide = frame.astype(np.float32)
    power = float(np.dot(wide, wide)) / (max(1, frame.size) * 32_768.0**2)
    return max(SILENCE_DB, 10.0 * math.log10(power)) if power > 0 else SILENCE_DB


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """When speech begins and ends."""

    enter: float = 0.5  # probability from which a frame speaks for speech
    leave: float = 0.35  # below it, a frame speaks against; between the two, as before
    # Two windows of the model: one alone is a click. More would lose a short 嗯 of 200 ms, of which
    # the model sees three or four.
    enter_ms: int = 60
    leave_ms: int = 100  # a dip between two syllables; the end is dated back, so this delays nobody
    over_noise_db: float = 4.0  # speech must stand out this much from the call's own noise
    # Lower than the quietest telephone voice (about -45 dB) and higher than line noise.
    least_db: float = -55.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GateChange:
    """Speech began or ended."""

    speaking: bool
    at_ms: int  # when it began or ended, which lies in the past


# The noise floor follows silent frames within a quarter of a second and climbs slowly under speech.
FLOOR_FOLLOWS = 0.08  # share of the difference per silent frame
FLOOR_FALLS = 0.3  # a level below the floor is never speech: believed quickly
FLOOR_CLIMBS_DB = 0.02  # per speaking frame: 1 dB a second
FIRST_FLOOR_DB = -65.0


class Room:
    """The level of a room full of voices: steady where a single caller's speech is not.

    A model of voice activity takes babble for speech, so the floor below it never rises. But over some
    seconds one caller on a quiet line leaves gaps 25 dB and more below the words; babble leaves none.
    """

    def __init__(self) -> None:
        self.level_db = SILENCE_DB  # what speech must stand out from; SILENCE_DB: no such room
        self._levels: deque[float] = deque(maxlen=ROOM_FRAMES)
        self._voices: deque[bool] = deque(maxlen=ROOM_FRAMES)
        self._until_look = ROOM_FRAMES  # a phrase in noise alone is as even
        self._kept = 0

    def follow(self, level: float, *, voices: bool) -> None:
        """One 20 ms frame: its level, dB below full scale, and whether the model takes it for speech."""
        self._levels.append(level)
        self._voices.append(voices)
        self._until_look -= 1
        if self._until_look > 0:
            return
        self._until_look = ROOM_LOOK_FRAMES
        ordered = sorted(self._levels)
        low, usual, high = (_quantile(ordered, share) for share in (0.1, 0.3, 0.9))
        busy = sum(self._voices) > len(self._voices) // 2
        if busy and low > ROOM_LEAST_DB and usual < ROOM_MOST_DB and high - low < ROOM_RANGE_DB:
            self.level_db, self._kept = usual + ROOM_MARGIN_DB, ROOM_KEPT_LOOKS
        elif self._kept > 0:
            self._kept -= 1  # the caller speaks over the room: it is still there
        else:
            self.level_db = SILENCE_DB


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Between the two nearest, as numpy does it, which takes ten times as long for a list of this size."""
    place = share * (len(ordered) - 1)
    below = int(place)
    return ordered[below] + (place - below) * (ordered[below + 1] - ordered[below])


ROOM_FRAMES = 200  # 4 s: longer than a phrase without a breath
ROOM_LOOK_FRAMES = 10
ROOM_KEPT_LOOKS = 60  # 12 s: the longest usual answer
ROOM_LEAST_DB = -50.0  # a quieter room disturbs nobody
ROOM_MOST_DB = -28.0  # a louder one would drown the caller: it is the caller
ROOM_RANGE_DB = 18.0  # babble of several voices varies by about 10 dB, one voice by 30
ROOM_MARGIN_DB = 5.0  # from its quieter third to its louder moments


class SpeechGate:
    """Hysteresis over one call's frames, with a noise floor. Pure: one `feed` per 20 ms frame."""

    def __init__(self, policy: GatePolicy) -> None:
        self._policy = policy
        self._speaking = False
        self._noise_db = FIRST_FLOOR_DB
        self._room = Room()
        self._turned_ms: int | None = None  # since when frames speak against the present state
        self._since_ms = 0

    @property
    def speaking(self) -> bool:
        return self._speaking

    @property
    def since_ms(self) -> int:
        """When the present state began."""
        return self._since_ms

    @property
    def noise_db(self) -> float:
        """The level of this call when nobody speaks, dB below full scale."""
        return self._noise_db

    @property
    def silent_since_ms(self) -> int | None:
        """Start of the silence that is under way, even if it is too short yet to count. None: voice."""
        return self._turned_ms if self._speaking else self._since_ms

    @property
    def onset_ms(self) -> int | None:
        """Start of a sound that may turn out to be speech. None: there is none, or it is speech."""
        return None if self._speaking else self._turned_ms

    def feed(
        self, at_ms: int, probability: float, level: float, *, over_noise_db: float | None = None
    ) -> GateChange | None:
        """One frame that starts at `at_ms`; `level` in dB. `over_noise_db` overrides the policy's."""
        policy = self._policy
        margin = policy.over_noise_db if over_noise_db is None else over_noise_db
        self._room.follow(level, voices=probability >= policy.leave)
        floor_db = max(self._noise_db, self._room.level_db)
        loud = level >= max(policy.least_db, floor_db + margin)
        self._follow_noise(probability, level)
        if self._speaking:
            # Soft ends of words fall below the margin; only the model, or real quiet, ends speech.
            against = probability < policy.leave or level < max(
                policy.least_db - 10.0, self._noise_db, self._room.level_db
            )
        else:
            against = loud and probability >= policy.enter
        if not against:
            between = not self._speaking and loud and probability >= policy.leave
            if not between or self._turned_ms is None:
                self._turned_ms = None
            return None
        if self._turned_ms is None:
            self._turned_ms = at_ms
        needed_ms = policy.leave_ms if self._speaking else policy.enter_ms
        if at_ms + FRAME_MS - self._turned_ms < needed_ms:
            return None
        self._speaking = not self._speaking
        self._since_ms, self._turned_ms = self._turned_ms, None
        return GateChange(speaking=self._speaking, at_ms=self._since_ms)

    def _follow_noise(self, probability: float, level: float) -> None:
        difference = level - self._noise_db
        if difference < 0:
            self._noise_db += difference * FLOOR_FALLS
        elif probability < self._policy.leave:
            self._noise_db += difference * FLOOR_FOLLOWS
        else:
            self._noise_db += min(difference, FLOOR_CLIMBS_DB)
