"""Where applicants' sound is made while calls run: worker threads behind an async door."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ivr.inference.niceness import Niceness, give_way
from ivr.simulator.applicant import Applicant
from ivr.simulator.channel import Pcm
from ivr.simulator.mouth import Mouth, Performance
from ivr.simulator.persona import FarEnd, Persona, VoiceSpec
from ivr.simulator.phrases import ANNOUNCEMENT_OFF, VOICEMAIL_GREETING
from ivr.simulator.render import ANNOUNCER, Renderer
from ivr.simulator.reply import Reply, Say, Wait
from ivr.simulator.voice import Voice

Progress = Callable[[int, int], None]  # renderings done, renderings in all


THREADS = 4


class Studio:
    """Renders for all applicants of this process. `close` gives its threads back."""

    def __init__(self, voice: Voice, cache: Path | None) -> None:
        self._renderer = Renderer(voice, cache)
        # The renderer synthesises one sentence at a time; the other threads serve those that are on disk.
        self._worker = ThreadPoolExecutor(
            max_workers=THREADS,
            thread_name_prefix="applicants",
            initializer=give_way,
            initargs=(Niceness.ANSWER,),
        )

    def mouth(self, persona: Persona, seed: int, *, in_band: bool = False) -> Mouth:
        return Mouth(self._renderer, persona, seed, in_band=in_band)

    async def perform(self, mouth: Mouth, reply: Reply) -> Performance:
        return await asyncio.get_running_loop().run_in_executor(self._worker, mouth.perform, reply)

    async def background(self, mouth: Mouth) -> Pcm:
        return await asyncio.get_running_loop().run_in_executor(self._worker, mouth.background)

    async def announcement(self, mouth: Mouth, line: FarEnd) -> Performance:
        """What is played instead of an applicant."""
        if line is FarEnd.VOICEMAIL:
            return await asyncio.get_running_loop().run_in_executor(
                self._worker, lambda: mouth.announce(VOICEMAIL_GREETING, beep=True)
            )
        return await asyncio.get_running_loop().run_in_executor(
            self._worker, lambda: mouth.announce(ANNOUNCEMENT_OFF, times=3)
        )

    def prepare(self, applicants: Iterable[Applicant], progress: Progress | None = None) -> int:
        """Renders how these applicants' calls begin. Blocks; returns how many renderings were new.

        Answers are rendered while their question is asked; on a busy machine they may come late (logged).
        Interrupted, it keeps what is done; repeated, it finds everything on disk.
        """
        wanted: dict[tuple[str, VoiceSpec], None] = {}
        for applicant in applicants:
            persona = applicant.persona
            if persona.line in (FarEnd.ANNOUNCEMENT_EARLY, FarEnd.ANNOUNCEMENT_ANSWERED):
                wanted[ANNOUNCEMENT_OFF, ANNOUNCER] = None
            elif persona.line is FarEnd.VOICEMAIL:
                wanted[VOICEMAIL_GREETING, ANNOUNCER] = None
            elif persona.line is FarEnd.ANSWERS:
                mouth = self.mouth(persona, 0)
                wanted.update(dict.fromkeys(mouth.voices(say) for say in applicant.beginning()))
                if persona.noise is not None:
                    self._renderer.noise(persona.noise.kind)
        missing = [(text, spec) for text, spec in wanted if not self._renderer.ready(text, spec)]
        for done, (text, spec) in enumerate(missing):
            if progress is not None:
                progress(done, len(missing))
            self._renderer.clean(text, spec)
        if progress is not None:
            progress(len(missing), len(missing))
        return len(missing)

    def say(self, texts: Iterable[str], persona: Persona) -> Pcm:
        """These sentences in the persona's voice over its line, joined: for enrolling a voice. Blocks."""
        steps = [step for text in texts for step in (Say(text=text), Wait(ms=300))]
        return self.mouth(persona, 0).perform(Reply(question_id="", after_ms=0, steps=tuple(steps))).pcm

    def close(self) -> None:
        self._worker.shutdown(wait=True, cancel_futures=True)
