"""Recordings with known truth, for `shengwen hearing eval`: `python -m scripts.hearing_set --answers 60`.

Each answer is spoken once and recorded over two lines: held against what was said, and against something
else. Beside them replies that are no answers, free ones, and what no telephone should bring. Reproducible
by its seed; speech is kept, so that a set can be made longer. Not for tuning.
"""

import argparse
import hashlib
import json
import pickle
import random
from pathlib import Path

import numpy as np
import soundfile

from config.progress import bars
from dialogue.speaking.kokoro import Kokoro
from ivr.simulator.channel import Floats, Pcm, coded, levelled, to_pcm, to_telephone
from ivr.simulator.persona import Codec, VoiceSpec
from ivr.simulator.render import ANNOUNCER
from ivr.simulator.voice import Voice
from scripts.hearing_sound import RATE_HZ, Clean, Line, drawn_line, drawn_voice, on_the_line, spoken
from scripts.hearing_words import ASKED, Piece, Saying, answers, replies

ANNOUNCED = "对不起，您拨打的用户暂时无法接通，请稍后再拨。"


class Writer:
    """The manifest and its recordings, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: list[str] = []

    def add(self, name: str, pcm: Pcm, line: dict[str, object]) -> None:
        soundfile.write(self._folder / name, pcm, RATE_HZ, subtype="PCM_16")
        self.mention(name, line)

    def mention(self, name: str, line: dict[str, object]) -> None:
        self._lines.append(json.dumps({"audio": name, **line}, ensure_ascii=False))
        (self._folder / "manifest.jsonl").write_text("\n".join(self._lines) + "\n", encoding="utf-8")


def kept(pieces: tuple[Piece, ...], voice: VoiceSpec, speaker: Voice, folder: Path) -> Clean:
    """Spoken now, or before."""
    digest = hashlib.sha256(repr((pieces, voice)).encode()).hexdigest()[:24]
    path = folder / f"{digest}.pickle"  # our own file, in our own folder
    if path.exists():
        return pickle.loads(path.read_bytes())  # type: ignore[no-any-return]
    made = spoken(pieces, voice, speaker)
    path.write_bytes(pickle.dumps(made))
    return made


def known(saying: Saying, clean: Clean, line: Line, lead_ms: int) -> dict[str, object]:
    """What the manifest says of one recording."""
    question: dict[str, object] = {"expects": saying.expects, "fact": saying.fact, "asked": ASKED[saying.key]}
    question["key"] = saying.key
    if saying.options:
        question["options"] = list(saying.options)
    return {
        "text": saying.text,
        "question": question,
        "outcome": saying.outcome.value,
        "near": saying.near,
        "group": line.group,
        "speech_start_ms": clean.start_ms + lead_ms,
        "speech_end_ms": clean.end_ms + lead_ms,
        "pauses_ms": [[a + lead_ms, b + lead_ms] for a, b in clean.pauses_ms],
        "fillers_ms": [[a + lead_ms, b + lead_ms] for a, b in clean.fillers_ms],
        "f0_ref": [[round(at_ms + lead_ms, 1), hz] for at_ms, hz in clean.f0],
        "line": {
            "codec": line.codec.value,
            "noise": line.noise.value if line.noise else None,
            "snr_db": line.snr_db,
            "loss": line.loss,
            "level_dbfs": line.level_dbfs,
        },
    }


def bad_recordings(speech: Clean, announced: Clean, rng: np.random.Generator) -> dict[str, Pcm]:
    """What a line may bring instead of an answer; `speech` says 二零零九年."""
    n = 4 * RATE_HZ
    time = np.arange(n) / RATE_HZ
    voice = np.pad(levelled(to_telephone(speech.sound)), (4_000, 6_000))
    beat = (np.arange(n) * 4 // RATE_HZ) % 4
    chords = np.array([[262, 330, 392], [220, 262, 330], [175, 220, 262], [196, 247, 294]])[beat]
    music = np.sin(2 * np.pi * np.cumsum(chords, axis=0) / RATE_HZ).sum(axis=1) * 0.07
    keys = sum(np.sin(2 * np.pi * hz * time) for hz in (770, 1_336)) * 0.12 * ((time * 5).astype(int) % 2)
    sounds: dict[str, Floats] = {
        "silence": np.zeros(n, np.float32),
        "noise": (rng.standard_normal(n) * 0.02).astype(np.float32),
        "music": music.astype(np.float32),
        "dtmf": np.asarray(keys, np.float32),
        "clipped": np.clip(voice * 30, -0.99, 0.99),
        "offset": np.clip(voice + 0.3, -1, 1),
        # Stands for another language: voices, syllables and pauses, and no word of ours.
        "backwards": np.pad(levelled(to_telephone(announced.sound[::-1])), (4_000, 6_000)),
        "announcement": np.pad(levelled(to_telephone(announced.sound)), (4_000, 6_000)),
    }
    return {name: coded(to_pcm(sound), Codec.ALAW) for name, sound in sounds.items()}


# What the bad recordings should be graded as, with a fact that only `speech` says; None: anything but match.
BAD = {
    "silence": "no_answer",
    "noise": "no_answer",
    "music": None,
    "dtmf": None,
    "clipped": "match",
    "offset": "match",
    "backwards": None,
    "announcement": "off_topic",
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--answers", type=int, default=60)
    arguments.add_argument("--replies", type=int, default=44)
    arguments.add_argument("--seed", type=int, default=11)
    arguments.add_argument("--models", type=Path, default=Path("var/models"))
    arguments.add_argument("--out", type=Path, default=Path("var/bench/hearing"))
    chosen = arguments.parse_args()
    speaker = Kokoro(chosen.models / "kokoro", threads=1)
    spoken_folder = chosen.out / "spoken"
    spoken_folder.mkdir(parents=True, exist_ok=True)
    writer, talk = Writer(chosen.out), list[Floats]()

    def drawn_by(what: str, i: int) -> random.Random:
        # By number, so that a longer set begins with the same speech.
        return random.Random(f"{chosen.seed}/{what}/{i}")

    def say(text: str, voice: VoiceSpec) -> Clean:
        return kept((Piece(text=text),), voice, speaker, spoken_folder)

    def record(name: str, saying: Saying, clean: Clean, i: int, *, noisy: bool) -> None:
        rng = drawn_by(f"line {name[-5]}", i)
        line = drawn_line(rng, noisy=noisy)
        lead_ms, tail_ms = rng.randrange(200, 900), rng.randrange(500, 900)
        sound_rng = np.random.default_rng(rng.randrange(1 << 30))
        pcm = on_the_line(clean, line, lead_ms=lead_ms, tail_ms=tail_ms, talk=talk, rng=sound_rng)
        writer.add(name, pcm, known(saying, clean, line, lead_ms))

    talk += [to_telephone(say(text, drawn_voice(drawn_by("talk", i))).sound) for i, text in enumerate(TALK)]
    spoken_answers = answers(chosen.answers, random.Random(f"{chosen.seed}/answers"))
    spoken_replies = replies(chosen.replies, random.Random(f"{chosen.seed}/replies"))
    jobs = [*(("answer", i) for i in range(chosen.answers)), *(("reply", i) for i in range(chosen.replies))]
    random.Random(chosen.seed).shuffle(jobs)  # a set that was cut short is mixed all the same
    with bars() as progress:
        for done, (what, i) in enumerate(jobs):
            progress("recordings", done, len(jobs))
            voice = drawn_voice(drawn_by(what, i))
            if what == "reply":
                saying = spoken_replies[i]
                clean = kept(saying.pieces, voice, speaker, spoken_folder)
                record(f"r{i:04d}-r.wav", saying, clean, i, noisy=i % 2 == 1)
                continue
            right, wrong = spoken_answers[i]
            clean = kept(right.pieces, voice, speaker, spoken_folder)
            record(f"a{i:04d}-a.wav", right, clean, i, noisy=i % 4 in (1, 2))
            record(f"a{i:04d}-b.wav", wrong, clean, i, noisy=i % 4 in (0, 1))
        progress("recordings", len(jobs), len(jobs))
    sound_rng = np.random.default_rng(chosen.seed)
    year = say("二零零九年", VoiceSpec())
    bad = bad_recordings(year, say(ANNOUNCED, ANNOUNCER), sound_rng)
    question = {"expects": "year", "fact": "2009", "asked": ASKED["hire_year"], "key": "hire_year"}
    for name, pcm in bad.items():
        text = "二零零九年" if BAD[name] == "match" else ANNOUNCED if name == "announcement" else ""
        line = {"text": text, "question": question, "outcome": BAD[name], "group": "bad audio"}
        writer.add(f"bad-{name}.wav", pcm, line)
    broken = {"text": "", "question": question, "outcome": "no_answer", "group": "bad audio"}
    (chosen.out / "bad-empty.wav").write_bytes(b"")
    writer.mention("bad-empty.wav", broken)
    whole = (chosen.out / "bad-clipped.wav").read_bytes()
    (chosen.out / "bad-truncated.wav").write_bytes(whole[: len(whole) // 3])
    writer.mention("bad-truncated.wav", {**broken, "outcome": None})
    soundfile.write(chosen.out / "bad-rate.wav", bad["clipped"], 16_000)  # twice as fast, says its header
    writer.mention("bad-rate.wav", {**broken, "outcome": None})


TALK = (
    "我昨天去菜市场买了点菜，回来路上碰到老王了。",
    "你那个快递到了没有，我等下要出门。",
    "这个周末我们去爬山吧，天气预报说不下雨。",
)

if __name__ == "__main__":
    main()
