import subprocess
import sys
from pathlib import Path

import pytest

from decision_hook.contract import SurveyError
from ivr.bench.peers.packages import folder, install, require


def test_a_missing_peer_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match=r"^.*Pipecat is not installed; run `shengwen bench peers`.*$"):
        require(tmp_path)


def test_what_is_there_is_not_installed_again(tmp_path: Path) -> None:
    (folder(tmp_path) / "pipecat").mkdir(parents=True)
    assert install(tmp_path) == require(tmp_path) == folder(tmp_path)


def test_pip_without_an_index_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "none"))
    with pytest.raises(SurveyError, match="pip failed"):
        install(tmp_path)
    assert list((tmp_path / "peers").iterdir()) == []


def test_nothing_of_the_peer_is_imported_without_it() -> None:
    code = (
        "import sys, ivr.bench.cli, ivr.bench.run;"
        "print([m for m in sys.modules if m.startswith(('pipecat', 'ivr.bench.peers'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
