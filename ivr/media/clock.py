"""The one 20 ms clock all calls share. A timer per call costs half a core more and comes 34 ms late (p99).

A few dozen calls tick together, which lets their sound go to the shared models together. More of them are
spread over the 20 ms: four hundred at one moment keep the loop from everything else for more than 10 ms.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np

from dialogue.line import FRAME_MS

Ticked = Callable[[int], None]

# Up to this far behind, missed ticks are made up a little apart, which a receiver's jitter buffer (60 ms
# and more) hides; further behind they are skipped, because making them up would be a burst. At a
# spacing of 10 ms a loop that shares its cores with four busy processes never caught up.
CATCH_UP_TICKS = 3
CATCH_UP_SPACING_S = 0.005
KEPT_LATENESSES = 30_000  # ten minutes
PHASES = 10  # moments within a tick, 2 ms apart
TOGETHER = 40  # listeners at one moment, before the next is opened: about 1.5 ms of work
OPENED = (0, 5, 2, 7, 4, 9, 1, 6, 3, 8)  # in this order, so that the moments in use lie apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """How punctual the clock was, over the last ten minutes at most."""

    ticks: int
    skipped: int  # ticks that were never given, since the clock started
    p50_ms: float | None  # None: no tick yet
    p99_ms: float | None
    max_ms: float | None


class Clock(Protocol):
    """What the calls need of the clock."""

    @property
    def tick(self) -> int:
        """The number of the last tick; 0 before the first."""
        ...

    def start(self) -> None:
        """Begins to tick on the running loop. Idempotent."""
        ...

    def listen(self, owner: object, ticked: Ticked) -> None:
        """From now on, calls `ticked` once per tick with its number until `owner` leaves.

        `ticked` runs on the event loop, must return at once and must not raise.
        """
        ...

    def leave(self, owner: object) -> None:
        """Idempotent; may be called from within a tick."""
        ...


class SharedClock:
    """Calls every listener once per 20 ms with the number of the tick. Monotonic; never two at once.

    A late tick is followed sooner by the next ones; a very late one by a gap in the numbers.
    """

    def __init__(self) -> None:
        self._phases: tuple[dict[object, Ticked], ...] = tuple({} for _ in range(PHASES))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._started_s = 0.0
        self._tick = 0
        self._next = (1, 0)  # tick and phase that ring next
        self._skipped = 0
        self._late_ms: deque[float] = deque(maxlen=KEPT_LATENESSES)  # of each tick: its latest phase

    @property
    def tick(self) -> int:
        return self._tick

    def start(self) -> None:
        if self._timer is None:
            self._loop = asyncio.get_running_loop()
            self._started_s = self._loop.time() - self._tick * FRAME_MS / 1_000
            self._next = (self._tick + 1, 0)
            self._timer = self._loop.call_at(self._due_s(*self._next), self._ring)

    def close(self) -> None:
        """Stops ticking. Idempotent; the tick number stays."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def listen(self, owner: object, ticked: Ticked) -> None:
        room = (phase for phase in OPENED if len(self._phases[phase]) < TOGETHER)
        least = min(range(PHASES), key=lambda phase: len(self._phases[phase]))
        self._phases[next(room, least)][owner] = ticked

    def leave(self, owner: object) -> None:
        for phase in self._phases:
            phase.pop(owner, None)

    def lateness(self, *, last_ticks: int = KEPT_LATENESSES) -> Lateness:
        """Of the last so many ticks."""
        late = np.array(tuple(islice(reversed(self._late_ms), last_ticks)))
        if not late.size:
            return Lateness(ticks=0, skipped=self._skipped, p50_ms=None, p99_ms=None, max_ms=None)
        p50, p99 = np.percentile(late, (50, 99))
        return Lateness(
            ticks=late.size,
            skipped=self._skipped,
            p50_ms=round(float(p50), 3),
            p99_ms=round(float(p99), 3),
            max_ms=round(float(late.max()), 3),
        )

    def _due_s(self, tick: int, phase: int) -> float:
        return self._started_s + (tick + phase / PHASES) * FRAME_MS / 1_000

    def _ring(self) -> None:
        assert self._loop is not None
        now = self._loop.time()
        due, phase = self._next
        late_ms = (now - self._due_s(due, phase)) * 1_000
        behind = int(late_ms / FRAME_MS)
        if behind > CATCH_UP_TICKS:
            self._skipped += behind
            due += behind
        if phase == 0:
            self._late_ms.append(late_ms)
        else:
            self._late_ms[-1] = max(self._late_ms[-1], late_ms)
        self._tick = due
        self._next = self._after(due, phase)
        steps = (self._next[0] - due) * PHASES + self._next[1] - phase
        # Set before the listeners run, so that their time counts as lateness of the next tick.
        self._timer = self._loop.call_at(
            max(self._due_s(*self._next), now + CATCH_UP_SPACING_S * steps / PHASES), self._ring
        )
        for ticked in tuple(self._phases[phase].values()):
            ticked(due)

    def _after(self, tick: int, phase: int) -> tuple[int, int]:
        """What rings next: a phase that somebody listens to, or the beginning of the next tick."""
        for later in range(phase + 1, PHASES):
            if self._phases[later]:
                return tick, later
        return tick + 1, 0
