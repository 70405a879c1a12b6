"""Records one call in memory; writes it only if the caller agreed. Left is us, right is the caller."""

import asyncio
import contextlib
import io
import json
import os
from concurrent.futures import Executor
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from dialogue.line import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples

Plain = str | int | float | bool | None
RECORDING_FULL = "recording_full"  # an event of the recorder's own: sound ends here, events go on


class Keeping(StrEnum):
    UNDECIDED = "undecided"  # in memory, until the caller has been asked
    AGREED = "agreed"
    REFUSED = "refused"  # nothing is held any more, and nothing will be


class Recorder:
    """Both channels and the events of one call, on the call's own time axis. A Tap of MediaSession.

    What was said before consent is in memory like the rest, so it is kept once consent is given; a
    refusal, also a later one, throws everything away. About 32 kB per second.
    """

    def __init__(self, *, max_s: int, disk: Executor) -> None:
        self._max_ms = max_s * 1_000
        self._disk = disk
        self._keeping = Keeping.UNDECIDED
        self._ours = bytearray()
        self._theirs = bytearray()
        self._events: list[dict[str, Plain]] = []
        self._full = False

    @property
    def keeping(self) -> Keeping:
        return self._keeping

    @property
    def recorded_ms(self) -> int:
        return len(self._ours) // (2 * FRAME_SAMPLES) * FRAME_MS

    def frame(self, at_ms: int, ours: Samples, theirs: Samples) -> None:
        if self._keeping is Keeping.REFUSED or self._full:
            return
        if at_ms >= self._max_ms:
            self._full = True
            self.note(at_ms, RECORDING_FULL)
            return
        # The tap may have been set late: the axis starts at the answer all the same.
        missing = bytes(at_ms * SAMPLE_RATE_HZ // 1_000 * 2 - len(self._ours))
        self._ours += missing
        self._theirs += missing
        self._ours += ours.tobytes()
        self._theirs += theirs.tobytes()

    def note(self, at_ms: int, name: str, **details: Plain) -> None:
        """Adds an event to the list that is stored beside the sound."""
        if self._keeping is not Keeping.REFUSED:
            self._events.append({"at_ms": at_ms, "name": name, **details})

    def begin_keeping(self) -> None:
        """The caller agreed. SurveyError after a refusal: the audio is gone, and the refusal stands."""
        if self._keeping is Keeping.REFUSED:
            raise SurveyError("recording: the caller refused it before; end the call without a recording")
        self._keeping = Keeping.AGREED

    def discard(self) -> None:
        """The caller refused, or the call ended before asking. Idempotent; forgets everything at once."""
        self._keeping = Keeping.REFUSED
        self._ours.clear()
        self._theirs.clear()
        self._events.clear()

    async def save(self, folder: Path, name: str) -> Path:
        """Writes `name`.flac and `name`.json into `folder`; returns the former's path.

        Both appear whole or not at all. Encoding and writing run in the `disk` executor. SurveyError
        without consent, or if the disk does not take it; the recording then stays in memory.
        """
        if self._keeping is not Keeping.AGREED:
            raise SurveyError("recording: the caller did not agree to it; nothing may be saved")
        if not self._ours:
            raise SurveyError("recording: holds no frame; set the session's tap before the call begins")
        both = np.stack((_samples(self._ours), _samples(self._theirs)), axis=1)
        events = json.dumps(
            {
                "rate_hz": SAMPLE_RATE_HZ,
                "channels": ["us", "caller"],
                "duration_ms": self.recorded_ms,
                "events": sorted(self._events, key=_at_ms),
            },
            ensure_ascii=False,
            indent=1,
        )
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._disk, _write, folder, name, both, events)


def _samples(pcm: bytearray) -> Samples:
    return np.frombuffer(bytes(pcm), np.int16)


def _at_ms(event: dict[str, Plain]) -> int:
    at_ms = event["at_ms"]
    assert isinstance(at_ms, int)
    return at_ms


def _write(folder: Path, name: str, both: NDArray[np.int16], events: str) -> Path:
    """Blocks. Writes aside, then renames; the events first, so that whoever sees the sound finds them."""
    import soundfile  # libsndfile; loaded by the first call that is recorded

    sound, listing = folder / f"{name}.flac", folder / f"{name}.json"
    sound_aside, listing_aside = folder / f".{name}.flac.part", folder / f".{name}.json.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Encoded in memory: libsndfile does not pass on what a full disk says to a Python file.
        flac = io.BytesIO()
        soundfile.write(flac, both, SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16")
        with sound_aside.open("wb") as file:
            file.write(flac.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        with listing_aside.open("w", encoding="utf-8") as text:
            text.write(events)
            text.flush()
            os.fsync(text.fileno())
        os.replace(listing_aside, listing)
        os.replace(sound_aside, sound)
    except OSError as problem:
        raise SurveyError(
            f"{folder}: the recording cannot be written ({problem}); check free space and permissions"
        ) from problem
    finally:
        with contextlib.suppress(OSError):
            sound_aside.unlink(missing_ok=True)
            listing_aside.unlink(missing_ok=True)
    return sound
