"""Voices to fit on: human ones from Debian packages, synthetic ones from Kokoro. As clips of 0.1 to 15 s."""

import itertools
import subprocess
import sys
import tarfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from torchaudio.functional import resample

from dialogue.speaking.kokoro import Kokoro

Wave = NDArray[np.float32]
RATE_HZ = 8_000
SPANISH = "asterisk-core-sounds-es-wav"
LETTERS = "klettres-data"
LANGUAGES = ("cs", "de", "en", "es", "he", "hu", "nl", "ru")  # the others are kept to be tested on
# Both folders of these languages are one speaker's; the others' folders may hold two speakers, so they
# are two voices that are never compared with each other.
ONE_SPEAKER = ("es", "he", "hu", "nl")

STYLES = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
VOICES = (
    *STYLES,
    *(f"{first}*0.5+{second}*0.5" for first, second in itertools.combinations(STYLES, 2)),
    *(f"{style}*0.7+jm_kumo*0.3" for style in STYLES[:4]),
    "jf_alpha*0.4+jf_nezumi*0.3+jm_kumo*0.3",
)
SENTENCES = (
    "我在这家公司做了大概有五六年了，平时主要负责跟客户沟通，每个月十五号发工资，打到工商银行的卡里。",
    "这张信用卡主要是想用来买一些家里用的东西，有时候出差也要刷，额度的话两三万就够了，不用太高。",
    "我家住在朝阳区那边，小区门口有一个菜市场，旁边就是地铁站，上班坐地铁大概要四十分钟左右。",
    "身份证是在老家办的，我老家是河北的，大学毕业以后就来这边工作了，房子是租的，跟爱人一起住。",
)
STRETCHES = (1.0, 0.86, 1.16)  # pitch, formants and pace together: three voices from one


def human(folder: Path) -> dict[str, list[Wave]]:
    """Clips by voice. The part of a name before "-" tells which voices may be one person."""
    voices: dict[str, list[Wave]] = defaultdict(list)
    with tarfile.open(_package(folder, SPANISH)) as archive:
        for member in archive:
            if member.name.endswith(".wav"):
                _keep(voices, "telephone-es", archive, member)
    with tarfile.open(_package(folder, LETTERS)) as archive:
        for member in archive:
            parts = Path(member.name).parts
            if member.name.endswith(".ogg") and parts[-3] in LANGUAGES:
                voice = parts[-3] if parts[-3] in ONE_SPEAKER else f"{parts[-3]}-{parts[-2]}"
                _keep(voices, voice, archive, member)
    return dict(voices)


def synthetic(folder: Path, models: Path) -> dict[str, list[Wave]]:
    """Clips by voice; about 15 minutes the first time, then from `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    kokoro = Kokoro(models / "kokoro", threads=1)
    voices: dict[str, list[Wave]] = defaultdict(list)
    for (index, voice), (number, sentence) in itertools.product(enumerate(VOICES), enumerate(SENTENCES)):
        rendered = folder / f"{index}_{number}.npy"
        if not rendered.exists():
            print(f"speaking {rendered.stem} of {len(VOICES) - 1}_{len(SENTENCES) - 1}", file=sys.stderr)
            spoken = torch.from_numpy(kokoro.speak(sentence, voice=voice))
            np.save(rendered, resample(spoken, 24_000, RATE_HZ).numpy())
        spoken = torch.from_numpy(np.load(rendered))
        for stretch in STRETCHES:
            wave = resample(spoken, RATE_HZ, round(RATE_HZ * stretch / 80) * 80).numpy()
            step = RATE_HZ * 3 // 2
            voices[f"kokoro{index}-{stretch}"] += [
                levelled(wave[start : start + step]) for start in range(0, len(wave) - step // 2, step)
            ]
    return dict(voices)


def levelled(wave: Wave) -> Wave:
    return wave / np.sqrt(np.mean(wave**2) + 1e-12) * 0.05


def _package(folder: Path, name: str) -> Path:
    """The package's files as a tar, fetched by apt."""
    folder.mkdir(parents=True, exist_ok=True)
    tar = folder / f"{name}.tar"
    if not tar.exists():
        subprocess.run(["apt-get", "download", "-q", name], cwd=folder, check=True, timeout=600)
        package = next(folder.glob(f"{name}_*.deb"))
        with tar.with_suffix(".part").open("wb") as part:
            subprocess.run(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=part, check=True, timeout=600)
        tar.with_suffix(".part").rename(tar)
        package.unlink()
    return tar


def _keep(
    voices: dict[str, list[Wave]], voice: str, archive: tarfile.TarFile, member: tarfile.TarInfo
) -> None:
    with archive.extractfile(member) as stream:  # type: ignore[union-attr]  # regular files only reach us
        data, rate_hz = soundfile.read(stream, dtype="float32", always_2d=True)
    wave = data.mean(axis=1)
    if rate_hz != RATE_HZ:
        wave = resample(torch.from_numpy(wave), rate_hz, RATE_HZ).numpy()
    frames = wave[: len(wave) // 160 * 160].reshape(-1, 160)
    if len(frames) < 5:
        return
    levels = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)
    loud = np.flatnonzero(levels > levels.max() - 35)
    trimmed = frames[max(0, loud[0] - 2) : loud[-1] + 3].reshape(-1)
    if levels.max() > -60 and len(trimmed) >= RATE_HZ // 10:
        voices[voice].append(levelled(trimmed))
