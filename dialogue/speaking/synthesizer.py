"""The SpeechSynthesizer of a running house: renders on demand or ahead, each text once, off the loop."""

import asyncio
import logging
from collections import deque
from concurrent.futures import Executor
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from dialogue.line import Samples
from dialogue.speaking.prompt_cache import PromptCache, PromptKey
from dialogue.speaking.telephone import to_telephone

log = logging.getLogger(__name__)

SLOW = 0.75  # of the usual speed, when the caller asks to speak slower
MODEL_RATE_HZ = 24_000


class Speaker(Protocol):
    """A text-to-speech engine, such as Kokoro. Blocks; safe between threads."""

    def speak(self, text: str, voice: str, speed: float) -> NDArray[np.float32]:
        """(n,) mono at 24 kHz, about -1..1. Raises SurveyError if the text or voice is unusable."""
        ...


class CachedSynthesizer:
    """Implements `SpeechSynthesizer`. Belongs to one event loop.

    `executor` is handed in and closed by its owner; at most `at_once` renderings run in it. Urgent ones go
    first; a waiting text that is asked for urgently moves up. Giving up does not stop a rendering.
    """

    def __init__(
        self,
        speaker: Speaker,
        cache: PromptCache,
        executor: Executor,
        *,
        voice: str,
        speed: float,
        version: str,
        at_once: int = 1,
    ) -> None:
        self._speaker, self._cache, self._executor = speaker, cache, executor
        self._voice, self._speed, self._version = voice, speed, version
        self._free = at_once
        self._urgent: deque[PromptKey] = deque()
        self._background: deque[PromptKey] = deque()
        self._promised: dict[PromptKey, asyncio.Future[Samples]] = {}  # waiting or being rendered

    async def render(self, text: str, *, slow: bool = False) -> Samples:
        """See the port. Goes before everything that is rendered ahead."""
        return await self._rendered(self._key(text, slow), self._urgent)

    async def render_ahead(self, text: str, *, slow: bool = False) -> Samples:
        """The same, when nothing urgent waits."""
        return await self._rendered(self._key(text, slow), self._background)

    def ready(self, text: str, *, slow: bool = False) -> Samples | None:
        return self._cache.get(self._key(text, slow))

    def waiting(self) -> int:
        """Texts waiting or being rendered."""
        return len(self._promised)

    def close(self) -> None:
        """Gives up what waits. What is being rendered ends by itself."""
        for key in (*self._urgent, *self._background):
            self._promised.pop(key).set_exception(SurveyError("speaking: closed; start again"))
        self._urgent.clear()
        self._background.clear()

    def _key(self, text: str, slow: bool) -> PromptKey:
        speed = self._speed * SLOW if slow else self._speed
        return PromptKey(text=text, voice=self._voice, speed=speed, version=self._version)

    async def _rendered(self, key: PromptKey, queue: deque[PromptKey]) -> Samples:
        found = self._cache.get(key)
        if found is not None:
            return found
        promise = self._promised.get(key)
        if promise is None:
            promise = self._promised[key] = asyncio.get_running_loop().create_future()
            promise.add_done_callback(_seen)
            queue.append(key)
        elif queue is self._urgent and key in self._background:
            self._background.remove(key)
            self._urgent.append(key)
        self._start_next()
        return await asyncio.shield(promise)

    def _start_next(self) -> None:
        while self._free and (self._urgent or self._background):
            key = (self._urgent or self._background).popleft()
            self._free -= 1
            work = asyncio.get_running_loop().run_in_executor(self._executor, self._produce, key)
            work.add_done_callback(partial(self._finished, key))

    def _finished(self, key: PromptKey, done: "asyncio.Future[Samples]") -> None:
        self._free += 1
        promise = self._promised.pop(key)
        if done.cancelled():
            promise.cancel()
        elif (problem := done.exception()) is not None:
            if not promise.done():
                promise.set_exception(problem)
        else:
            self._cache.remember(key, done.result())
            if not promise.done():
                promise.set_result(done.result())
        self._start_next()

    def _produce(self, key: PromptKey) -> Samples:
        """Runs in the executor."""
        if not key.text.strip():
            raise SurveyError("speaking: an empty prompt; write words or leave it out")
        samples = to_telephone(self._speaker.speak(key.text, key.voice, key.speed), MODEL_RATE_HZ)
        if samples.size == 0:
            raise SurveyError(f"speaking: {len(key.text)} characters gave silence; reword the prompt")
        try:
            self._cache.store(key, samples)
        except SurveyError as problem:  # a full disk must not silence a call; the prompt lives in memory
            log.warning("%s", problem)
        return samples


def _seen(promise: "asyncio.Future[Samples]") -> None:
    """A failure nobody waits for any more is not a warning; whoever asks next gets it anew."""
    if not promise.cancelled():
        promise.exception()
