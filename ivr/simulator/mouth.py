"""What one applicant's turn sounds like on the line: voices, silences, room noise, codec, keys."""

import random
from dataclasses import dataclass

import numpy as np

from ivr.simulator.accent import speak_with
from ivr.simulator.channel import (
    FRAME,
    RATE_HZ,
    SPEECH_DBFS,
    Floats,
    Pcm,
    coded,
    gain,
    keep_packets,
    to_pcm,
    unit,
    white_noise,
)
from ivr.simulator.persona import Persona, VoiceSpec
from ivr.simulator.render import ANNOUNCER, Renderer
from ivr.simulator.reply import Press, Reply, Say, Speaker, Wait

KEY_MS = 120
KEY_HZ: dict[str, tuple[int, int]] = {
    key: (low, high)
    for low, row in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)
    for high, key in zip((1_209, 1_336, 1_477, 1_633), row, strict=True)
}
VOICED_DB = 30.0  # how far below its loudest moment a voice still counts as heard
EDGE = 40  # samples faded in and out where a sound begins or ends: no clicks
MUMBLE_HZ = 700  # what is left of indistinct speech lies below


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """A turn as sound, ready to be sent frame by frame."""

    pcm: Pcm  # whole frames of 160, noise and codec included
    own_from: int | None  # sample at which the applicant's own voice or key begins; None: never
    own_until: int  # sample at which it ends
    voiced_until: int = 0  # sample after the last audible one of that voice, before noise and codec
    keys: tuple[tuple[int, str], ...] = ()  # (sample, key) for a line that carries keys beside the sound
    hangs_up: bool = False  # at the end

    @property
    def frames(self) -> int:
        return self.pcm.size // FRAME


class Mouth:
    """Composes turns for one persona on one line. Blocks while it renders: call it from a worker thread.

    `in_band`: keys are sounded as tones, for lines that cannot carry them otherwise.
    """

    def __init__(self, renderer: Renderer, persona: Persona, seed: int, *, in_band: bool = False) -> None:
        self._renderer = renderer
        self._persona = persona
        self._seed = seed
        self._in_band = in_band

    def background(self) -> Pcm:
        """The loop that is heard while nobody speaks; whole frames."""
        noise = self._persona.noise
        if noise is None:
            return coded(np.zeros(FRAME, dtype=np.int16), self._persona.codec)
        rng = np.random.default_rng(self._seed)
        loop = self._renderer.noise(noise.kind) * np.float32(self._noise_rms())
        return keep_packets(coded(to_pcm(loop), self._persona.codec), self._persona.packet_loss, rng)

    def perform(self, reply: Reply) -> Performance:
        """The turn from its first step on (without `after_ms`). Raises SurveyError if it cannot be spoken."""
        pieces: list[Floats] = []
        keys: list[tuple[int, str]] = []
        at, own_from, own_until, voiced_until = 0, None, 0, 0
        for step in reply.steps:
            match step:
                case Say():
                    piece = self._said(step)
                case Wait(ms=ms):
                    piece = np.zeros(ms * RATE_HZ // 1_000, dtype=np.float32)
                case Press(digit=digit):
                    keys.append((at, digit))
                    piece = _tone(digit) if self._in_band else np.zeros(KEY_MS * 8, dtype=np.float32)
            if isinstance(step, Press) or (isinstance(step, Say) and step.speaker is Speaker.SELF):
                own_from = at if own_from is None else own_from
                own_until = at + piece.size
                voiced_until = at + voiced_end(piece)
            pieces.append(piece)
            at += piece.size
        sound = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.float32)
        if reply.cut_at is not None:
            sound = sound[: int(sound.size * reply.cut_at)]
        return Performance(
            pcm=self._on_the_line(sound, reply.question_id),
            own_from=own_from,
            own_until=min(own_until, sound.size),
            voiced_until=min(voiced_until, sound.size),
            keys=() if self._in_band else tuple(keys),
            hangs_up=reply.cut_at is not None,
        )

    def voices(self, say: Say) -> tuple[str, VoiceSpec]:
        """What is really rendered for this step."""
        helper = self._persona.second_voice
        if say.speaker is Speaker.PROMPTER and helper is not None:
            return say.text, helper.voice
        return speak_with(say.text, self._persona.accent), self._persona.voice

    def announce(self, text: str, *, times: int = 1, beep: bool = False) -> Performance:
        """The network or a voicemail speaking; no applicant."""
        said = self._renderer.clean(text, ANNOUNCER)
        gap = np.zeros(RATE_HZ * 3 // 2, dtype=np.float32)
        pieces = [piece for _ in range(times) for piece in (said, gap)]
        if beep:
            time = np.arange(RATE_HZ // 2) / RATE_HZ
            pieces.append((0.15 * np.sin(2 * np.pi * 1_000 * time)).astype(np.float32))
        pcm = _whole_frames(coded(to_pcm(np.concatenate(pieces)), self._persona.codec))
        return Performance(pcm=pcm, own_from=None, own_until=0)

    def _said(self, say: Say) -> Floats:
        text, spec = self.voices(say)
        sound = self._renderer.clean(text, spec)
        level = self._persona.voice.level_db
        helper = self._persona.second_voice
        if say.speaker is Speaker.PROMPTER and helper is not None:
            level += helper.level_db + helper.voice.level_db
        sound = sound * np.float32(gain(level))
        if say.mumbled:
            sound = _mumbled(sound)
        return _edged(sound)

    def _on_the_line(self, sound: Floats, slot: str) -> Pcm:
        """With the room's noise from some point of its loop, coded, packets lost."""
        whole = np.zeros(sound.size + -sound.size % FRAME, dtype=np.float32)
        whole[: sound.size] = sound
        noise = self._persona.noise
        start = random.Random(f"{self._seed}/noise/{slot}").randrange(1 << 30)
        if noise is not None:
            loop = self._renderer.noise(noise.kind)
            whole += np.resize(np.roll(loop, -(start % loop.size)), whole.size) * np.float32(
                self._noise_rms()
            )
        rng = np.random.default_rng(start)
        return keep_packets(coded(to_pcm(whole), self._persona.codec), self._persona.packet_loss, rng)

    def _noise_rms(self) -> float:
        noise = self._persona.noise
        assert noise is not None
        return gain(SPEECH_DBFS + self._persona.voice.level_db - noise.snr_db)


def voiced_end(sound: Floats) -> int:
    """Where the last 10 ms within 30 dB of the loudest end; 0 for silence."""
    step = FRAME // 2
    whole = sound.size // step * step
    power = np.mean(np.square(sound[:whole].reshape(-1, step)), axis=1)
    loud = np.flatnonzero(power > power.max(initial=0.0) * gain(-2 * VOICED_DB))
    return (int(loud[-1]) + 1) * step if loud.size else 0


def _tone(digit: str) -> Floats:
    low, high = KEY_HZ[digit]
    time = np.arange(KEY_MS * 8) / RATE_HZ
    both = np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time)
    return _edged((0.12 * both).astype(np.float32))


def _edged(sound: Floats) -> Floats:
    out = sound.copy()
    n = min(EDGE, out.size // 2)
    if n:
        ramp = np.linspace(0, 1, n, dtype=np.float32)
        out[:n] *= ramp
        out[-n:] *= ramp[::-1]
    return out


def _mumbled(sound: Floats) -> Floats:
    """Speech behind a hand: only the lowest band, quieter, with breath over it."""
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(sound.size, 1 / RATE_HZ)
    low = np.fft.irfft(spectrum * (1 / (1 + (hz / MUMBLE_HZ) ** 8)), sound.size)
    rms = float(np.sqrt(np.mean(np.square(low)))) if sound.size else 0.0
    breath = unit(white_noise(sound.size, np.random.default_rng(sound.size))) * np.float32(rms * 0.5)
    return (low.astype(np.float32) + breath) * np.float32(0.7)


def _whole_frames(pcm: Pcm) -> Pcm:
    return np.concatenate([pcm, np.zeros(-pcm.size % FRAME, dtype=np.int16)])
