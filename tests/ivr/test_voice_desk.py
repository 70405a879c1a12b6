"""Voiceprints expire on time in a house where nobody is called."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from decision_hook.contract import SurveyError
from ivr import voice_desk


async def test_retention_goes_on_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice_desk, "UPKEEP_EVERY_S", 0.0)
    loop, thrice, runs = asyncio.get_running_loop(), asyncio.Event(), 0

    def upkeep() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise SurveyError("watch list: cannot be read; try again")
        if runs == 3:
            loop.call_soon_threadsafe(thrice.set)

    with ThreadPoolExecutor(1) as executor:
        task = asyncio.create_task(voice_desk.keep_retention(upkeep, executor))
        await asyncio.wait_for(thrice.wait(), timeout=10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert runs >= 3
