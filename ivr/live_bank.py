"""Keeps the live bank fresh: one task that looks at its files now and then, in a thread."""

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager

from ivr.owned import owned
from question_bank.live import LiveBank

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0


@asynccontextmanager
async def kept_fresh(bank: LiveBank, disk: Executor) -> AsyncIterator[None]:
    """As long as it is open, a good edit reaches new calls within a few seconds."""
    async with owned(_watch(bank, disk), "question bank"):
        yield


async def _watch(bank: LiveBank, disk: Executor) -> None:
    loop = asyncio.get_running_loop()
    trouble = ""
    while True:
        try:
            await loop.run_in_executor(disk, bank.refresh)
            trouble = ""
        except Exception as exc:  # calls go on with the bank they have, and the next edit may be better
            if trouble != type(exc).__name__:  # said once, not at every look
                log.exception("question bank: its files cannot be looked at; run `shengwen bank lint`")
            trouble = type(exc).__name__
        await asyncio.sleep(LOOK_EVERY_S)
