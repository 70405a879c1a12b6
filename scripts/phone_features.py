"""Lines, noise and further speakers over the sentences of scripts/phone_set.py, as encoder frames.

`python -m scripts.phone_features --set var/fit/phones/1 --copies 3`: for each sentence so many versions, each
as another person on another line, with the phones that are heard in it.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.settings import Settings
from dialogue.answer.intent.training.sentences import common_characters
from dialogue.hearing.ctranslate2_whisper import CTranslate2Whisper
from dialogue.hearing.features import duration_s, log_mel, window_s
from dialogue.hearing.phones import phone_ids
from dialogue.hearing.port import Utterance
from ivr.simulator.channel import (
    RATE_HZ,
    coded,
    gain,
    keep_packets,
    levelled,
    street_noise,
    to_float,
    to_pcm,
    trimmed,
    unit,
    white_noise,
)
from ivr.simulator.persona import Codec, Warp
from ivr.simulator.warp import warped
from scripts.voices import PINYIN, package_clips

Floats = NDArray[np.float32]
BATCH = 8
_TONE_MARKS = {"ˊ": "2", "ˇ": "3", "ˋ": "4", "˙": "1"}  # as the package names its folders
TAIL_S = 0.3  # of the padding kept behind the sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    text: str
    clean: Floats  # (n,), 8 kHz


def read_set(folder: Path) -> list[Sentence]:
    found = []
    for line in (folder / "index.jsonl").open(encoding="utf-8"):
        entry = json.loads(line)
        if phone_ids(entry["text"]):
            found.append(Sentence(text=entry["text"], clean=to_float(np.load(folder / entry["file"]))))
    return found


def read_prompts(settings: Settings) -> list[Sentence]:
    """What the bank's own voice says to everybody, as far as it has been rendered."""
    from dialogue.speaking.kokoro import Kokoro
    from dialogue.speaking.prompt_cache import PromptCache, PromptKey
    from ivr.prompts import shared_prompts

    version = Kokoro(settings.models / "kokoro").version()
    cache, found = PromptCache(settings.speaking.cache), []
    for text in shared_prompts(settings):
        key = PromptKey(
            text=text, voice=settings.speaking.voice, speed=settings.speaking.speed, version=version
        )
        if (samples := cache.get(key)) is not None:
            found.append(Sentence(text=text, clean=trimmed(to_float(samples))))
    return found


def read_syllables(folder: Path, recording: str) -> list[Sentence]:
    """Human Mandarin, one syllable at a time (voices.PINYIN), put together in rows of two to seven."""
    from pypinyin import Style, lazy_pinyin

    spelled = {}
    for character in common_characters():
        bopomofo = lazy_pinyin(character, style=Style.BOPOMOFO)[0]
        tone = next((n for mark, n in _TONE_MARKS.items() if mark in bopomofo), "")
        spelled.setdefault("".join(c for c in bopomofo if c not in _TONE_MARKS) + tone, character)
    clips = [
        (spelled[path.parent.name], clip)
        for path, clip in package_clips(folder, PINYIN, rf"/{recording}\.ogg$")
        if path.parent.name in spelled
    ]
    rng, rows, at = np.random.default_rng(0), [], 0
    while at < len(clips):
        row = clips[at : at + int(rng.integers(2, 8))]
        at += len(row)
        gap = np.zeros(int(rng.integers(80, 600)), np.float32)
        clean = np.concatenate([part for _, clip in row for part in (levelled(clip), gap)])
        rows.append(Sentence(text="".join(character for character, _ in row), clean=clean))
    return rows


def another_person(clean: Floats, rng: np.random.Generator) -> Floats:
    """Played faster or slower, or with another pitch and vocal tract."""
    if rng.random() < 0.35:
        warp = Warp(pitch_semitones=float(rng.uniform(-8, 5)), formant_ratio=float(rng.uniform(0.84, 1.18)))
        clean = warped(clean, RATE_HZ, warp)
    pace = float(rng.uniform(0.86, 1.18))
    at = np.arange(0, clean.size - 1, pace)
    return np.interp(at, np.arange(clean.size), clean).astype(np.float32)


def babble(size: int, sentences: Sequence[Sentence], rng: np.random.Generator) -> Floats:
    total = np.zeros(size, dtype=np.float32)
    for number in rng.choice(len(sentences), int(rng.integers(2, 6))):
        clip = unit(sentences[number].clean)
        total += np.resize(np.roll(clip, int(rng.integers(clip.size))), size) * np.float32(
            rng.uniform(0.4, 1)
        )
    return unit(total)


def on_a_line(
    clean: Floats, sentences: Sequence[Sentence], rng: np.random.Generator, *, before_s: float | None = None
) -> NDArray[np.int16]:
    """With margins, noise of 0 to 30 dB below it or none, level and codec. `before_s`: None: drawn."""
    before, after = (int(rng.uniform(0.05, 0.3) * RATE_HZ) for _ in range(2))
    before = before if before_s is None else int(before_s * RATE_HZ)
    sound = np.concatenate([np.zeros(before, np.float32), levelled(clean), np.zeros(after, np.float32)])
    if rng.random() < 0.7:
        kind = rng.random()
        if kind < 0.3:
            noise = white_noise(sound.size, rng)
        elif kind < 0.55:
            noise = street_noise(sound.size, rng)
        else:
            noise = babble(sound.size, sentences, rng)
        active = float(np.sqrt(np.mean(np.square(levelled(clean)))))
        sound = sound + noise * np.float32(active * gain(-float(rng.uniform(2, 30))))
    sound = sound * np.float32(gain(float(rng.uniform(-14, 6))))
    codec = rng.choice([Codec.ALAW, Codec.ALAW, Codec.ULAW, Codec.GSM])  # type: ignore[arg-type]
    pcm = coded(to_pcm(sound), Codec(codec))
    return keep_packets(pcm, float(rng.uniform(0.01, 0.06)), rng) if rng.random() < 0.12 else pcm


def versions(
    sentences: Sequence[Sentence], copies: int, rng: np.random.Generator
) -> Iterator[tuple[Utterance, tuple[int, ...]]]:
    for _ in range(copies):
        for number in rng.permutation(len(sentences)):
            sentence = sentences[number]
            if rng.random() < 0.03:  # nobody speaks
                quiet = np.zeros(int(rng.uniform(0.5, 3) * RATE_HZ), np.float32)
                quiet += street_noise(quiet.size, rng) * np.float32(gain(float(rng.uniform(-60, -30))))
                yield Utterance(samples=coded(to_pcm(quiet), Codec.ALAW)), ()
                continue
            person = another_person(sentence.clean, rng)
            yield Utterance(samples=on_a_line(person, sentences, rng)), phone_ids(sentence.text)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--set", type=Path, required=True, help="a folder; its name may be prompts or human-N"
    )
    arguments.add_argument("--copies", type=int, default=3)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--models", type=Path, default=Path("var/models"))
    chosen = arguments.parse_args()
    model = CTranslate2Whisper(chosen.models / "whisper-base", threads=1)
    chosen.set.mkdir(parents=True, exist_ok=True)
    match chosen.set.name.split("-"):
        case ["prompts"]:
            sentences = read_prompts(Settings(models=chosen.models))
        case ["human", recording]:
            sentences = read_syllables(Path("var/fit/packages"), recording)
        case _:
            sentences = read_set(chosen.set)
    print(f"{len(sentences)} sentences, {sum(s.clean.size for s in sentences) / RATE_HZ:.0f} s")
    rng = np.random.default_rng(chosen.seed)
    waiting: defaultdict[int, list[tuple[Utterance, tuple[int, ...]]]] = defaultdict(list)
    rows: list[NDArray[np.float16]] = []
    targets: list[tuple[int, ...]] = []

    def encode(group: list[tuple[Utterance, tuple[int, ...]]]) -> None:
        batch = np.stack([log_mel(utterance, mels=model.mels) for utterance, _ in group])
        for (utterance, target), encoded in zip(group, model.encode(batch), strict=True):
            frames = min(len(encoded), round((duration_s(utterance) + TAIL_S) * 50))
            rows.append(encoded[:frames].astype(np.float16))
            targets.append(target)
        group.clear()

    total = len(sentences) * chosen.copies
    for done, one in enumerate(versions(sentences, chosen.copies, rng)):
        group = waiting[window_s(duration_s(one[0]))]
        group.append(one)
        if len(group) == BATCH:
            encode(group)
        if done % 50 == 0:
            print(f"\r{done} of {total}", end="", file=sys.stderr)
    for group in waiting.values():
        if group:
            encode(group)
    np.savez(
        chosen.set / f"features{chosen.seed}.npz",
        rows=np.concatenate(rows),
        lengths=np.array([len(r) for r in rows]),
        targets=np.concatenate([np.array(t, dtype=np.int16) for t in targets]),
        target_lengths=np.array([len(t) for t in targets]),
    )


if __name__ == "__main__":
    main()
