"""Fits `other_voice` of config/tables/delivery.yaml: `python -m scripts.fit_second_voice`.

Synthetic callers over synthetic lines. Against each caller's own quieter speech and fillers stand other
voices of the same loudness. Figures are from voices left out of the fit, one at a time.
"""

import argparse
import json
import math
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.settings import Settings
from dialogue.answer.delivery.measures import MARGIN_MS, floor_db
from dialogue.answer.delivery.second_voice import (
    CallerVoice,
    SecondVoicePolicy,
    Stretch,
    find_asides,
    split,
    voice_features,
)
from dialogue.answer.delivery.table import load_delivery
from dialogue.answer.values import HeardAnswer
from dialogue.hearing.silero import SileroEngine
from dialogue.line import FRAME_MS, FRAME_SAMPLES, Samples
from dialogue.speaking.kokoro import Kokoro
from dialogue.turn.activity import GatePolicy, SpeechGate, level_db
from dialogue.turn.tracker import merged
from ivr.simulator.channel import SPEECH_DBFS, Floats, coded, gain, to_pcm
from ivr.simulator.persona import Codec, NoiseKind, VoiceSpec
from ivr.simulator.render import Renderer

VOICES = (
    "jf_alpha",
    "jf_gongitsune",
    "jf_nezumi",
    "jf_tebukuro",
    "jm_kumo",
    "jf_alpha*0.5+jm_kumo*0.5",
    "jf_nezumi*0.5+jf_tebukuro*0.5",
    "jm_kumo*0.75+jf_gongitsune*0.25",
)
ANSWERS = (
    "我住在成都市武侯区。",
    "一九九零年五月十七号。",
    "我在华为公司上班，做软件工程师。",
    "一万五千块钱左右。",
    "尾号是四三二幺。",
    "对，是我本人申请的。",
    "应该是二零一六年的时候入职的吧。",
    "主要是平时买东西，还有交房租用。",
    "我爱人，她叫李娟。",
    "工商银行的储蓄卡。",
)
FILLERS = ("嗯", "呃", "这个", "那个", "嗯，让我想想", "这个嘛")
HINTS = (
    "成都武侯区",
    "一九九零年五月十七",
    "华为公司",
    "一万五",
    "四三二幺",
    "二零一六年",
    "工商银行",
    "说是买东西",
)
WARM_UP = 6  # sentences before anything is judged
RIDGE = 0.05
GAP_MS = 250  # shorter gaps lie inside a stretch, as on a live line


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLine:
    """Where a call is made."""

    name: str
    noise: NoiseKind | None
    snr_db: float
    codec: Codec


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    other: bool  # another voice
    filler: bool
    line: str
    voices: tuple[str, str]  # the caller's, the speaker's
    features: tuple[float, ...]


class Stage:
    """Renders, mixes and cuts as a call would."""

    def __init__(self, models: Path, cache: Path, rng: random.Random) -> None:
        self._renderer = Renderer(Kokoro(models / "kokoro", threads=1), cache)
        self._activity = SileroEngine(models / "silero" / "silero_vad.onnx")
        self.rng = rng

    def say(self, voice: str, texts: tuple[str, ...], level_db: float = 0.0) -> Floats:
        sound = self._renderer.clean(self.rng.choice(texts), VoiceSpec(name=voice))
        return sound * np.float32(gain(level_db))

    def heard(self, line: RoomLine, *pieces: Floats) -> HeardAnswer | None:
        """The turn as the ear hands it over; None if nothing was noticed."""
        sound = np.concatenate([silence(300), *pieces, silence(900)])
        sound = np.concatenate([sound, np.zeros(-sound.size % FRAME_SAMPLES, dtype=np.float32)])
        if line.noise is not None:
            loop = np.roll(self._renderer.noise(line.noise), self.rng.randrange(100_000))
            sound = sound + np.resize(loop, sound.size) * np.float32(gain(SPEECH_DBFS - line.snr_db))
        pcm = coded(to_pcm(sound), line.codec)
        segments = self._segments(pcm)
        if not segments:
            return None
        start_ms, end_ms = segments[0][0], segments[-1][1]
        first, last = max(0, start_ms - MARGIN_MS) * 8, (end_ms + MARGIN_MS) * 8
        return HeardAnswer(
            samples=pcm[first:last],
            segments=segments,
            started_ms=start_ms,
            ended_ms=end_ms,
            prompt_end_ms=0,
            latency_ms=start_ms,
        )

    def _segments(self, pcm: Samples) -> tuple[tuple[int, int], ...]:
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


def silence(ms: int) -> Floats:
    return np.zeros(ms * 8, dtype=np.float32)


def drawn_line(rng: random.Random) -> RoomLine:
    kind = rng.choice(("clean", "clean", "gsm", "babble", "white"))
    noise = {"babble": NoiseKind.BABBLE, "white": NoiseKind.WHITE}.get(kind)
    codec = Codec.GSM if kind == "gsm" else Codec.ALAW
    snr_db = 12.0 if kind == "babble" else rng.choice((12.0, 18.0, 25.0))
    return RoomLine(name=kind, noise=noise, snr_db=snr_db, codec=codec)


def warmed_up(stage: Stage, line: RoomLine, voice: str) -> CallerVoice:
    caller = CallerVoice()
    for _ in range(WARM_UP // 3):
        pieces = [p for _ in range(3) for p in (stage.say(voice, ANSWERS), silence(300))]
        heard = stage.heard(line, *pieces)
        if heard is not None:
            caller = caller.heard(split(heard))
    return caller


def cases(stage: Stage, policy: SecondVoicePolicy, calls: int) -> list[Case]:
    """Single stretches, quieter than the caller."""
    rng, found = stage.rng, []
    for _ in range(calls):
        voice, line = rng.choice(VOICES), drawn_line(rng)
        caller = warmed_up(stage, line, voice)
        stranger = rng.choice([other for other in VOICES if other != voice])
        plan = (
            *((voice, ANSWERS, (-9.0, -4.5)) for _ in range(3)),
            *((voice, FILLERS, (-9.0, -4.5)) for _ in range(2)),
            *((stranger, HINTS, (-16.0, -6.0)) for _ in range(3)),
        )
        for speaker, texts, levels in plan:
            heard = stage.heard(line, stage.say(speaker, texts, rng.uniform(*levels)))
            piece = _longest(heard)
            if heard is None or piece is None or piece.ms < policy.least_ms:
                continue
            floor = floor_db(heard)
            features = voice_features(piece, caller)
            if features is None or (floor is not None and piece.level_db - floor < policy.over_noise_db):
                continue
            found.append(
                Case(
                    other=speaker != voice,
                    filler=texts is FILLERS,
                    line=line.name,
                    voices=(voice, speaker),
                    features=(1.0, *features),
                )
            )
    return found


def _longest(heard: HeardAnswer | None) -> Stretch | None:
    pieces = split(heard) if heard is not None else ()
    return max(pieces, key=lambda piece: piece.ms, default=None)


def fitted(given: list[Case]) -> NDArray[np.float64]:
    """Weights of a log-likelihood ratio: logistic regression, the share of either kind taken out."""
    x = np.array([case.features for case in given])
    y = np.array([case.other for case in given], dtype=np.float64)
    weights = np.zeros(x.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-x @ weights))
        bend = (x * (p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(len(weights))
        weights -= np.linalg.solve(bend, x.T @ (p - y) + RIDGE * weights)
    weights[0] -= math.log(y.mean() / (1 - y.mean()))
    return weights


def left_out(given: list[Case]) -> list[tuple[Case, float]]:
    """Each case judged by a fit without its voices."""
    judged = []
    for voice in VOICES:
        weights = fitted([case for case in given if voice not in case.voices])
        judged += [(c, float(np.dot(weights, c.features))) for c in given if c.voices[0] == voice]
    return judged


def turns(stage: Stage, policy: SecondVoicePolicy, calls: int) -> dict[str, dict[str, float]]:
    """How often whole turns fire, by what they are."""
    rng = stage.rng
    fired: dict[str, list[bool]] = {}
    for _ in range(calls):
        voice, line = rng.choice(VOICES), drawn_line(rng)
        caller = warmed_up(stage, line, voice)
        stranger = rng.choice([other for other in VOICES if other != voice])
        own = stage.say(voice, ANSWERS, rng.gauss(0, 1.5))
        wait = silence(rng.randint(300, 1_500))
        whisper = stage.say(stranger, HINTS, rng.uniform(-16, -6))
        for name, pieces in {
            "answer": (own,),
            "filler, answer": (stage.say(voice, FILLERS, rng.uniform(-8, 0)), wait, own),
            "answer, pause, quieter": (own, wait, stage.say(voice, ANSWERS, rng.uniform(-6, 0))),
            "muttered, answer": (stage.say(voice, ANSWERS, rng.uniform(-8, -4)), wait, own),
            "muttered": (stage.say(voice, ANSWERS, rng.uniform(-8, -4)),),
            "whisper, answer": (whisper, silence(rng.randint(1_000, 3_000)), own),
            "whisper": (whisper,),
        }.items():
            heard = stage.heard(line, *pieces)
            if heard is not None:
                hit = bool(find_asides(heard, caller, policy, None).other)
                fired.setdefault(name, []).append(hit)
                fired.setdefault(f"{name} ({line.name})", []).append(hit)
    return {name: {"n": len(hits), "fired": round(float(np.mean(hits)), 3)} for name, hits in fired.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    settings = Settings()
    policy = load_delivery().second_voice_policy()
    stage = Stage(settings.models, settings.var / "fit" / "second_voice", random.Random(given.seed))
    with ThreadPoolExecutor(1) as worker:  # torch keeps its threads apart from the main one
        found = worker.submit(cases, stage, policy, given.calls).result()
        judged = left_out(found)
        at = policy.other_voice_llr
        report: dict[str, object] = {"n": len(found)}
        for name, picked in {
            "other": [s for c, s in judged if c.other],
            "own": [s for c, s in judged if not c.other and not c.filler],
            "filler": [s for c, s in judged if c.filler],
            **{f"other {n}": [s for c, s in judged if c.other and c.line == n] for n in _lines(found)},
            **{f"own {n}": [s for c, s in judged if not c.other and c.line == n] for n in _lines(found)},
        }.items():
            report[f"above {at}: {name}"] = [len(picked), round(float(np.mean(np.array(picked) >= at)), 3)]
        intercept, semitone, timbre, length = (round(float(weight), 3) for weight in fitted(found))
        fresh = replace(
            policy,
            intercept=intercept,
            per_semitone=semitone,
            per_log_timbre=timbre,
            per_log_length=length,
        )
        report["weights"] = [intercept, semitone, timbre, length]  # in the table's order
        stage.rng.seed(given.seed + 1)
        report["turns"] = worker.submit(turns, stage, fresh, given.calls).result()
    print(json.dumps(report, ensure_ascii=False, indent=1))


def _lines(found: list[Case]) -> list[str]:
    return sorted({case.line for case in found})


if __name__ == "__main__":
    main()
