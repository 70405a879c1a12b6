"""What earlier calls asked: worn-out questions rest, and nobody is asked the same twice within some time."""

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from config.settings import InterviewSettings
from decision_hook.contract import Application
from ivr.call import in_thread
from ivr.campaign.store import spellings
from ivr.dialler.numbers import national

FRESH_S = 60.0  # counts of all calls are read again after so long: a minute's calls change no share by much


class AskedStore(Protocol):
    """What is stored of questions asked. Blocks."""

    def asked_lately(self, calls: int) -> tuple[int, Mapping[str, int]]:
        """Of the newest `calls` conversations: how many there are, and in how many each question was put."""
        ...

    def asked_of(self, numbers: Collection[str], since: datetime) -> frozenset[str]:
        """Questions put to any of these numbers since then."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Before one call."""

    heard_before: frozenset[str]  # by this person: question ids
    calls: int
    asked: Mapping[str, int]  # of the last `calls`: in how many each question was put


class Earlier(Protocol):
    """What a paper has to know of the calls before it."""

    async def before(self, application: Application) -> Past:
        """Raises SurveyError if the storage is unusable."""
        ...


class NothingEarlier:
    """For rehearsals, in which the same people are called again and again."""

    async def before(self, application: Application) -> Past:
        return Past(heard_before=frozenset(), calls=0, asked={})


class PastPapers:
    """Shared by all calls. Reads in the disk's threads."""

    def __init__(
        self,
        store: AskedStore,
        disk: Executor,
        settings: InterviewSettings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._disk, self._settings = store, disk, settings
        self._now, self._clock = now, clock
        self._counts: tuple[int, Mapping[str, int]] = (0, {})
        self._read_at: float | None = None

    async def before(self, application: Application) -> Past:
        return await in_thread(self._disk, self._read, application)

    def _read(self, application: Application) -> Past:
        if self._read_at is None or self._clock() - self._read_at > FRESH_S:
            self._counts = self._store.asked_lately(self._settings.exposure_calls)
            self._read_at = self._clock()
        since = self._now() - timedelta(days=self._settings.no_repeat_days)
        heard = self._store.asked_of(spellings(national(application.phone)), since)
        calls, asked = self._counts
        return Past(heard_before=heard, calls=calls, asked=asked)
