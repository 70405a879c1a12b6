"""Keeps the live bank fresh: one task that looks at its files now and then, in a thread."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager, suppress

from question_bank.live import LiveBank

LOOK_EVERY_S = 2.0


@asynccontextmanager
async def kept_fresh(bank: LiveBank, disk: Executor) -> AsyncIterator[None]:
    """As long as it is open, a good edit reaches new calls within a few seconds."""
    watching = asyncio.create_task(_watch(bank, disk), name="question bank")  # owned and ended here
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch(bank: LiveBank, disk: Executor) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await loop.run_in_executor(disk, bank.refresh)
        await asyncio.sleep(LOOK_EVERY_S)
