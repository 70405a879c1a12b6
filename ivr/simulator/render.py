"""Clean telephone-rate renderings of what applicants say, kept on disk: a sentence is synthesised once."""

import hashlib
import os
import threading
from pathlib import Path

import numpy as np

from ivr.simulator import phrases
from ivr.simulator.channel import (
    Floats,
    babble_noise,
    levelled,
    street_noise,
    to_float,
    to_pcm,
    to_telephone,
    trimmed,
    white_noise,
)
from ivr.simulator.persona import NoiseKind, VoiceSpec, Warp
from ivr.simulator.voice import VOICE_RATE_HZ, Voice
from ivr.simulator.warp import warped

VERSION = "2"  # changes when the same text would sound different
NOISE_S = 20  # length of a noise loop
# Who talks in the background. Far from a usual applicant's voice, and from each other.
TALKERS = (
    VoiceSpec(name="jm_kumo", warp=Warp(pitch_semitones=-2, formant_ratio=0.93)),
    VoiceSpec(name="jf_tebukuro", speed=1.1),
    VoiceSpec(name="jf_gongitsune*0.5+jf_alpha*0.5"),
)
ANNOUNCER = VoiceSpec(name="jf_tebukuro*0.7+jf_alpha*0.3")


class Renderer:
    """Turns text into clean 8 kHz speech at a set level. Safe to share between threads; blocks.

    `cache` holds one small file per rendering and may be deleted at any time; None keeps nothing.
    """

    def __init__(self, voice: Voice, cache: Path | None) -> None:
        self._voice = voice
        self._cache = cache
        self._speaking = threading.Lock()  # one synthesis at a time: the cores are needed elsewhere
        self._noises: dict[NoiseKind, Floats] = {}

    def clean(self, text: str, spec: VoiceSpec) -> Floats:
        """(n,) at SPEECH_DBFS, band-limited, hardly any silence around it. Raises what the voice raises."""
        path = self._path(text, spec)
        if path is not None and (kept := _load(path)) is not None:
            return to_float(kept)
        with self._speaking:
            if path is not None and (kept := _load(path)) is not None:  # by another thread meanwhile
                return to_float(kept)
            spoken = self._voice.speak(text, spec.name, spec.speed)
        telephone = levelled(trimmed(to_telephone(warped(spoken, VOICE_RATE_HZ, spec.warp))))
        pcm = to_pcm(telephone)
        if path is not None:
            _store(path, pcm)
        return to_float(pcm)

    def ready(self, text: str, spec: VoiceSpec) -> bool:
        """Is it on disk already?"""
        path = self._path(text, spec)
        return path is not None and path.exists()

    def noise(self, kind: NoiseKind) -> Floats:
        """A loop of NOISE_S seconds at RMS 1. Babble is made of our own voices, rendered once."""
        if kind not in self._noises:
            rng = np.random.default_rng(20)
            n = NOISE_S * 8_000
            match kind:
                case NoiseKind.WHITE:
                    self._noises[kind] = white_noise(n, rng)
                case NoiseKind.STREET:
                    self._noises[kind] = street_noise(n, rng)
                case NoiseKind.BABBLE:
                    talk = [self.clean(phrases.WARM_UP[i], talker) for i, talker in enumerate(TALKERS)]
                    self._noises[kind] = babble_noise(n, talk, rng)
        return self._noises[kind]

    def _path(self, text: str, spec: VoiceSpec) -> Path | None:
        if self._cache is None:
            return None
        warp = spec.warp
        said = f"{VERSION}|{text}|{spec.name}|{spec.speed}|{warp.pitch_semitones}|{warp.formant_ratio}"
        digest = hashlib.sha256(said.encode()).hexdigest()[:32]
        return self._cache / digest[:2] / f"{digest}.pcm"


def _load(path: Path) -> "np.ndarray[tuple[int], np.dtype[np.int16]] | None":
    try:
        held = path.read_bytes()
    except FileNotFoundError:
        return None
    return np.frombuffer(held, dtype="<i2") if held and len(held) % 2 == 0 else None


def _store(path: Path, pcm: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> None:
    """Aside, then in place, so that nobody ever reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    aside.write_bytes(pcm.astype("<i2").tobytes())
    os.replace(aside, path)
