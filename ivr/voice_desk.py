"""The voice room behind an executor: searches for calls, and compares stretches for delivery."""

import asyncio
import logging
import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from decision_hook.contract import Consent, ConsentKind, SurveyError, VoiceResult
from decision_hook.store import HookStore
from dialogue.line import Samples
from ivr.inference.niceness import Niceness, give_way
from ivr.owned import owned
from voiceprint.search import VoiceSearch

log = logging.getLogger(__name__)

UPKEEP_EVERY_S = 60.0  # a voice removed at the terminal leaves a serving process's memory within this time


class VoiceSearchDesk:
    """Implements dialogue.survey.VoiceDesk for all calls."""

    def __init__(
        self,
        search: VoiceSearch,
        executor: ThreadPoolExecutor,
        encoder_name: str,
        earlier_calls: Callable[[UUID], Sequence[UUID]],
    ) -> None:
        """`earlier_calls`: of the same number as this call, newest first. Blocks."""
        self.search, self.encoder_name = search, encoder_name
        self._executor, self._earlier_calls = executor, earlier_calls

    @classmethod
    async def over(cls, settings: Settings, engine: Engine, stack: AsyncExitStack) -> "VoiceSearchDesk":
        """Loads encoder and list off the loop, and keeps retention times from then on. Raises SurveyError."""
        executor = stack.enter_context(
            ThreadPoolExecutor(
                1, thread_name_prefix="voice", initializer=give_way, initargs=(Niceness.LATER,)
            )
        )
        search = VoiceSearch(settings.voiceprint, settings.models, engine)
        loaded = await asyncio.get_running_loop().run_in_executor(executor, search.ready)
        await stack.enter_async_context(owned(keep_retention(search.upkeep, executor), "voice retention"))
        return cls(search, executor, str(loaded.encoder.id), HookStore(engine).earlier_calls)

    async def consider(
        self, speech: Sequence[Samples], consents: Sequence[Consent], *, call: UUID | None = None
    ) -> VoiceResult:
        """Searches the list with all speech so far.

        `call` keeps the voiceprint under it, and compares it with earlier calls of the number.
        """
        consent = next((c for c in consents if c.kind is ConsentKind.VOICEPRINT), None)

        def considered() -> VoiceResult:
            earlier = [] if call is None else self._earlier_calls(call)
            return self.search.consider(list(speech), consent, call=call, earlier=earlier)

        return await asyncio.get_running_loop().run_in_executor(self._executor, considered)


async def keep_retention(upkeep: Callable[[], None], executor: Executor) -> None:
    """Runs `upkeep` now and then until cancelled, also when nobody is called."""
    while True:
        await asyncio.sleep(UPKEEP_EVERY_S)
        try:
            await asyncio.get_running_loop().run_in_executor(executor, upkeep)
        except (SurveyError, SQLAlchemyError) as problem:  # the next time may be better
            log.error("voiceprints that expired could not be deleted: %s", type(problem).__name__)


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
