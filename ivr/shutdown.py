"""Being told to stop: the first SIGINT or SIGTERM asks, the second insists."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Told:
    """What we have been told so far."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.at_once = asyncio.Event()

    def again(self) -> None:
        """One more signal."""
        (self.at_once if self.stop.is_set() else self.stop).set()


@contextmanager
def told_to_stop() -> Iterator[Told]:
    """Inside, signals are noted instead of ending the process. In the main thread's running loop only."""
    told = Told()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, told.again)
    try:
        yield told
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
