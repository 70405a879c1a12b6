"""Turns with and without a whisper beside the caller, as the ear hands them over: what fit_second_voice uses.

Callers are the random applicants of the simulator; whose voice is in one half is not in the other. Nothing
is played in real time. Levels are an assumption and stand at the top: how much quieter people speak now and
then has not been counted on real calls.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dialogue.answer.values import HeardAnswer
from dialogue.cut import cut
from dialogue.hearing.silero import SileroEngine
from dialogue.line import FRAME_MS, FRAME_SAMPLES, FrameHeard
from dialogue.speaking.kokoro import Kokoro
from dialogue.tape import Tape
from dialogue.turn.activity import GatePolicy, SpeechGate, level_db
from dialogue.turn.tracker import merged
from ivr.demo import plan_run
from ivr.demo_cli import random_entries
from ivr.simulator.accent import speak_with
from ivr.simulator.cast import Player
from ivr.simulator.channel import RATE_HZ, SPEECH_DBFS, Floats, Pcm, coded, gain, to_pcm
from ivr.simulator.cue import Cue
from ivr.simulator.persona import Codec, FarEnd, NoiseKind
from ivr.simulator.render import Renderer
from ivr.simulator.reply import Speaker
from question_bank.bank import Bank

# `demo --random` runs: seed, applicants. The renderings of a run that was held are at hand.
FITTED_ON = ((9, 24), (5, 5))
HELD_OUT = ((77, 20),)
SENTENCES = 6  # of each caller; one that is not at hand costs a core second
HINT_MS = (550, 1_200)  # a fact and nothing else, as it is whispered or answered shortly
OWN_DB = 2.0  # spread of one caller's answers around the usual level
QUIETER_FROM_DB, QUIETER_MEAN_DB = 4.5, 3.0  # quiet answers and muttering: from here down, exponentially
WHISPER_DB = (-16.0, -6.0)
DISTANT_DB = (-24.0, -12.0)  # a television, somebody in the next room
DISTANT_HZ = 1_500  # of whom walls leave little above
SILENCE_MS = (1_000, 3_000)  # from the whisper to the answer
DISTANT, WHISPER, PROMPTED = "distant talk, answer", "whisper", "whisper, answer"
BEGUN_BY_ANOTHER = frozenset({DISTANT, WHISPER, PROMPTED})
GAP_MS = 250  # shorter gaps lie inside a stretch, as on a live line


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One voice and what it says."""

    name: str
    style: str  # of the synthesiser; persons may share one, warped or mixed differently
    sentences: tuple[Floats, ...]
    fillers: tuple[Floats, ...]
    hints: tuple[Floats, ...]  # beginnings of the sentences, as short as what is whispered


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLine:
    """Where a call is made."""

    name: str
    noise: NoiseKind | None
    snr_db: float
    codec: Codec


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of one call."""

    kind: str
    heard: HeardAnswer
    prompters: tuple[tuple[int, int], ...]  # where another voice speaks, ms; (): nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    caller: str
    other: str
    alike: bool  # one style of the synthesiser has a part in both voices
    line: str
    warm_up: tuple[HeardAnswer, ...]
    turns: tuple[Turn, ...]


class Studio:
    """Renders, mixes and cuts as a call would. Blocks."""

    def __init__(self, models: Path, cache: Path, rng: random.Random) -> None:
        self._renderer = Renderer(Kokoro(models / "kokoro", threads=1), cache)
        self._activity = SileroEngine(models / "silero" / "silero_vad.onnx")
        self.rng = rng

    def people(self, runs: Iterable[tuple[int, int]], bank: Bank) -> list[Person]:
        """Those who would answer the telephone in these runs of `demo --random`."""
        found = []
        for seed, count in runs:
            plans = plan_run(random_entries(count, seed), run="set", seed=seed, line="embedded")
            for number, plan in enumerate(plans):
                persona = plan.entry.player.persona
                if persona.line is FarEnd.ANSWERS:
                    found.append(self._person(f"{seed}/{number}", plan.entry.player, bank))
        return found

    def _person(self, name: str, player: Player, bank: Bank) -> Person:
        persona = player.persona
        said = self._said(player, bank)
        sentences = tuple(self._renderer.clean(text, persona.voice) for text in said)
        return Person(
            name=name,
            style=persona.voice.name,
            sentences=sentences,
            fillers=tuple(self._renderer.clean(text, persona.voice) for text in persona.fillers.words),
            hints=tuple(beginning(sentence) for sentence in sentences),
        )

    def _said(self, player: Player, bank: Bank) -> list[str]:
        """Answers to the bank's questions; those that are at hand first."""
        applicant = replace(player, persona=player.persona.model_copy(update={"behaviour": ()})).applicant()
        texts: dict[str, None] = {}
        for question in (*bank.script.warm_up, *bank.questions.values()):
            cue = Cue(question_id=question.id, fact_keys=question.fact_keys, kind=question.kind)
            reply = applicant.reply(cue)
            own = [] if reply is None else [say for say in reply.says() if say.speaker is Speaker.SELF]
            texts |= dict.fromkeys(speak_with(say.text, player.persona.accent) for say in own)
        usable = [text for text in texts if text not in player.persona.fillers.words]
        return sorted(usable, key=lambda text: not self._renderer.ready(text, player.persona.voice))[
            :SENTENCES
        ]

    def call(self, people: Sequence[Person]) -> Call:
        """One caller, one who whispers, one line, and each kind of turn some times."""
        rng = self.rng
        caller, other = rng.sample(people, 2)
        line, distance_db = drawn_line(rng), rng.gauss(0, 3)

        def own(db: float | None = None) -> Floats:
            usual = rng.gauss(0, OWN_DB) if db is None else db
            return said(rng.choice(caller.sentences), distance_db + usual)

        def short(db: float | None = None) -> Floats:
            usual = rng.gauss(0, OWN_DB) if db is None else db
            return said(rng.choice(caller.hints), distance_db + usual)

        def quieter() -> float:
            return -QUIETER_FROM_DB - rng.expovariate(1 / QUIETER_MEAN_DB)

        def whisper() -> Floats:
            return said(rng.choice(other.hints), distance_db + rng.uniform(*WHISPER_DB))

        def distant() -> Floats:
            return said(muffled(rng.choice(other.sentences)), distance_db + rng.uniform(*DISTANT_DB))

        def wait() -> Floats:
            return silence(rng.randint(300, 1_500))

        def television() -> Floats:
            talk = [p for s in rng.choices(other.sentences, k=4) for p in (s, silence(rng.randint(100, 500)))]
            return said(muffled(np.concatenate(talk)), distance_db + rng.uniform(*DISTANT_DB))

        answers = (own, short)
        plans: list[tuple[str, tuple[Floats, ...]]] = []
        for answer in answers:
            muttered = rng.choice(answers)
            filler = said(rng.choice(caller.fillers), distance_db + quieter())
            spoken = np.concatenate([silence(rng.randint(500, 1_500)), answer()])
            plans += [
                ("answer", (answer(),)),
                ("quiet answer", (answer(quieter()),)),
                ("quiet beginning", (swelling(answer(), -quieter()),)),
                ("filler, answer", (filler, wait(), answer())),
                ("muttered, answer", (muttered(quieter()), wait(), answer())),
                ("answer, pause, quieter", (answer(), wait(), muttered(quieter()))),
                ("television", (mixed(television(), spoken),)),
                (DISTANT, (distant(), wait(), answer())),
                (WHISPER, (whisper(),)),
                *((PROMPTED, (whisper(), silence(rng.randint(*SILENCE_MS)), answer())) for _ in range(2)),
            ]
        warm_up = [self._heard(line, own(), silence(350), own())[0] for _ in range(2)]
        turns = []
        for kind, pieces in plans:
            heard, began_ms = self._heard(line, *pieces)
            if heard is not None:
                first = ((began_ms, began_ms + pieces[0].size // 8),)
                spans = first if kind in BEGUN_BY_ANOTHER else ()
                turns.append(Turn(kind=kind, heard=heard, prompters=spans))
        return Call(
            caller=caller.name,
            other=other.name,
            alike=bool(styles(caller) & styles(other)),
            line=line.name,
            warm_up=tuple(heard for heard in warm_up if heard is not None),
            turns=tuple(turns),
        )

    def _heard(self, line: RoomLine, *pieces: Floats) -> tuple[HeardAnswer | None, int]:
        """The turn as the ear hands it over, None if nothing was noticed; and when the sound began, ms."""
        before_ms = self.rng.randint(400, 900)
        sound = np.concatenate([silence(before_ms), *pieces, silence(900)])
        sound = np.concatenate([sound, np.zeros(-sound.size % FRAME_SAMPLES, dtype=np.float32)])
        if line.noise is not None:
            loop = np.roll(self._renderer.noise(line.noise), self.rng.randrange(100_000))
            sound = sound + np.resize(loop, sound.size) * np.float32(gain(SPEECH_DBFS - line.snr_db))
        pcm, tape = coded(to_pcm(sound), line.codec), Tape()
        for index, frame in enumerate(pcm.reshape(-1, FRAME_SAMPLES)):
            tape.append(FrameHeard(samples=frame, at_ms=index * FRAME_MS))
        segments = self._segments(pcm)
        return (cut(tape, segments, prompt_end_ms=0) if segments else None), before_ms

    def _segments(self, pcm: Pcm) -> tuple[tuple[int, int], ...]:
        gate, found, started_ms = SpeechGate(GatePolicy()), list[tuple[int, int]](), None
        probabilities = self._activity.probabilities(np.asarray(pcm / np.float32(32_768), dtype=np.float32))
        for index, frame in enumerate(pcm.reshape(-1, FRAME_SAMPLES)):
            window = (index + 1) * FRAME_SAMPLES // 256 - 1
            probability = float(probabilities[window]) if window >= 0 else 0.0
            change = gate.feed(index * FRAME_MS, probability, level_db(frame))
            if change is None:
                continue
            if change.speaking:
                started_ms = change.at_ms
            elif started_ms is not None:
                found.append((started_ms, change.at_ms))
        return merged(found, GAP_MS)


def styles(person: Person) -> set[str]:
    """The synthesiser's styles of which a voice is mixed."""
    return {part.split("*")[0] for part in person.style.split("+")}


def beginning(sentence: Floats) -> Floats:
    """Up to the quietest moment within HINT_MS."""
    first, last = (ms * 8 for ms in HINT_MS)
    power = np.convolve(np.square(sentence[first:last]), np.full(160, 1 / 160), mode="valid")
    return sentence if power.size == 0 else sentence[: first + int(np.argmin(power)) + 80]


def silence(ms: int) -> Floats:
    return np.zeros(ms * 8, dtype=np.float32)


def said(sound: Floats, db: float) -> Floats:
    """At a level over the usual one of telephone voices."""
    return sound * np.float32(gain(db))


def swelling(sound: Floats, by_db: float) -> Floats:
    """Begins quieter by so much and reaches its level after a third."""
    rise = np.minimum(1.0, np.arange(sound.size) / max(1, sound.size / 3))
    return np.asarray(sound * 10 ** (-by_db * (1 - rise) / 20), dtype=np.float32)


def muffled(sound: Floats) -> Floats:
    """Through a wall or across a room: dull, and smeared over a fifth of a second. The level stays."""
    size = sound.size + RATE_HZ // 5
    spectrum = np.fft.rfft(sound, size) / (1 + (np.fft.rfftfreq(size, 1 / RATE_HZ) / DISTANT_HZ) ** 4)
    tail = np.random.default_rng(sound.size).standard_normal(RATE_HZ // 5)
    tail *= np.exp(-np.arange(tail.size) / (RATE_HZ * 0.05))
    tail[0] = 12.0  # the way straight to the telephone
    smeared = np.fft.irfft(spectrum * np.fft.rfft(tail, size), size)[: sound.size]
    return np.asarray(smeared * (np.std(sound) / max(np.std(smeared), 1e-9)), dtype=np.float32)


def mixed(one: Floats, other: Floats) -> Floats:
    size = max(one.size, other.size)
    return np.pad(one, (0, size - one.size)) + np.pad(other, (0, size - other.size))


def drawn_line(rng: random.Random) -> RoomLine:
    kind = rng.choice(("clean", "clean", "clean", "gsm", "babble", "white"))
    noise = {"babble": NoiseKind.BABBLE, "white": NoiseKind.WHITE}.get(kind)
    codec = Codec.GSM if kind == "gsm" else rng.choice((Codec.ALAW, Codec.ALAW, Codec.ULAW))
    snr_db = rng.choice((12.0, 18.0, 25.0))
    return RoomLine(name=kind, noise=noise, snr_db=snr_db, codec=codec)
