"""What earlier calls asked: worn and leaked questions rest; nobody is asked the same twice for a while."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from config.settings import InterviewSettings
from decision_hook.asked import AskedRow
from decision_hook.contract import Application, Grade, SurveyError
from decision_hook.leaked import LeakedRow
from ivr.call import in_thread
from ivr.campaign.guesses import identity_of
from ivr.campaign.store import spellings
from ivr.dialler.numbers import national
from ivr.owned import owned
from question_bank.leak import Answered, Leak, leaks

log = logging.getLogger(__name__)

LOOK_EVERY_S = 120.0  # two minutes' calls change little


class AskedStore(Protocol):
    """What is stored of questions asked. Blocks."""

    def asked_lately(self, calls: int) -> Sequence[AskedRow]:
        """Every answer of the newest `calls` conversations, oldest first."""
        ...

    def asked_of(
        self, numbers: Collection[str], identity: Mapping[str, str], since: datetime
    ) -> frozenset[str]:
        """Questions put since then to any of these numbers, or to whoever has these facts ({}: nobody)."""
        ...


class LeakStore(Protocol):
    """What the leak alarm has put to rest. Blocks."""

    def leaked(self) -> Sequence[LeakedRow]:
        """Every alarm, lifted ones too."""
        ...

    def rest(self, question: str, why: str, at: datetime) -> None:
        """From now on it rests, also after a restart."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Before one call."""

    spared: frozenset[str] = frozenset()  # question ids: this person was asked them lately, or they leaked
    calls: int = 0
    asked: Mapping[str, int]  # of the last `calls`: in how many each question was put


class Earlier(Protocol):
    """What a paper has to know of the calls before it."""

    async def before(self, application: Application) -> Past:
        """Raises SurveyError if the storage is unusable."""
        ...


class NothingEarlier:
    """For rehearsals, in which the same people are called again and again."""

    async def before(self, application: Application) -> Past:
        return Past(asked={})


class PastPapers:
    """Shared by all calls. Reads in the disk's threads."""

    def __init__(
        self,
        store: AskedStore,
        leaked: LeakStore,
        disk: Executor,
        settings: InterviewSettings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._leaked = store, leaked
        self._disk, self._settings, self._now = disk, settings, now
        self._all = Past(asked={})  # of everybody

    async def before(self, application: Application) -> Past:
        return await in_thread(self._disk, self._read, application)

    async def refresh(self) -> None:
        """Looks through all calls again, which may take a second."""
        await in_thread(self._disk, self._look)

    def _look(self) -> None:
        rows = self._store.asked_lately(self._settings.exposure_calls)
        known = self._leaked.leaked()
        resting = {row.question for row in known if row.lifted_at is None}
        for leak in _leaks(rows, known):
            if leak.question_id not in resting:
                log.warning("%s", leak)
                self._leaked.rest(leak.question_id, str(leak), self._now())
                resting.add(leak.question_id)
        self._all = Past(
            # once leaked, it rests until somebody lifts it: its answers become the usual ones, and the
            # alarm would fall silent
            spared=frozenset(resting),
            calls=len({row.attempt for row in rows}),
            asked=Counter(question for _, question in {(row.attempt, row.question) for row in rows}),
        )

    def _read(self, application: Application) -> Past:
        since = self._now() - timedelta(days=self._settings.no_repeat_days)
        heard = self._store.asked_of(spellings(national(application.phone)), identity_of(application), since)
        return Past(spared=self._all.spared | heard, calls=self._all.calls, asked=self._all.asked)


@asynccontextmanager
async def kept_in_mind(papers: PastPapers) -> AsyncIterator[None]:
    """Looks through the calls at once, and as long as it is open now and then. Raises SurveyError at once."""
    await papers.refresh()
    async with owned(_look_again(papers), "past papers"):
        yield


async def _look_again(papers: PastPapers) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        try:
            await papers.refresh()
        except SurveyError as problem:  # the last look still holds
            log.error("earlier calls cannot be read: %s", problem)


def _leaks(rows: Sequence[AskedRow], known: Sequence[LeakedRow]) -> list[Leak]:
    """Among the answers since a question was last let be asked again."""
    lifted = {row.question: row.lifted_at for row in known if row.lifted_at is not None}
    return leaks(
        [
            Answered(question_id=row.question, right=row.grade is Grade.MATCH, latency_ms=row.latency_ms)
            for row in rows
            if row.fact_key is not None
            and row.latency_ms is not None
            and (row.question not in lifted or row.placed_at > lifted[row.question])
        ]
    )
