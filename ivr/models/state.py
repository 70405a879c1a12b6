"""Is each model file there and right? Quick by size and stamp, or fully by checksum."""

import hashlib
import json
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ivr.models.manifest import Manifest, ModelFile

STAMPS_FILE = ".checked.json"  # below the models folder: what was hashed, and the file's time when it was


class FileState(StrEnum):
    RIGHT = "right"
    MISSING = "missing"
    WRONG_SIZE = "wrong_size"
    WRONG_CHECKSUM = "wrong_checksum"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    model: str
    path: Path
    bytes: int  # that it must have
    state: FileState


class Stamps:
    """Remembers which files were hashed. A file touched since, or without a stamp, is hashed again."""

    def __init__(self, root: Path) -> None:
        self._path = root / STAMPS_FILE
        self._root = root
        try:
            self._stamps: dict[str, list[object]] = dict(json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):  # missing or damaged: everything is hashed once
            self._stamps = {}

    def vouch_for(self, path: Path, sha256: str) -> bool:
        return self._stamps.get(self._name(path)) == [sha256, path.stat().st_mtime_ns]

    def add(self, path: Path, sha256: str) -> None:
        """Remembers that the file has this checksum, as it is now, if anything can be written."""
        self._stamps[self._name(path)] = [sha256, path.stat().st_mtime_ns]
        aside = self._path.with_suffix(f".new{os.getpid()}")
        try:
            aside.write_text(json.dumps(self._stamps, indent=0), encoding="utf-8")
            os.replace(aside, self._path)
        except OSError:  # a models folder that may only be read
            return

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


def file_state(path: Path, wanted: ModelFile, stamps: Stamps, *, full: bool) -> FileState:
    """Blocks while hashing: always if `full`, else only a file that has no stamp yet."""
    try:
        size = path.stat().st_size
    except OSError:
        return FileState.MISSING
    if size != wanted.bytes:
        return FileState.WRONG_SIZE
    if not full and stamps.vouch_for(path, wanted.sha256):
        return FileState.RIGHT
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != wanted.sha256:
            return FileState.WRONG_CHECKSUM
    stamps.add(path, wanted.sha256)
    return FileState.RIGHT


def check_models(manifest: Manifest, root: Path, *, full: bool = False) -> tuple[FileReport, ...]:
    """Every file of every model, in the manifest's order."""
    stamps = Stamps(root)
    return tuple(
        FileReport(
            model=name,
            path=root / name / file.path,
            bytes=file.bytes,
            state=file_state(root / name / file.path, file, stamps, full=full),
        )
        for name, model in manifest.models.items()
        for file in model.files
    )
