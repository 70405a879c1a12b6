"""A clock that ticks when the test says so."""

import asyncio

from ivr.media.clock import Ticked


class HandClock:
    """Implements ivr.media.clock.Clock in virtual time."""

    def __init__(self) -> None:
        self.tick = 0
        self._listeners: dict[object, Ticked] = {}

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def start(self) -> None:
        pass

    def listen(self, owner: object, ticked: Ticked) -> None:
        self._listeners[owner] = ticked

    def leave(self, owner: object) -> None:
        self._listeners.pop(owner, None)

    def skip(self, ticks: int) -> None:
        """As if the loop had been busy: these ticks are never given."""
        self.tick += ticks

    async def advance(self, ticks: int = 1) -> None:
        """Ticks, and lets the loop do its socket work in between."""
        for _ in range(ticks):
            self.tick += 1
            for ticked in tuple(self._listeners.values()):
                ticked(self.tick)
            await asyncio.sleep(0)
