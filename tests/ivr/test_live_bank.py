"""The task that looks at the bank's files."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr import live_bank
from ivr.live_bank import kept_fresh
from question_bank.live import LiveBank
from question_bank.load import load_bank


async def test_an_edit_reaches_new_calls_and_the_task_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_bank, "LOOK_EVERY_S", 0.01)
    folder = tmp_path / "en"
    shutil.copytree(Path("config/banks/en"), folder)
    bank = LiveBank(folder, load_bank(folder))
    changed = asyncio.Event()
    loop = asyncio.get_running_loop()
    refresh = bank.refresh

    def noticing() -> bool:
        if fresh := refresh():
            loop.call_soon_threadsafe(changed.set)
        return fresh

    monkeypatch.setattr(bank, "refresh", noticing)
    with ThreadPoolExecutor(1) as disk:
        async with kept_fresh(bank, disk):
            path = folder / "money.yaml"
            path.write_text(
                path.read_text(encoding="utf-8").replace("cost_s: 7", "cost_s: 8"), encoding="utf-8"
            )
            await asyncio.wait_for(changed.wait(), 20)
    assert bank.newest.questions["money.income"].cost_s == 8
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "question bank"]


async def test_a_look_that_fails_is_logged_once_and_the_next_one_comes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(live_bank, "LOOK_EVERY_S", 0)
    bank = LiveBank(Path("config/banks/en"), load_bank(Path("config/banks/en")))
    third = asyncio.Event()
    loop = asyncio.get_running_loop()
    looks = 0

    def failing() -> bool:
        nonlocal looks
        looks += 1
        if looks == 3:
            loop.call_soon_threadsafe(third.set)
        raise ArithmeticError("a damaged file")

    monkeypatch.setattr(bank, "refresh", failing)
    with ThreadPoolExecutor(1) as disk:
        async with kept_fresh(bank, disk):
            await asyncio.wait_for(third.wait(), 20)
    assert caplog.text.count("cannot be looked at") == 1
