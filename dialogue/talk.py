"""Says things and hears what comes back. One object a call."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

import numpy as np

from decision_hook.contract import FactKind
from dialogue.answer.values import HeardAnswer
from dialogue.ear import Ear, Listening, Weigh
from dialogue.events import CallEvent, CallObserver, CallStateChanged, PromptStarted
from dialogue.line import SAMPLE_RATE_HZ, Line, Samples
from dialogue.speaking.port import SpeechSynthesizer

GAP = np.zeros(SAMPLE_RATE_HZ * 150 // 1_000, dtype=np.int16)  # a breath between two sentences

LISTEN_ON_S = 4.0  # who is prompted speaks 1 to 3 s after the whisper

W = TypeVar("W")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What is said, and what the simulator may know of it."""

    text: str
    question_id: str = ""  # "": asks nothing
    fact_keys: tuple[str, ...] = ()
    kind: FactKind = FactKind.FREE
    prefix: str = ""  # an acknowledgement or an explanation before it
    slow: bool = False
    wait_s: float = 6.0
    max_keys: int = 0


class Talk:
    """The mouth and the ear of one call, with the words for its manners."""

    def __init__(
        self,
        *,
        call: UUID,
        line: Line,
        ear: Ear,
        synthesizer: SpeechSynthesizer,
        observer: CallObserver,
        rng: random.Random,
    ) -> None:
        self.call, self.line, self.ear, self.rng = call, line, ear, rng
        self._synthesizer, self._observer = synthesizer, observer

    def tell(self, event: CallEvent) -> None:
        self._observer.observe(event)

    def state(self, state: str) -> None:
        self.tell(CallStateChanged(call=self.call, state=state))

    async def say(self, text: str, *, slow: bool = False) -> None:
        """Appends words that ask nothing; returns when they are queued, not when they are said."""
        await self._speak(Prompt(text=text, slow=slow))

    def pick(self, texts: Sequence[str]) -> str:
        """One of several wordings, by chance; of those whose audio is at hand if there are any."""
        ready = [text for text in texts if self._synthesizer.ready(text) is not None]
        return self.rng.choice(ready or list(texts))

    def say_now(self, texts: Sequence[str]) -> None:
        """Says one of these if its audio is at hand; otherwise nothing. For manners, never for content."""
        audio = self._synthesizer.ready(self.pick(texts))
        if audio is not None:
            self.line.speak(np.concatenate([audio, GAP]))

    async def ask(
        self,
        prompt: Prompt,
        weigh: Weigh[W],
        complete: Callable[[W], float | None],
        while_thinking: Callable[[], None] = lambda: None,
    ) -> tuple[HeardAnswer, W]:
        """Speaks, then listens until the reply is over. Raises CallerGone."""
        await self._speak(prompt)
        return await self.listen(prompt, weigh, complete, while_thinking)

    async def listen(
        self,
        prompt: Prompt,
        weigh: Weigh[W],
        complete: Callable[[W], float | None],
        while_thinking: Callable[[], None] = lambda: None,
    ) -> tuple[HeardAnswer, W]:
        """Goes on listening for the reply to a prompt that has been spoken. Raises CallerGone."""
        return await self.ear.turn(
            Listening(
                patience_ms=round(prompt.wait_s * 1_000),
                weigh=weigh,
                complete=complete,
                max_keys=prompt.max_keys,
                while_thinking=while_thinking,
            )
        )

    async def listen_on(
        self, prompt: Prompt, weigh: Weigh[W], complete: Callable[[W], float | None], other: HeardAnswer
    ) -> tuple[HeardAnswer, W] | None:
        """The caller's reply after `other`, which may have been somebody else's whisper; None: there is none.

        It counts from the same prompt, and what the other said lies before it. Raises CallerGone.
        """
        patient = replace(prompt, wait_s=min(prompt.wait_s, LISTEN_ON_S))
        own, weighed = await self.listen(patient, weigh, complete)
        if own.segments:
            return self.ear.after_another(other, own), weighed
        return (own, weighed) if own.keys else None

    async def _speak(self, prompt: Prompt) -> None:
        audio = [await self._synthesizer.render(prompt.text, slow=prompt.slow)]
        if prompt.prefix:
            audio = [await self._synthesizer.render(prompt.prefix), GAP, *audio]
        said = f"{prompt.prefix}{prompt.text}"
        self.tell(
            PromptStarted(
                call=self.call,
                question_id=prompt.question_id,
                fact_keys=prompt.fact_keys,
                kind=prompt.kind,
                text=said,
                at_ms=self.line.now_ms() + self.line.speaking_ms(),
            )
        )
        self.line.speak(_joined(audio))


def _joined(parts: Sequence[Samples]) -> Samples:
    return np.concatenate(list(parts))
