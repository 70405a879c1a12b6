"""A folder of known speakers: FOLDER/<speaker>/<n>.wav or .flac."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from decision_hook.contract import SurveyError
from voiceprint.audio import Samples, UnreadableAudio, read
from voiceprint.quality import speech_only

AUDIO = (".wav", ".flac")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpeakerFolder:
    """One speaker's recordings, in the order of their names. Hidden files count for nothing."""

    name: str
    files: tuple[Path, ...]


@dataclass(slots=True, kw_only=True)
class Unused:
    """Files that were left out, by why. Grows while a folder is read."""

    unreadable: list[Path] = field(default_factory=list)  # empty, cut, or no audio
    short: list[Path] = field(default_factory=list)


def speaker_folders(folder: Path) -> list[SpeakerFolder]:
    """Raises SurveyError for a folder that is laid out otherwise."""
    if not folder.is_dir():
        raise SurveyError(f"{folder}: no such folder; pass one with a folder of recordings per speaker")
    found = []
    for voice in _inside(folder):
        if voice.is_dir():
            inside = _inside(voice)
            deeper = [path for path in inside if path.is_dir() and any(map(_is_audio, path.rglob("*")))]
            if deeper:
                raise SurveyError(
                    f"{deeper[0]}: recordings lie one folder too deep; pass FOLDER/<speaker>/<n>.wav"
                )
            files = tuple(path for path in inside if _is_audio(path))
            found.append(SpeakerFolder(name=voice.name, files=files))
        elif _is_audio(voice):
            raise SurveyError(f"{voice}: is in no speaker's folder; pass FOLDER/<speaker>/<n>.wav")
    return found


def spoken(
    speaker: SpeakerFolder, unused: Unused, *, channel: int | None, min_samples: int
) -> Iterator[tuple[Path, Samples]]:
    """Each file's speech without pauses; what cannot be used is noted. Raises SurveyError."""
    for file in speaker.files:
        try:
            samples = read(file, channel=channel)
        except UnreadableAudio:
            unused.unreadable.append(file)
            continue
        speech = speech_only(samples)
        if len(speech) < min_samples:
            unused.short.append(file)
        else:
            yield file, speech


def _inside(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _is_audio(path: Path) -> bool:
    return path.suffix.lower() in AUDIO and path.is_file()
