"""The one 20 ms clock all calls share. A timer per call costs half a core more and comes 34 ms late (p99)."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
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
        """From the next tick on, calls `ticked` with its number until `owner` leaves.

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
        self._listeners: dict[object, Ticked] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._started_s = 0.0
        self._tick = 0
        self._skipped = 0
        self._late_ms: deque[float] = deque(maxlen=KEPT_LATENESSES)

    @property
    def tick(self) -> int:
        return self._tick

    def start(self) -> None:
        if self._timer is None:
            self._loop = asyncio.get_running_loop()
            self._started_s = self._loop.time() - self._tick * FRAME_MS / 1_000
            self._timer = self._loop.call_at(self._due_s(self._tick + 1), self._ring)

    def close(self) -> None:
        """Stops ticking. Idempotent; the tick number stays."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def listen(self, owner: object, ticked: Ticked) -> None:
        self._listeners[owner] = ticked

    def leave(self, owner: object) -> None:
        self._listeners.pop(owner, None)

    def lateness(self, *, last_ticks: int = KEPT_LATENESSES) -> Lateness:
        """Of the last so many ticks."""
        late = np.array(self._late_ms)[-last_ticks:]
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

    def _due_s(self, tick: int) -> float:
        return self._started_s + tick * FRAME_MS / 1_000

    def _ring(self) -> None:
        assert self._loop is not None
        now = self._loop.time()
        due = self._tick + 1
        self._late_ms.append((now - self._due_s(due)) * 1_000)
        behind = int((now - self._due_s(due)) * 1_000 / FRAME_MS)
        if behind > CATCH_UP_TICKS:
            self._skipped += behind
            due += behind
        self._tick = due
        # Set before the listeners run, so that their time counts as lateness of the next tick.
        self._timer = self._loop.call_at(max(self._due_s(due + 1), now + CATCH_UP_SPACING_S), self._ring)
        for ticked in tuple(self._listeners.values()):
            ticked(due)
