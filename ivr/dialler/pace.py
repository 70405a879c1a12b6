"""Evens out dialling: a trunk refuses bursts."""

import asyncio


class Pace:
    """At most so many turns a second, evenly spaced, first come first served."""

    def __init__(self, per_second: float) -> None:
        self._every_s = 1.0 / per_second
        self._next_s = 0.0

    async def turn(self) -> None:
        """Waits for one's turn. A turn whose waiter is cancelled is lost."""
        now_s = asyncio.get_running_loop().time()
        at_s = max(now_s, self._next_s)
        self._next_s = at_s + self._every_s
        if at_s > now_s:
            await asyncio.sleep(at_s - now_s)
