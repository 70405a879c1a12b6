"""Human voices to fit on, from Debian packages, as clips of 0.1 to 15 s."""

import re
import subprocess
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from torchaudio.functional import resample

Wave = NDArray[np.float32]
RATE_HZ = 8_000
SPANISH = "asterisk-core-sounds-es-wav"  # prompts
LETTERS = "klettres-data"  # letters and syllables
THINGS = "ktuberling-data"  # names of things
PINYIN = "gcin-voice"  # Mandarin syllables of two speakers
DIALOGUES = {"cs": "fillets-ng-data-cs", "nl": "fillets-ng-data-nl"}  # acted; -m- and -v- are two actors
# Languages whose speakers are in none of the recordings the back end is tested on.
LETTER_LANGUAGES = ("cs", "de", "en", "es", "he", "hu", "nl", "ru")
THING_LANGUAGES = (
    *("ca", "de", "el", "en", "es", "fi", "ga", "gl"),
    *("nl", "pt", "ro", "ru", "sl", "sr", "sv", "wa"),
)
# Both folders of these languages are one speaker's; the others' folders may hold two speakers.
ONE_SPEAKER = ("es", "he", "hu", "nl")
MAX_CLIPS = 250  # of a voice; more add nothing
MAX_FILES = 1_500  # of a package; all of the letters, a part of the dialogues


def human(folder: Path) -> dict[str, list[Wave]]:
    """Clips by voice. Voices whose names begin alike (before "-") may be one person, but for the actors'."""
    found: dict[str, list[Wave]] = defaultdict(list)
    for name, clip in _clips(folder):
        if len(found[name]) < MAX_CLIPS:
            found[name].append(clip)
    return dict(found)


def one_person(first: str, second: str) -> bool:
    """Whether two different voices may be one person's, so that they must not be compared."""
    language = first.split("-")[0]
    return language == second.split("-")[0] and language not in ("actors.cs", "actors.nl")


def _clips(folder: Path) -> Iterator[tuple[str, Wave]]:
    for _, clip in package_clips(folder, SPANISH, r"\.wav$"):
        yield "telephone.es", clip
    for path, clip in package_clips(folder, LETTERS, rf"/({'|'.join(LETTER_LANGUAGES)})/\w+/[^/]+\.ogg$"):
        language, kind = path.parts[-3], path.parts[-2]
        yield f"{language}-letters" + ("" if language in ONE_SPEAKER else f"-{kind}"), clip
    for path, clip in package_clips(folder, THINGS, rf"/({'|'.join(THING_LANGUAGES)})/[^/]+\.(ogg|wav)$"):
        yield f"{path.parts[-2]}-things", clip
    for path, clip in package_clips(folder, PINYIN, r"/[35]\.ogg$"):
        yield f"zh-{path.stem}", clip
    for language, package in DIALOGUES.items():
        for path, clip in package_clips(folder, package, r"-[mv][-.][^/]*\.?ogg$"):
            actor = re.search(r"-([mv])[-.]", path.name)
            assert actor is not None  # the pattern above asked for it
            yield f"actors.{language}-{actor[1]}", clip


def levelled(wave: Wave) -> Wave:
    even: Wave = wave / np.sqrt(np.mean(wave**2) + 1e-12) * 0.05
    return even


def package_clips(folder: Path, name: str, pattern: str) -> Iterator[tuple[Path, Wave]]:
    """Clips of a package's files, fetched by apt, in an order that mixes a voice's recordings."""
    folder.mkdir(parents=True, exist_ok=True)
    tar = folder / f"{name}.tar"
    if not tar.exists():
        subprocess.run(["apt-get", "download", "-q", name], cwd=folder, check=True, timeout=600)
        package = next(folder.glob(f"{name}_*.deb"))
        with tar.with_suffix(".part").open("wb") as part:
            subprocess.run(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=part, check=True, timeout=600)
        tar.with_suffix(".part").rename(tar)
        package.unlink()
    with tarfile.open(tar) as archive:
        members = [m for m in archive if m.isreg() and re.search(pattern, m.name)]
        for number in np.random.default_rng(0).permutation(len(members))[:MAX_FILES]:
            with archive.extractfile(members[number]) as stream:  # type: ignore[union-attr]  # regular files
                clip = _clip(stream)
            if clip is not None:
                yield Path(members[number].name), clip


def _clip(stream: IO[bytes]) -> Wave | None:
    """At 8 kHz, silence cut off at both ends; None: too short or silent."""
    data, rate_hz = soundfile.read(stream, dtype="float32", always_2d=True)
    if len(data) < rate_hz // 10:
        return None
    wave = data.mean(axis=1)
    if rate_hz != RATE_HZ:
        wave = resample(torch.from_numpy(wave), rate_hz, RATE_HZ).numpy()
    frames = wave[: len(wave) // 160 * 160].reshape(-1, 160)
    if len(frames) < 5:
        return None
    levels = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)
    loud = np.flatnonzero(levels > levels.max() - 35)
    trimmed = frames[max(0, loud[0] - 2) : loud[-1] + 3].reshape(-1)
    if levels.max() <= -60 or len(trimmed) < RATE_HZ // 10:
        return None
    return levelled(trimmed)
