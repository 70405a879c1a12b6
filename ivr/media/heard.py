"""Events that wait for the conversation. Live audio waits for nobody: when full, the oldest goes."""

import asyncio
from collections import deque

from dialogue.line import FRAME_MS, FrameHeard, HungUp, KeyPressed, LineEvent

MAX_KEYS = 64  # nobody keys more before being heard; a flood must not fill memory


class HeardQueue:
    """One producer, one consumer, one event loop."""

    def __init__(self, *, max_ms: int) -> None:
        self._max_frames = max(1, max_ms // FRAME_MS)
        self._events: deque[LineEvent] = deque()
        self._frames = 0
        self._waiter: asyncio.Future[None] | None = None  # of `get`, while there is nothing
        self._last: HungUp | None = None
        self.dropped_ms = 0

    def put(self, event: LineEvent) -> None:
        """Never blocks. Nothing is taken in after HungUp."""
        if self._last is not None:
            return
        if isinstance(event, FrameHeard):
            if self._frames == self._max_frames:
                self._drop_oldest_frame()
            self._frames += 1
        elif isinstance(event, KeyPressed):
            if len(self._events) - self._frames >= MAX_KEYS:
                return
        else:
            self._last = event
        self._events.append(event)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> LineEvent:
        """The next event; HungUp for ever once it was reached."""
        while not self._events:
            if self._last is not None:
                return self._last
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        event = self._events.popleft()
        if isinstance(event, FrameHeard):
            self._frames -= 1
        return event

    def _drop_oldest_frame(self) -> None:
        for place, event in enumerate(self._events):
            if isinstance(event, FrameHeard):
                del self._events[place]
                break
        self._frames -= 1
        self.dropped_ms += FRAME_MS
