"""The staff's pages in a real browser."""

import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from aiohttp.test_utils import TestServer

from decision_hook.console.server import build_console
from dialogue.line import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples
from ivr.media.recorder import Recorder
from ivr.recordings import RecordingFolder
from tests.decision_hook.console.stored import ANSWERS, CALL, VERDICT, open_store
from tests.e2e.browser import Page, open_browser

pytestmark = pytest.mark.browser


def hum(at_ms: int, hz: float, loud: bool) -> Samples:
    t = (np.arange(FRAME_SAMPLES) + at_ms * SAMPLE_RATE_HZ // 1_000) / SAMPLE_RATE_HZ
    return (np.sin(2 * np.pi * hz * t) * (9_000 if loud else 40)).astype(np.int16)


async def record(folder: Path) -> None:
    """We speak between the answers, the caller during them."""
    with ThreadPoolExecutor(max_workers=1) as disk:
        recorder = Recorder(max_s=60, disk=disk)
        for at_ms in range(0, round(VERDICT.duration_s * 1_000), FRAME_MS):
            answers = any(answer.started_ms <= at_ms < answer.ended_ms for answer in ANSWERS)
            recorder.frame(at_ms, hum(at_ms, 200, not answers), hum(at_ms, 330, answers))
        recorder.begin_keeping()
        await recorder.save(folder, str(CALL))


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[str]:
    recordings = tmp_path / "recordings"
    await record(recordings)
    store = open_store(f"sqlite:///{tmp_path}/test.db")
    async with TestServer(build_console(store, RecordingFolder(recordings), None)) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with open_browser(tmp_path / "profile") as opened:
        yield opened


async def test_list_and_call(site: str, page: Page) -> None:
    await page.go(f"{site}/")
    await keep(page, "list")
    assert await page.value("document.querySelectorAll('.list tbody tr').length") == 2
    assert "UTC" not in await page.value("document.querySelector('time').textContent")

    await page.go(f"{site}/calls/{CALL}")
    assert await page.value("document.querySelectorAll('.answers tbody tr').length") == len(ANSWERS)
    widths = await page.value(
        "[...document.querySelectorAll('.beliefs.wide span')].map(e => e.getBoundingClientRect().width)"
    )
    assert len(widths) == 3
    assert all(width > 0 for width in widths)
    assert max(widths) == widths[2]  # impostor
    against = await page.value("document.querySelector('.bar .against').getBoundingClientRect().width")
    assert against > 10
    await page.value(
        "new Promise(done => { const s = document.querySelector('audio');"
        "if (s.readyState > 0) done(); else s.addEventListener('loadedmetadata', () => done()); })"
    )
    assert await page.value("document.querySelector('audio').duration") == pytest.approx(VERDICT.duration_s)
    assert await page.value(COLOURS_DRAWN) >= 2  # both channels

    await page.click(".answers tbody tr:nth-child(3) .heard")
    asked_for = ANSWERS[2].started_ms / 1_000 - 0.5
    sought = await page.value("document.querySelector('audio').currentTime")
    assert asked_for <= sought < asked_for + 2  # it may have begun to play

    await page.click(".answers tbody tr:nth-child(3) summary")
    assert await page.value("document.querySelector('.answers tbody tr:nth-child(3) details').open")
    assert await page.value("document.documentElement.scrollWidth") <= 1280
    await keep(page, "call")
    assert page.complaints == []


# Distinct opaque colours of the waveform, once the peaks have come.
COLOURS_DRAWN = """
fetch(document.querySelector('.player').dataset.peaks).then(answer => answer.json()).then(() => {
  const canvas = document.querySelector('canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] === 255) seen.add(data[at] + ',' + data[at + 1] + ',' + data[at + 2]);
  return ['157,180,204', '37,99,168'].filter(colour => seen.has(colour)).length;
})
"""


async def keep(page: Page, name: str) -> None:
    """PNG files for the eye, where PAGES_PICTURES names a folder."""
    folder = os.environ.get("PAGES_PICTURES")
    if folder:
        picture = await page.picture()
        with open(f"{folder}/{name}.png", "wb") as file:  # noqa: ASYNC230 - a few kB, and no call runs
            file.write(picture)
