"""Telephoning until the list is done or somebody says stop: then running calls get their grace."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from ivr.campaign.runner import Campaign, Waiting
from ivr.shutdown import Told


async def nothing_else() -> None:
    """No further thing is stopped with the dialling."""


async def telephone(
    campaign: Campaign,
    told: Told,
    *,
    grace_s: float,
    until_idle: bool,
    only: Collection[str] | None = None,
    stop_accepting: Callable[[], Awaitable[None]] = nothing_else,
) -> tuple[Waiting, ...]:
    """Runs the campaign; returns those who must wait (`until_idle`), () if it was stopped.

    Told to stop: no further call begins, nothing is accepted, running calls may go on for `grace_s` and
    are then cancelled, each with its verdict. Told again: at once.
    """
    calls = asyncio.create_task(campaign.run(until_idle=until_idle, only=only), name="campaign")
    stop = asyncio.create_task(told.stop.wait(), name="until told to stop")
    insisted = asyncio.create_task(told.at_once.wait(), name="until told again")
    try:
        await asyncio.wait((calls, stop), return_when=asyncio.FIRST_COMPLETED)
        if calls.done():
            return calls.result()
        campaign.stop_dialling()
        await stop_accepting()
        await asyncio.wait((calls, insisted), timeout=grace_s, return_when=asyncio.FIRST_COMPLETED)
        return ()
    finally:  # this function owns the three: none outlives it
        for task in (calls, stop, insisted):
            task.cancel()
        await asyncio.wait((calls, stop, insisted))
