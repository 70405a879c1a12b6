"""Answers with filled pauses at known places, as encoder frames: `python -m scripts.filler_set --n 5000`.

Sentences of scripts/phone_set.py are aligned with their sounds and cut; hesitations of some are put before or
into others, with silences as people make them. Silences without a hesitation, and sentences as they are, 那个
and 这个 in them included, show what none is. Each is heard as another person on another line.
"""

import argparse
import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.settings import Settings
from dialogue.hearing.ctranslate2_whisper import CTranslate2Whisper
from dialogue.hearing.features import duration_s, log_mel, window_s
from dialogue.hearing.phone_head import PhoneHead, load_head
from dialogue.hearing.phones import BLANK, FIRST_FINAL, FRAME_MS, phone_ids
from dialogue.hearing.port import Utterance
from ivr.simulator.channel import RATE_HZ, gain, levelled, to_float
from scripts.phone_features import BATCH, TAIL_S, Floats, Sentence, another_person, on_a_line

FILLER = re.compile(r"^(?:(?:嗯|呃|那个|这个)+[，。…]+)+")
POINTS = re.compile(r"[那这]个(?![，。…]|$)")
NOT_FILLED = re.compile(r"^[啊哦哎喂]")  # neither one thing nor the other
LATE_MS = 40  # a phone is told about so long after its sound begins
STEP = RATE_HZ // 100
SAMPLES = RATE_HZ * FRAME_MS // 1_000  # a frame of the encoder
WAYS = {"as spoken": 0.12, "before": 0.2, "inside": 0.16, "silence inside": 0.16, "none": 0.36}
POINTING = 0.25  # share of sentences in which 那个 or 这个 points at something
HELD_OUT = 10  # every tenth sentence, and what is made of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A sentence whose sounds are known."""

    number: int
    points: bool  # a 那个 or 这个 in it points at something
    sound: Floats  # 8 kHz
    filled: int  # samples of hesitation at its beginning; 0: none
    places: tuple[int, ...]  # samples, between syllables


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One answer. `fillers`: (start, end) in samples."""

    held_out: bool
    sound: Floats
    fillers: tuple[tuple[int, int], ...]


class Ear:
    """Encoder and phone model."""

    def __init__(self, settings: Settings) -> None:
        self._model = CTranslate2Whisper(settings.models / "whisper-base", threads=1)
        assert settings.hearing.phones is not None
        self._head: PhoneHead = load_head(settings.hearing.phones)

    def frames(self, utterances: Sequence[Utterance]) -> list[NDArray[np.float32]]:
        """Encoder frames, (n, width) each, of utterances of one window."""
        batch = np.stack([log_mel(utterance, mels=self._model.mels) for utterance in utterances])
        return [
            encoded[: round((duration_s(utterance) + TAIL_S) * 1_000 / FRAME_MS)]
            for utterance, encoded in zip(utterances, self._model.encode(batch), strict=True)
        ]

    def phones(self, utterance: Utterance) -> NDArray[np.float32]:
        """Log-posteriors."""
        return self._head.log_posteriors(self.frames([utterance])[0])


def aligned(log_posteriors: NDArray[np.float32], said: Sequence[int]) -> list[int]:
    """First frame of each phone on the best path through exactly these."""
    states = [BLANK]
    for phone in said:
        states += [phone, BLANK]
    emitted = log_posteriors[:, states]
    skips = np.array([i % 2 == 1 and i >= 3 and states[i] != states[i - 2] for i in range(len(states))])
    best = np.full(len(states), -1e9, dtype=np.float32)
    best[:2] = emitted[0, :2]
    back = np.zeros(emitted.shape, dtype=np.int8)
    for t in range(1, len(emitted)):
        choices = np.stack([best, np.roll(best, 1), np.where(skips, np.roll(best, 2), -1e9)])
        choices[1, 0] = choices[2, :2] = -1e9
        back[t] = choices.argmax(axis=0)
        best = choices.max(axis=0) + emitted[t]
    at = len(states) - 1 if best[-1] >= best[-2] else len(states) - 2
    first = [0] * len(said)
    for t in range(len(emitted) - 1, -1, -1):
        if at % 2:
            first[at // 2] = t
        at -= int(back[t, at])
    return first


def quietest(sound: Floats, around_ms: float) -> int:
    """The sample between two sounds, the second of which begins about there."""
    power = np.square(sound[: sound.size // STEP * STEP].reshape(-1, STEP)).mean(axis=1)
    low, high = (max(0, int((around_ms + by) / 10)) for by in (-120, 10))
    window = power[low:high]
    return (low + int(window.argmin())) * STEP if window.size else int(around_ms * RATE_HZ / 1_000)


def read_cuts(folder: Path, ear: Ear) -> Iterator[Cut]:
    entries = [json.loads(line) for line in (folder / "index.jsonl").open(encoding="utf-8")]
    for number, entry in enumerate(entries):
        print(f"\r{folder}: {number + 1} of {len(entries)}", end="", file=sys.stderr)
        text, filler = entry["text"], FILLER.match(entry["text"])
        said, first = phone_ids(text), phone_ids(filler[0]) if filler else ()
        if not said or len(first) == len(said) or NOT_FILLED.match(text):
            continue
        sound = to_float(np.load(folder / entry["file"]))
        log_posteriors = ear.phones(Utterance(samples=np.load(folder / entry["file"])))
        at = [frame * FRAME_MS - LATE_MS for frame in aligned(log_posteriors, said)]
        places = [
            quietest(sound, at[i])
            for i in range(len(first) + 2, len(said) - 2)
            if said[i] < FIRST_FINAL <= said[i - 1]
        ]
        yield Cut(
            number=number,
            points=POINTS.search(text) is not None,
            sound=sound,
            filled=quietest(sound, at[len(first)]) if first else 0,
            places=tuple(place for place in places if place > 0),
        )


def drawn(cuts: Sequence[Cut], rng: random.Random) -> Made:
    """One answer by chance."""
    way = rng.choices(list(WAYS), weights=list(WAYS.values()))[0]
    held_out = rng.random() < 1 / HELD_OUT
    own = [cut for cut in cuts if (cut.number % HELD_OUT == 0) is held_out]
    plain, filled = [cut for cut in own if not cut.filled], [cut for cut in own if cut.filled]
    if way == "as spoken":
        cut = rng.choice(filled)
        return Made(held_out=held_out, sound=cut.sound, fillers=((0, cut.filled),))
    points = rng.random() < POINTING
    rest = rng.choice([cut for cut in plain if cut.points is points])
    if way == "none" or (way != "before" and not rest.places):
        return Made(held_out=held_out, sound=rest.sound, fillers=())
    place = 0 if way == "before" else rng.choice(rest.places)
    gap = silence(rng) if place else np.zeros(0, np.float32)
    pieces, fillers = [rest.sound[:place], gap], []
    if way != "silence inside":
        for _ in range(2 if rng.random() < 0.12 else 1):
            hum = hesitation(rng.choice(filled), rng)
            start = sum(piece.size for piece in pieces)
            fillers.append((start, start + hum.size))
            pieces += [hum, silence(rng) if rng.random() < 0.6 else np.zeros(int(0.06 * RATE_HZ), np.float32)]
    sound = np.concatenate([*pieces, rest.sound[place:]])
    return Made(held_out=held_out, sound=sound, fillers=tuple(fillers))


def silence(rng: random.Random) -> Floats:
    return np.zeros(int(rng.uniform(0.1, 1.2) * RATE_HZ), dtype=np.float32)


def hesitation(cut: Cut, rng: random.Random) -> Floats:
    """Drawn out more or less, and not as loud as the rest or louder."""
    clip = levelled(cut.sound[: cut.filled])
    at = np.arange(0, clip.size - 1, 1 / rng.uniform(0.9, 1.35))
    stretched = np.interp(at, np.arange(clip.size), clip).astype(np.float32)
    louder: Floats = stretched * np.float32(gain(rng.uniform(-6, 3)))
    return louder


def on_the_telephone(
    made: Made, sentences: Sequence[Sentence], rng: np.random.Generator
) -> tuple[Utterance, Made]:
    """As another person on a line; with the fillers where they are then."""
    before_s = float(rng.uniform(0.05, 0.6))
    person = another_person(made.sound, rng)
    pace, before = person.size / made.sound.size, before_s * RATE_HZ
    fillers = tuple((int(before + a * pace), int(before + b * pace)) for a, b in made.fillers)
    samples = on_a_line(person, sentences, rng, before_s=before_s)
    return Utterance(samples=samples), replace(made, fillers=fillers)


def labelled(frames: int, made: Made) -> NDArray[np.bool_]:
    """Which of so many frames belong to a filled pause."""
    labels = np.zeros(frames, dtype=np.bool_)
    for first, end in made.fillers:
        labels[first // SAMPLES : -(-end // SAMPLES)] = True
    return labels


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--sets", type=Path, nargs="+", default=[Path("var/fit/phones") / s for s in ("1", "2", "61")]
    )
    arguments.add_argument("--n", type=int, default=5_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--models", type=Path, default=Path("var/models"))
    arguments.add_argument("--out", type=Path, default=Path("var/fit/fillers.npz"))
    chosen = arguments.parse_args()
    ear = Ear(Settings(models=chosen.models))
    cuts = [cut for folder in chosen.sets for cut in read_cuts(folder, ear)]
    sentences = [Sentence(text="", clean=cut.sound) for cut in cuts]
    rng, sound_rng = random.Random(chosen.seed), np.random.default_rng(chosen.seed)
    waiting: defaultdict[int, list[tuple[Utterance, Made]]] = defaultdict(list)
    rows, labels, held_out = [], [], []

    def hear(group: list[tuple[Utterance, Made]]) -> None:
        for (_, made), frames in zip(group, ear.frames([u for u, _ in group]), strict=True):
            rows.append(frames.astype(np.float16))
            labels.append(labelled(len(frames), made))
            held_out.append(made.held_out)
        group.clear()

    for number in range(chosen.n):
        one = on_the_telephone(drawn(cuts, rng), sentences, sound_rng)
        group = waiting[window_s(duration_s(one[0]))]
        group.append(one)
        if len(group) == BATCH:
            hear(group)
        print(f"\r{number + 1} of {chosen.n} answers", end="", file=sys.stderr)
    for group in waiting.values():
        if group:
            hear(group)
    np.savez(
        chosen.out,
        rows=np.concatenate(rows),
        labels=np.concatenate(labels),
        lengths=np.array([len(frames) for frames in rows]),
        held_out=np.array(held_out),
    )


if __name__ == "__main__":
    main()
