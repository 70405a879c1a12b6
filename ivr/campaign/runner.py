"""Takes applications in, decides the harmless ones at once, and telephones the rest, n at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID, uuid4

from config.settings import CampaignSettings
from decision_hook.contract import (
    Application,
    CallVerdict,
    CreditDecision,
    DecisionResult,
    SurveyError,
)
from ivr.call import CallOrder, in_thread
from ivr.campaign.rules import CallWindow, Never, NotBefore, Now, PastAttempt, Permission, may_call

log = logging.getLogger(__name__)

IDLE_S = 5.0  # how often a waiting campaign looks whether a window has opened


class Applications(Protocol):
    """What is stored of applications. Blocks."""

    def save_application(self, application: Application, received_at: datetime) -> bool: ...

    def application(self, identifier: str) -> Application | None: ...

    def undecided(self) -> list[Application]: ...

    def save_decision(self, application: str, decision: CreditDecision, at: datetime) -> None: ...

    def decision(self, application: str) -> CreditDecision | None: ...


class People(Protocol):
    """What is stored of people and their numbers. Blocks."""

    def past_attempts(self, phone: str) -> list[PastAttempt]: ...

    def is_blocked(self, phone: str) -> bool: ...

    def close_lost(self, at: datetime) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What the runner needs of others."""

    applications: Applications
    people: People
    disk: Executor
    call: Callable[[CallOrder], Awaitable[CallVerdict]]
    risk: Callable[[Application], float]
    decide: Callable[[Application], CreditDecision]  # without a call
    give_up: Callable[[Application, str], CreditDecision]  # cannot be reached: why


class Campaign:
    """One runner per database. Never two calls to one number at once."""

    def __init__(
        self,
        rooms: Rooms,
        settings: CampaignSettings,
        *,
        call_above: float,
        window: CallWindow,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_attempt: Callable[[], UUID] = uuid4,
    ) -> None:
        self._rooms, self._settings, self._window = rooms, settings, window
        self._call_above, self._now, self._new_attempt = call_above, now, new_attempt
        self._ringing: set[str] = set()  # numbers in a call now
        self._news = asyncio.Event()

    async def submit(self, application: Application) -> CreditDecision:
        """Stores an application and decides it, or leaves it PENDING for a call.

        The same application again gives the decision there is. Raises SurveyError if another one has its id.
        """
        rooms = self._rooms
        new = await in_thread(rooms.disk, rooms.applications.save_application, application, self._now())
        if not new:
            known = await in_thread(rooms.disk, rooms.applications.application, application.id)
            if known != application:
                raise SurveyError(f"application {application.id}: another one has this id; give it a new id")
            decided = await in_thread(rooms.disk, rooms.applications.decision, application.id)
            if decided is not None:
                return decided
        if rooms.risk(application) >= self._call_above:
            self._news.set()
            return CreditDecision(result=DecisionResult.PENDING, reasons=("to_be_called",))
        decision = rooms.decide(application)
        await in_thread(rooms.disk, rooms.applications.save_decision, application.id, decision, self._now())
        return decision

    async def recover(self) -> int:
        """After a crash: attempts left open are closed and count. Call once, before `run`."""
        return await in_thread(self._rooms.disk, self._rooms.people.close_lost, self._now())

    async def run(self, *, until_idle: bool) -> list[tuple[Application, datetime]]:
        """Calls whoever may be called, `calls_at_once` at a time.

        `until_idle`: returns when nobody may be called now, with those who must wait and until when.
        Otherwise runs until cancelled; calls in progress are then cancelled with it.
        """
        async with asyncio.TaskGroup() as calls:
            running: set[asyncio.Task[None]] = set()
            while True:
                self._news.clear()
                due, waiting = await self._look()
                for application in due[: self._settings.calls_at_once - len(running)]:
                    self._ringing.add(application.phone)
                    task = calls.create_task(self._one(application), name=f"call {application.id}")
                    running.add(task)
                    task.add_done_callback(running.discard)
                    task.add_done_callback(lambda _: self._news.set())
                if not running and not due and until_idle:
                    return waiting
                try:
                    async with asyncio.timeout(IDLE_S):
                        await self._news.wait()
                except TimeoutError:
                    continue

    async def _look(self) -> tuple[list[Application], list[tuple[Application, datetime]]]:
        """Who may be called now, and who must wait; gives up on those who may never be."""
        rooms, now = self._rooms, self._now()
        due: list[Application] = []
        waiting: list[tuple[Application, datetime]] = []
        taken = set(self._ringing)
        for application in await in_thread(rooms.disk, rooms.applications.undecided):
            if application.phone in taken or rooms.risk(application) < self._call_above:
                continue
            match await in_thread(rooms.disk, self._permission, application.phone, now):
                case Now():
                    taken.add(application.phone)
                    due.append(application)
                case NotBefore(at=at):
                    waiting.append((application, at))
                case Never(why=why):
                    decision = rooms.give_up(application, why)
                    await in_thread(
                        rooms.disk, rooms.applications.save_decision, application.id, decision, now
                    )
        return due, waiting

    def _permission(self, phone: str, now: datetime) -> Permission:
        people = self._rooms.people
        return may_call(
            now,
            people.past_attempts(phone),
            blocked=people.is_blocked(phone),
            window=self._window,
            settings=self._settings,
        )

    async def _one(self, application: Application) -> None:
        attempt = self._new_attempt()
        try:
            await self._rooms.call(
                CallOrder(attempt=attempt, application=application, seed=attempt.int & 0x7FFF_FFFF)
            )
        finally:
            self._ringing.discard(application.phone)
