"""`shengwen hearing eval` as it is typed."""

import json
from pathlib import Path

import pytest
import soundfile
from typer.testing import CliRunner

from ivr.hearing.cli import app

pytestmark = pytest.mark.models
SPEECH = Path(__file__).parents[2] / "dialogue" / "hearing" / "speech"


def test_a_manifest_with_good_and_bad_lines(tmp_path: Path) -> None:
    samples, rate_hz = soundfile.read(SPEECH / "digits.flac")
    soundfile.write(tmp_path / "digits.wav", samples, rate_hz)
    (tmp_path / "empty.wav").write_bytes(b"")
    digits = {"expects": "digits", "fact": "3729"}
    rows = [
        {"audio": "digits.wav", "text": "三七二九", "question": digits, "outcome": "match"},
        {"audio": "empty.wav", "text": "", "question": digits, "outcome": "no_answer"},
        {"audio": "digits.wav", "text": "三七二九", "question": {"expects": "colour"}},
    ]
    manifest = tmp_path / "m.jsonl"
    manifest.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    result = CliRunner().invoke(app, ["eval", str(manifest), "--json"])
    assert result.exit_code == 1  # one line is unusable
    made = json.loads(result.stdout)
    assert made["n"] == 3
    assert made["errors"] == 2
    assert made["confusion"] == {"match": {"match": 1}, "no_answer": {"no_answer": 1}}
    assert made["cer"] == 0.0
    assert made["core_s_per_audio_s"] > 0
    assert made["wrongly_accepted"] is None
    assert f"shengwen: line 2: {tmp_path}/empty.wav: not a readable sound file" in result.stderr
    assert f"shengwen: {manifest}:3: question.expects:" in result.stderr
