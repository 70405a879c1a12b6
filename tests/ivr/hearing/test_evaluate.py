import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from decision_hook.contract import Grade
from dialogue.line import Samples
from ivr.hearing.evaluate import Heard, evaluate
from ivr.hearing.manifest import read_manifest
from ivr.hearing.report import report
from tests.ivr.hearing.listening import answer, bench

YEAR = {"expects": "year", "fact": "2016"}


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


async def heard(
    folder: Path, executor: ThreadPoolExecutor, row: dict[str, Any], *transcripts: str | None
) -> tuple[Heard, list[str]]:
    told: list[str] = []
    (folder / "m.jsonl").write_text(json.dumps(row), encoding="utf-8")
    [found] = await evaluate(
        list(read_manifest(folder / "m.jsonl")),
        bench(executor, *transcripts),
        progress=lambda done, of: None,
        tell=told.append,
    )
    return found, told


def store(folder: Path, samples: Samples, *, rate_hz: int = 8_000, **how: Any) -> dict[str, Any]:
    soundfile.write(folder / "a.wav", samples, rate_hz, **how)
    return {"audio": "a.wav", "text": "二零一六年", "question": YEAR, "outcome": "match"}


async def test_an_answer_with_all_that_is_known_of_it(tmp_path: Path, executor: ThreadPoolExecutor) -> None:
    known = {
        **store(tmp_path, answer((500, 1_000), (1_600, 2_400))),
        "speech_start_ms": 500,
        "speech_end_ms": 2_400,
        "pauses_ms": [[1_000, 1_600]],
        "fillers_ms": [],
        "f0_ref": [[t, 230.0] for t in range(500, 1_000, 10)],
        "prompt_end_ms": 100,
    }
    found, told = await heard(tmp_path, executor, known, "2016年。", "二零一七年")
    assert told == []
    assert found.grade is Grade.MATCH
    assert (found.text, found.padded) == ("2016年。", "二零一七年")
    assert found.characters is not None
    assert found.characters_padded is not None
    assert (found.characters.wrong, found.characters_padded.wrong) == (0, 1)
    assert found.onset_ms == pytest.approx(0, abs=40)
    assert found.offset_ms == pytest.approx(0, abs=40)
    assert found.pauses_found is not None
    assert (found.pauses_found.hits, found.pauses_found.reported) == (1, 1)
    assert found.fillers_found is not None
    assert found.fillers_found.there == 0
    assert found.pitch_off is not None
    assert np.median(found.pitch_off) < 4  # its melody swings by three semitones
    assert found.latency_ms == pytest.approx(400, abs=40)
    assert found.core_s is not None
    made = json.loads(json.dumps(report([found]), ensure_ascii=False))
    assert made["grade_accuracy"] == 1.0
    assert made["wrongly_refused"] == 0.0
    assert made["wrongly_accepted"] is None


async def test_what_is_not_known_is_not_measured(tmp_path: Path, executor: ThreadPoolExecutor) -> None:
    row = {"audio": "a.wav", "text": "", "question": {"expects": "free"}}
    store(tmp_path, answer((500, 1_000)))
    found, _ = await heard(tmp_path, executor, row, "我在家")
    assert found.grade is Grade.FREE
    unknown = (
        found.characters,
        found.padded,
        found.onset_ms,
        found.pauses_found,
        found.pitch_off,
        found.near,
    )
    assert unknown == (None,) * 6


async def test_a_wrong_answer_is_near_or_far(tmp_path: Path, executor: ThreadPoolExecutor) -> None:
    row = store(tmp_path, answer((500, 1_000)))
    near = {**row, "question": {**YEAR, "fact": "2017"}, "outcome": "mismatch"}
    found, _ = await heard(tmp_path, executor, near, "二零一六年")
    assert found.near is True
    told_so, _ = await heard(tmp_path, executor, {**near, "near": False}, "二零一六年")
    assert told_so.near is False
    assert (await heard(tmp_path, executor, row, "二零一六年"))[0].near is None


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"rate_hz": 16_000}, id="twice the rate, half as long"),
        pytest.param({"subtype": "FLOAT"}, id="floats"),
        pytest.param({"subtype": "ULAW"}, id="mu-law"),
        pytest.param({"subtype": "PCM_24"}, id="24 bits"),
    ],
)
async def test_any_usual_recording(tmp_path: Path, executor: ThreadPoolExecutor, how: dict[str, Any]) -> None:
    row = store(tmp_path, answer((500, 1_500)), **how)
    found, told = await heard(tmp_path, executor, row, "二零一六年")
    assert told == []
    assert found.grade is Grade.MATCH


async def test_stereo_is_mixed(tmp_path: Path, executor: ThreadPoolExecutor) -> None:
    samples = answer((500, 1_500))
    row = store(tmp_path, np.stack([samples, np.zeros_like(samples)], axis=1))
    assert (await heard(tmp_path, executor, row, "二零一六年"))[0].grade is Grade.MATCH


def broken_files() -> dict[str, bytes]:
    return {"empty": b"", "half a header": b"RIFF\x24\x00", "no sound": b"hello" * 100}


@pytest.mark.parametrize("data", broken_files().values(), ids=broken_files())
async def test_what_cannot_be_read_is_silence_and_is_told(
    tmp_path: Path, executor: ThreadPoolExecutor, data: bytes
) -> None:
    row = store(tmp_path, answer((500, 1_000)))
    (tmp_path / "a.wav").write_bytes(data)
    found, told = await heard(tmp_path, executor, row)
    assert found.grade is Grade.NO_ANSWER
    assert found.error is not None
    assert told == [found.error]
    assert "a.wav: not a readable sound file" in told[0]


async def test_a_missing_file_and_one_cut_off(tmp_path: Path, executor: ThreadPoolExecutor) -> None:
    row = store(tmp_path, answer((500, 2_500)))
    gone, told = await heard(tmp_path, executor, {**row, "audio": "gone.wav"})
    assert gone.grade is Grade.NO_ANSWER
    assert "no such file" in told[0]
    whole = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(whole[: len(whole) // 2])
    found, told = await heard(tmp_path, executor, row, "二零一六年")
    assert told == []
    assert found.grade is Grade.MATCH


async def test_a_fact_that_fits_no_kind_is_told(tmp_path: Path, executor: ThreadPoolExecutor) -> None:
    row = {**store(tmp_path, answer((500, 1_000))), "question": {"expects": "date", "fact": "soon"}}
    found, told = await heard(tmp_path, executor, row)
    assert found.error is not None
    assert told[0].startswith("line 1: question.fact")


async def test_silence_and_an_engine_that_gives_nothing(tmp_path: Path, executor: ThreadPoolExecutor) -> None:
    row = store(tmp_path, answer())
    assert (await heard(tmp_path, executor, row))[0].grade is Grade.NO_ANSWER
    row = store(tmp_path, answer((500, 1_000)))
    found, _ = await heard(tmp_path, executor, row, None, None)
    assert found.grade is Grade.UNCLEAR
    assert found.padded == ""
