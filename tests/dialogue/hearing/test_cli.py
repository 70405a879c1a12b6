"""`shengwen transcribe` as it is typed."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from dialogue.hearing.cli import app
from tests.dialogue.hearing.conftest import SPEECH

pytestmark = pytest.mark.models


def test_good_and_bad_files(tmp_path: Path) -> None:
    answer, _ = soundfile.read(SPEECH / "digits.flac")
    pause = np.zeros(12_000)
    stereo = np.stack([np.concatenate([answer, pause, answer]), np.zeros(2 * len(answer) + 12_000)], axis=1)
    soundfile.write(tmp_path / "twice.flac", stereo, 8_000)
    soundfile.write(tmp_path / "silent.wav", np.zeros(44_100), 44_100)
    soundfile.write(tmp_path / "empty.wav", np.zeros(0), 16_000)
    (tmp_path / "broken.wav").write_bytes(b"RIFF....WAVE")
    names = ["twice.flac", "silent.wav", "broken.wav", "empty.wav", "missing.wav"]
    result = CliRunner().invoke(app, [*(str(tmp_path / name) for name in names), "--json"])
    assert result.exit_code == 1
    rows = json.loads(result.stdout)
    texts = ["".join(c for c in row["text"] if c.isalnum()) for row in rows]
    assert texts == ["三七二九三七二九", "", ""]
    assert [Path(row["audio"]).name for row in rows] == ["twice.flac", "silent.wav", "empty.wav"]
    assert all(row["core_seconds"] >= 0 for row in rows)
    assert result.stderr.splitlines() == [
        f"shengwen: {tmp_path}/broken.wav: not a readable sound file; give a complete WAV or FLAC file",
        f"shengwen: {tmp_path}/missing.wav: no such file; check the path",
    ]


def test_plain_output_and_another_engine() -> None:
    file = SPEECH / "children.flac"
    result = CliRunner().invoke(app, [str(file), "--engine", "vosk"])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{file}: ")
