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
