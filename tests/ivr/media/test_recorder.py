"""What is kept of a call, and when."""

import json
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from decision_hook.contract import SurveyError
from ivr.media.recorder import RECORDING_FULL, Keeping, Recorder

OURS, THEIRS = np.full(160, 1_000, np.int16), np.full(160, -2_000, np.int16)


@pytest.fixture
def disk() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def recorded(disk: Executor, frames: int, *, max_s: int = 60) -> Recorder:
    recorder = Recorder(max_s=max_s, disk=disk)
    for place in range(frames):
        recorder.frame(place * 20, OURS, THEIRS)
    return recorder


async def test_two_channels_and_the_events_on_one_axis(disk: Executor, tmp_path: Path) -> None:
    recorder = recorded(disk, 50)
    recorder.note(400, "prompt", question="id.zodiac", cut=False)
    recorder.note(200, "consent", given=True)
    recorder.begin_keeping()
    recorder.frame(1_000, OURS, THEIRS)
    path = await recorder.save(tmp_path / "2026" / "11", "a-call")
    assert path == tmp_path / "2026" / "11" / "a-call.flac"
    sound, rate_hz = soundfile.read(path, dtype="int16")
    assert (rate_hz, sound.shape) == (8_000, (51 * 160, 2))  # what was said before consent, too
    assert np.all(sound[:, 0] == 1_000)
    assert np.all(sound[:, 1] == -2_000)
    assert json.loads(path.with_suffix(".json").read_text(encoding="utf-8")) == {
        "rate_hz": 8_000,
        "channels": ["us", "caller"],
        "duration_ms": 1_020,
        "events": [
            {"at_ms": 200, "name": "consent", "given": True},
            {"at_ms": 400, "name": "prompt", "question": "id.zodiac", "cut": False},
        ],
    }
    assert names(path.parent) == ["a-call.flac", "a-call.json"]


async def test_without_consent_nothing_reaches_the_disk(disk: Executor, tmp_path: Path) -> None:
    recorder = recorded(disk, 50)
    with pytest.raises(SurveyError, match="did not agree"):
        await recorder.save(tmp_path, "a-call")
    assert names(tmp_path) == []


@pytest.mark.parametrize("agreed_before", [False, True])
async def test_refused_is_forgotten_and_stays_so(disk: Executor, tmp_path: Path, agreed_before: bool) -> None:
    recorder = recorded(disk, 50)
    if agreed_before:
        recorder.begin_keeping()
    recorder.discard()
    recorder.discard()
    recorder.frame(1_000, OURS, THEIRS)
    recorder.note(1_000, "answer")
    assert recorder.keeping is Keeping.REFUSED
    assert recorder.recorded_ms == 0
    with pytest.raises(SurveyError, match="refused"):
        recorder.begin_keeping()
    with pytest.raises(SurveyError, match="did not agree"):
        await recorder.save(tmp_path, "a-call")
    assert names(tmp_path) == []


async def test_memory_is_bounded(disk: Executor, tmp_path: Path) -> None:
    recorder = recorded(disk, 600, max_s=10)
    recorder.note(11_900, "hang_up")
    recorder.begin_keeping()
    assert recorder.recorded_ms == 10_000
    events = json.loads((await recorder.save(tmp_path, "a")).with_suffix(".json").read_text())["events"]
    assert events == [{"at_ms": 10_000, "name": RECORDING_FULL}, {"at_ms": 11_900, "name": "hang_up"}]


async def test_a_tap_that_was_set_late_keeps_the_axis(disk: Executor, tmp_path: Path) -> None:
    recorder = Recorder(max_s=60, disk=disk)
    recorder.frame(100, OURS, THEIRS)
    recorder.begin_keeping()
    sound, _ = soundfile.read(await recorder.save(tmp_path, "a"), dtype="int16")
    assert sound[:800].any() == np.False_
    assert sound.shape == (960, 2)


async def test_a_recorder_that_nobody_fed_says_so(disk: Executor, tmp_path: Path) -> None:
    recorder = Recorder(max_s=60, disk=disk)
    recorder.begin_keeping()
    with pytest.raises(SurveyError, match="no frame"):
        await recorder.save(tmp_path, "a")


async def test_a_disk_that_does_not_take_it(disk: Executor, tmp_path: Path) -> None:
    recorder = recorded(disk, 5)
    recorder.begin_keeping()
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SurveyError, match=r"cannot be written.*check free space"):
        await recorder.save(tmp_path / "file", "a")
    assert (await recorder.save(tmp_path, "a")).exists()  # nothing was lost


async def test_a_full_disk(disk: Executor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    recorder = recorded(disk, 5)
    recorder.begin_keeping()
    monkeypatch.setattr("ivr.media.recorder.os.fsync", full)
    with pytest.raises(SurveyError, match="No space left"):
        await recorder.save(tmp_path, "a")
    assert names(tmp_path) == []
