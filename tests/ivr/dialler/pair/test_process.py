"""Only the process that was started is ever ended."""

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from ivr.dialler.pair.process import Started, running, start_process, stop_process

SLEEP = "import sys; print('up', flush=True); sys.stdin.close(); import time; time.sleep(60)"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    return tmp_path


def start(home: Path) -> Started:
    configuration = home / "asterisk.conf"
    return start_process(
        [sys.executable, "-c", SLEEP, str(configuration)], configuration=configuration, home=home
    )


@pytest.mark.parametrize("force", [False, True])
def test_it_starts_and_stops(home: Path, force: bool) -> None:
    started = start(home)
    assert running(home) == started
    assert stop_process(home, force=force)
    assert running(home) is None
    assert not psutil.pid_exists(started.pid)
    assert not stop_process(home)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"start_ticks": 1}, id="the id was given to a later process"),
        pytest.param({"configuration": "/elsewhere"}, id="another program has the id"),
    ],
)
def test_somebody_elses_process_is_left_alone(home: Path, change: dict[str, object]) -> None:
    started = start(home)
    note = home / "process.json"
    mine = note.read_text(encoding="utf-8")
    note.write_text(json.dumps(asdict(replace(started, **change))), encoding="utf-8")  # type: ignore[arg-type]  # by field
    assert running(home) is None
    assert not stop_process(home)
    assert psutil.pid_exists(started.pid)
    note.write_text(mine, encoding="utf-8")
    assert stop_process(home)


@pytest.mark.parametrize("note", ["", "{}", "[1]", '{"pid": 1}'])
def test_a_damaged_note_is_no_process(home: Path, note: str) -> None:
    (home / "process.json").write_text(note, encoding="utf-8")
    assert running(home) is None
