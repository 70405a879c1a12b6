"""What goes wrong while installing; that it goes right is tested with the real pair in tests/e2e/asterisk."""

from pathlib import Path

import pytest

from decision_hook.contract import SurveyError
from ivr.dialler.pair import install as install_module
from ivr.dialler.pair.install import install
from ivr.dialler.pair.layout import PairLayout


@pytest.fixture(autouse=True)
def _no_asterisk_in_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install_module, "find_asterisk", lambda root: None)


def start(tmp_path: Path, mirror: str | None = None) -> None:
    install(PairLayout.below(tmp_path), mirror=mirror, progress=lambda what, done: None)


def test_a_machine_without_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SurveyError, match="no apt-get; install Asterisk 22"):
        start(tmp_path)


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install_module, "NEEDED_BYTES", 10**18)
    with pytest.raises(SurveyError, match="MB free"):
        start(tmp_path)


def test_a_mirror_without_the_suite(tmp_path: Path) -> None:
    empty = tmp_path / "mirror"
    empty.mkdir()
    with pytest.raises(SurveyError, match="--mirror URL"):
        start(tmp_path, mirror=f"file:{empty}")
    assert "apt-get" in (tmp_path / "asterisk" / "install.log").read_text(encoding="utf-8")
    assert not (tmp_path / "asterisk" / "root").exists()
