import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from dialogue.speaking.prompt_cache import PromptCache
from dialogue.speaking.synthesizer import CachedSynthesizer


class GatedSpeaker:
    """Speaks a tone when the gate is open; remembers the order of texts."""

    def __init__(self) -> None:
        self.spoken: list[tuple[str, float]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.began = threading.Event()

    def speak(self, text: str, voice: str, speed: float) -> NDArray[np.float32]:
        self.spoken.append((text, speed))
        self.began.set()
        assert self.gate.wait(10)
        if text == "坏":
            raise SurveyError("speaker: cannot say it; reword")
        return np.asarray(0.1 * np.sin(np.arange(12_000) * 0.1), dtype=np.float32)


@pytest.fixture
def speaker() -> GatedSpeaker:
    return GatedSpeaker()


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1, thread_name_prefix="speaking") as pool:
        yield pool


@pytest.fixture
def synthesizer(speaker: GatedSpeaker, executor: ThreadPoolExecutor, tmp_path: Path) -> CachedSynthesizer:
    return open_synthesizer(speaker, executor, tmp_path)


def open_synthesizer(speaker: GatedSpeaker, executor: ThreadPoolExecutor, folder: Path) -> CachedSynthesizer:
    return CachedSynthesizer(
        speaker, PromptCache(folder), executor, voice="jf_alpha", speed=1.0, version="kokoro-1"
    )


def damage(folder: Path) -> None:
    next(folder.glob("*/*.wav")).write_bytes(b"damaged")


async def test_a_text_is_spoken_once(synthesizer: CachedSynthesizer, speaker: GatedSpeaker) -> None:
    assert synthesizer.ready("您好") is None
    first, second = await asyncio.gather(synthesizer.render("您好"), synthesizer.render("您好"))
    assert np.array_equal(first, second)
    assert synthesizer.ready("您好") is not None
    await synthesizer.render("您好")
    assert speaker.spoken == [("您好", 1.0)]


async def test_slow_is_another_rendering(synthesizer: CachedSynthesizer, speaker: GatedSpeaker) -> None:
    await synthesizer.render("您好", slow=True)
    assert synthesizer.ready("您好") is None
    assert speaker.spoken == [("您好", 0.75)]


async def test_a_new_process_finds_the_file(
    speaker: GatedSpeaker, executor: ThreadPoolExecutor, tmp_path: Path
) -> None:
    await open_synthesizer(speaker, executor, tmp_path).render("您好")
    again = open_synthesizer(speaker, executor, tmp_path)
    assert again.ready("您好") is not None
    damage(tmp_path)
    assert open_synthesizer(speaker, executor, tmp_path).ready("您好") is None


async def test_what_is_urgent_goes_first(synthesizer: CachedSynthesizer, speaker: GatedSpeaker) -> None:
    speaker.gate.clear()
    async with asyncio.TaskGroup() as group:
        for text in "甲乙丙":
            group.create_task(synthesizer.render_ahead(text))
        await asyncio.to_thread(speaker.began.wait, 10)
        group.create_task(synthesizer.render("丁"))
        moved_up = group.create_task(synthesizer.render("丙"))
        await asyncio.sleep(0)  # both have asked
        assert synthesizer.waiting() == 4
        speaker.gate.set()
    assert moved_up.done()
    assert [text for text, _ in speaker.spoken] == ["甲", "丁", "丙", "乙"]


async def test_giving_up_does_not_stop_the_rendering_for_others(
    synthesizer: CachedSynthesizer, speaker: GatedSpeaker
) -> None:
    speaker.gate.clear()
    impatient = asyncio.ensure_future(synthesizer.render("您好"))
    patient = asyncio.ensure_future(synthesizer.render("您好"))
    await asyncio.to_thread(speaker.began.wait, 10)
    impatient.cancel()
    await asyncio.wait([impatient])
    speaker.gate.set()
    assert (await patient).size
    assert len(speaker.spoken) == 1


async def test_a_text_that_cannot_be_spoken(synthesizer: CachedSynthesizer) -> None:
    with pytest.raises(SurveyError, match="reword"):
        await synthesizer.render("坏")
    with pytest.raises(SurveyError, match="empty"):
        await synthesizer.render("  ")
    assert (await synthesizer.render("好")).size
    assert synthesizer.waiting() == 0


async def test_closing_gives_up_what_waits(synthesizer: CachedSynthesizer, speaker: GatedSpeaker) -> None:
    speaker.gate.clear()
    running = asyncio.ensure_future(synthesizer.render("甲"))
    waiting = asyncio.ensure_future(synthesizer.render_ahead("乙"))
    await asyncio.to_thread(speaker.began.wait, 10)
    synthesizer.close()
    speaker.gate.set()
    assert (await running).size
    with pytest.raises(SurveyError, match="closed"):
        await waiting


async def test_a_full_disk_does_not_silence_a_call(
    speaker: GatedSpeaker, executor: ThreadPoolExecutor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    synthesizer = open_synthesizer(speaker, executor, blocked)
    assert (await synthesizer.render("您好")).size
    assert synthesizer.ready("您好") is not None
    assert "speaking.cache" in caplog.text
