"""The voice room behind an executor: searches for calls, and compares stretches for delivery."""

import asyncio
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from uuid import UUID

from sqlalchemy import Engine

from config.settings import Settings
from decision_hook.contract import Consent, ConsentKind, VoiceResult
from dialogue.line import Samples
from ivr.inference.niceness import Niceness, give_way
from voiceprint.search import VoiceSearch


class VoiceSearchDesk:
    """Implements dialogue.survey.VoiceDesk for all calls."""

    def __init__(self, search: VoiceSearch, executor: ThreadPoolExecutor, encoder_name: str) -> None:
        self.search, self.encoder_name = search, encoder_name
        self._executor = executor

    @classmethod
    async def over(cls, settings: Settings, engine: Engine, stack: AsyncExitStack) -> "VoiceSearchDesk":
        """Loads encoder and list off the loop. Raises SurveyError."""
        executor = stack.enter_context(
            ThreadPoolExecutor(
                1, thread_name_prefix="voice", initializer=give_way, initargs=(Niceness.LATER,)
            )
        )
        search = VoiceSearch(settings.voiceprint, settings.models, engine)
        loaded = await asyncio.get_running_loop().run_in_executor(executor, search.ready)
        return cls(search, executor, str(loaded.encoder.id))

    async def consider(
        self, speech: Sequence[Samples], consents: Sequence[Consent], *, call: UUID | None = None
    ) -> VoiceResult:
        """Searches the list with all speech so far; `call` keeps the voiceprint under it."""
        consent = next((c for c in consents if c.kind is ConsentKind.VOICEPRINT), None)
        return await asyncio.get_running_loop().run_in_executor(
            self._executor, lambda: self.search.consider(list(speech), consent, call=call)
        )


class LogOddsSimilarity:
    """Implements dialogue.answer.delivery's SpeakerSimilarity over the voice room's probability."""

    def __init__(self, search: VoiceSearch) -> None:
        self._search = search

    def same(self, a: Samples, b: Samples) -> float | None:
        probability = self._search.same(a, b)
        if probability is None:
            return None
        bounded = min(1 - 1e-6, max(1e-6, probability))
        return math.log(bounded / (1 - bounded))
