"""Rendered prompts, in memory and on disk. Files are listenable WAVs; any may be deleted at any time."""

import hashlib
import os
import struct
import tempfile
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from decision_hook.contract import SurveyError
from dialogue.line import SAMPLE_RATE_HZ, Samples

# RIFF, format (PCM, mono, 8 kHz, 16 bit), a checksum chunk players skip, data.
_HEADER = struct.Struct("<4sI4s 4sIHHIIHH 4sII 4sI")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptKey:
    """Everything the sound of a prompt depends on."""

    text: str
    voice: str
    speed: float
    version: str  # of the synthesiser: weights and lexicon

    def digest(self) -> str:
        parts = (self.text, self.voice, f"{self.speed:.3f}", self.version)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]


class PromptCache:
    """Used by one event loop and its executor: memory belongs to the loop, `store` may run in a thread."""

    def __init__(
        self, folder: Path, *, memory_bytes: int = 64_000_000, disk_bytes: int = 2_000_000_000
    ) -> None:
        self.folder = folder
        self._memory_bytes, self._disk_bytes = memory_bytes, disk_bytes
        self._held = 0
        self._memory: OrderedDict[str, Samples] = OrderedDict()

    def get(self, key: PromptKey) -> Samples | None:
        """Memory, else one small file. A file that is not whole counts as missing."""
        digest = key.digest()
        found = self._memory.get(digest)
        if found is not None:
            self._memory.move_to_end(digest)
            return found
        try:
            content = self.path(key).read_bytes()
        except OSError:
            return None
        samples = decode(content)
        if samples is not None:
            self.remember(key, samples)
        return samples

    def remember(self, key: PromptKey, samples: Samples) -> None:
        """Keeps it in memory; the least recently used go first."""
        samples.setflags(write=False)  # many calls share it
        digest = key.digest()
        previous = self._memory.pop(digest, None)
        self._held += samples.nbytes - (previous.nbytes if previous is not None else 0)
        self._memory[digest] = samples
        while self._held > self._memory_bytes and len(self._memory) > 1:
            _, oldest = self._memory.popitem(last=False)
            self._held -= oldest.nbytes

    def store(self, key: PromptKey, samples: Samples) -> None:
        """Writes the file aside and moves it into place. Raises SurveyError if the disk refuses."""
        path = self.path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(encode(samples))
                os.replace(aside, path)
            except BaseException:
                Path(aside).unlink(missing_ok=True)
                raise
        except OSError as exc:
            raise SurveyError(
                f"{self.folder}: a prompt cannot be stored ({exc.strerror}); free space or set speaking.cache"
            ) from exc

    def prune(self) -> int:
        """Deletes the oldest files beyond the disk bound, and left-overs. Returns how many. Blocks."""
        if not self.folder.is_dir():
            return 0
        for left_over in self.folder.glob("*/.new-*"):
            left_over.unlink(missing_ok=True)
        files = sorted(
            ((path.stat().st_mtime, path.stat().st_size, path) for path in self.folder.glob("*/*.wav")),
            reverse=True,
        )
        total = deleted = 0
        for _, size, path in files:
            total += size
            if total > self._disk_bytes:
                path.unlink(missing_ok=True)
                deleted += 1
        return deleted

    def path(self, key: PromptKey) -> Path:
        digest = key.digest()
        return self.folder / digest[:2] / f"{digest}.wav"


def encode(samples: Samples) -> bytes:
    data = samples.astype("<i2").tobytes()
    header = _HEADER.pack(
        b"RIFF", _HEADER.size - 8 + len(data), b"WAVE",
        b"fmt ", 16, 1, 1, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * 2, 2, 16,
        b"csum", 4, zlib.crc32(data),
        b"data", len(data),
    )  # fmt: skip
    return header + data


def decode(content: bytes) -> Samples | None:
    """The samples, or None if a single bit is not as it was written."""
    if len(content) < _HEADER.size:
        return None
    samples = np.frombuffer(content[_HEADER.size :][: (len(content) - _HEADER.size) // 2 * 2], dtype="<i2")
    samples = samples.astype(np.int16)
    return samples if encode(samples) == content else None
