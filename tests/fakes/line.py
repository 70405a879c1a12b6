"""A scripted caller in virtual time: every `next_event` is 20 ms later, and no test ever waits."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dialogue.line import FRAME_MS, FRAME_SAMPLES, FrameHeard, HungUp, KeyPressed, LineEvent, Samples

SAMPLES_PER_MS = FRAME_SAMPLES // FRAME_MS


class Act(StrEnum):
    HANG_UP = "hang_up"


Move = Samples | str | Act  # speech, keys to press ("123#", 200 ms apart), or hanging up
HANG_UP = Act.HANG_UP


@dataclass(slots=True, kw_only=True)
class Spoken:
    """One prompt the line was given."""

    at_ms: int  # when it began to sound
    samples: Samples
    said_ms: int  # shorter than the samples if it was stopped
    gains_db: list[float] = field(default_factory=list)  # every level it was given, in order


def tone(duration_ms: int, *, level_db: float = -20.0, pitch_hz: float = 220.0) -> Samples:
    """Something to say when the words do not matter."""
    time_s = np.arange(duration_ms * SAMPLES_PER_MS) / 8_000
    loudness = 32_768 * 10 ** (level_db / 20) * np.sqrt(2)
    wave: NDArray[np.float64] = loudness * np.sin(2 * np.pi * pitch_hz * time_s)
    return wave.clip(-32_768, 32_767).astype(np.int16)


class ScriptedLine:
    """Implements dialogue.line.Line.

        line = ScriptedLine([(1_000, hello), (4_000, "12#"), (9_000, HANG_UP)])
        line = ScriptedLine(replies=[(600, yes), (900, "1"), None, [(500, eh), (1_800, my_name)]])

    `script`: (ms since the call was answered, what the caller does). `replies`: what the caller does
    after each prompt, in ms from its end; one entry per prompt, None for silence, a list for several
    things. A prompt is everything spoken without a gap; one that is stopped ends when it is stopped.
    After `limit_ms` the caller hangs up, so that no test hangs.
    """

    def __init__(
        self,
        script: Iterable[tuple[int, Move]] = (),
        *,
        replies: Sequence[tuple[int, Move] | list[tuple[int, Move]] | None] = (),
        limit_ms: int = 600_000,
    ) -> None:
        self.spoken: list[Spoken] = []
        self.hung_up_by_us = False
        self._now_ms = 0
        self._ends_ms = 0  # of what is being said
        self._was_speaking = False
        self._replies = deque(replies)
        self._voice = np.zeros(0, np.int16)
        self._waiting: deque[KeyPressed] = deque()
        self._keys: list[tuple[int, str]] = []
        self._hangs_up_ms = limit_ms
        for at_ms, move in script:
            self._plan(at_ms, move)

    # --- dialogue.line.Line

    def now_ms(self) -> int:
        return self._now_ms

    async def next_event(self) -> LineEvent:
        await asyncio.sleep(0)
        if self._waiting:
            return self._waiting.popleft()
        if self.hung_up_by_us or self._now_ms >= self._hangs_up_ms:
            return HungUp(at_ms=self._now_ms)
        at_ms = self._now_ms
        self._now_ms += FRAME_MS
        if self._was_speaking and self.speaking_ms() == 0:
            self._prompt_ended()
        due = [(when, digit) for when, digit in self._keys if when < self._now_ms]
        self._keys = [key for key in self._keys if key not in due]
        self._waiting.extend(KeyPressed(digit=digit, at_ms=when) for when, digit in due)
        return FrameHeard(samples=self._frame(at_ms), at_ms=at_ms)

    def speak(self, samples: Samples) -> None:
        if self.hung_up_by_us or not samples.size:
            return
        starts_ms = max(self._ends_ms, self._now_ms)
        length_ms = -(-samples.size // SAMPLES_PER_MS)
        self.spoken.append(Spoken(at_ms=starts_ms, samples=samples, said_ms=length_ms))
        self._ends_ms = starts_ms + length_ms
        self._was_speaking = True

    def speaking_ms(self) -> int:
        return max(0, self._ends_ms - self._now_ms)

    def stop_speaking(self) -> int:
        unsaid_ms = self.speaking_ms()
        for prompt in self.spoken:
            prompt.said_ms = max(0, min(prompt.said_ms, self._now_ms - prompt.at_ms))
        self._ends_ms = self._now_ms
        if self._was_speaking:
            self._prompt_ended()
        return unsaid_ms

    def duck(self, gain_db: float) -> None:
        if self.speaking_ms() and self.spoken:
            self.spoken[-1].gains_db.append(gain_db)

    async def hang_up(self) -> None:
        self._now_ms = max(self._now_ms, self._ends_ms)
        self.hung_up_by_us = True

    # --- the caller

    def say(self, samples: Samples, *, in_ms: int = 0) -> None:
        """The caller speaks, from now or a little later: for tests that react."""
        self._plan(self._now_ms + in_ms, samples)

    def leave(self, *, in_ms: int = 0) -> None:
        """The caller hangs up."""
        self._plan(self._now_ms + in_ms, HANG_UP)

    def _prompt_ended(self) -> None:
        self._was_speaking = False
        reply = self._replies.popleft() if self._replies else None
        if reply is None:
            return
        for after_ms, move in reply if isinstance(reply, list) else [reply]:
            self._plan(self._ends_ms + after_ms, move)

    def _plan(self, at_ms: int, move: Move) -> None:
        if isinstance(move, Act):
            self._hangs_up_ms = min(self._hangs_up_ms, at_ms)
        elif isinstance(move, str):
            self._keys += [(at_ms + 200 * place, digit) for place, digit in enumerate(move)]
        else:
            start = at_ms * SAMPLES_PER_MS
            missing = start + move.size - self._voice.size
            if missing > 0:
                self._voice = np.concatenate((self._voice, np.zeros(missing, np.int16)))
            mixed = self._voice[start : start + move.size].astype(np.int32) + move
            self._voice[start : start + move.size] = mixed.clip(-32_768, 32_767)

    def _frame(self, at_ms: int) -> Samples:
        start = at_ms * SAMPLES_PER_MS
        heard = self._voice[start : start + FRAME_SAMPLES].copy()
        return np.concatenate((heard, np.zeros(FRAME_SAMPLES - heard.size, np.int16)))
