"""Takes applications in, decides the harmless ones at once, and telephones the rest, n at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
from ivr.campaign.guesses import known_by
from ivr.campaign.rules import CallWindow, History, Hopeless, Never, NotBefore, Now, may_call
from ivr.dialler.numbers import national
from question_bank.budget import Kind

log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0  # at the latest; news is acted on at once
LOOK_WHEN_HELD_S = 1.0  # while an overloaded machine holds calls back
AFTER_FAILURE_S = 60.0  # an application whose call could not be stored rests so long


class Applications(Protocol):
    """What is stored of applications. Blocks; raises SurveyError if the storage is unusable."""

    def save_application(self, application: Application, received_at: datetime) -> bool:
        """False: its id is there already, and nothing was changed."""
        ...

    def application(self, identifier: str) -> Application | None: ...

    def queue(self, application: str, decision: CreditDecision, at: datetime) -> None:
        """Puts it on the call list with its PENDING decision. Idempotent."""
        ...

    def queued(self) -> list[Application]:
        """The call list: oldest first, without those that are decided."""
        ...

    def save_decision(self, application: str, decision: CreditDecision, at: datetime) -> None: ...

    def decision(self, application: str) -> CreditDecision | None: ...


class People(Protocol):
    """What is stored of people and their numbers. Blocks."""

    def histories(self, numbers: Collection[str]) -> dict[str, History]:
        """Of each of these national numbers, all of them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What the runner needs of others."""

    applications: Applications
    people: People
    disk: Executor
    guessed: Callable[[Application, datetime], bool]  # asked often enough lately: a person decides; blocks
    call: Callable[[CallOrder], Awaitable[CallVerdict]]  # raises only if the call could not be stored
    admits: Callable[[int], bool]  # may one more call begin beside so many? False: the machine is overloaded
    decide: Callable[[Application], CreditDecision]  # without a call; PENDING: call first
    give_up: Callable[[Application, Hopeless], CreditDecision]  # cannot be reached: why


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """On the call list, but not to be called before `until`."""

    application: Application
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the call list says now."""

    due: tuple[Application, ...]  # one per number
    waiting: tuple[Waiting, ...]
    hopeless: tuple[tuple[Application, Hopeless], ...]  # nobody may dial for it any more, and why


class Campaign:
    """One per database (see ivr.campaign.lock). Never two calls to one number at once."""

    def __init__(
        self,
        rooms: Rooms,
        settings: CampaignSettings,
        *,
        window: CallWindow,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_attempt: Callable[[], UUID] = uuid4,
    ) -> None:
        self._rooms, self._settings, self._window = rooms, settings, window
        self._now, self._new_attempt = now, new_attempt
        self._calls: dict[UUID, Application] = {}  # in progress, by attempt
        self._resting: dict[str, datetime] = {}  # applications whose call could not be stored
        self._news = asyncio.Event()
        self._intake = asyncio.Lock()
        self._stopping = False
        self.failed = 0  # calls that could not be stored

    async def submit(self, application: Application) -> CreditDecision:
        """Stores an application and decides it, or puts it on the call list (PENDING).

        The same application again gives the decision there is. Raises SurveyError if another one has its id.
        """
        async with self._intake:  # the same one twice at the same moment is still decided once
            decision = await in_thread(self._rooms.disk, self._take_in, application)
        if decision.result is DecisionResult.PENDING:
            self._news.set()
        return decision

    def in_call(self, attempt: UUID) -> Application | None:
        """Whom this attempt calls; None: not one of ours, or over."""
        return self._calls.get(attempt)

    def stop_dialling(self) -> None:
        """No further call begins; `run` returns when those in progress have ended."""
        self._stopping = True
        self._news.set()

    async def run(self, *, until_idle: bool, only: Collection[str] | None = None) -> tuple[Waiting, ...]:
        """Calls whoever may be called, `calls_at_once` at a time.

        `until_idle`: returns when nobody may be called now, with those who must wait. Otherwise runs until
        `stop_dialling`, or cancelled; calls in progress are then cancelled with it.
        `only`: ids of applications; None: the whole call list.
        Whoever is due waits on the call list while the machine is overloaded.
        Raises SurveyError if the call list cannot be read (`until_idle`; else it is read again later).
        """
        running: set[asyncio.Task[None]] = set()
        trouble: SurveyError | None = None
        waiting: tuple[Waiting, ...] = ()
        async with asyncio.TaskGroup() as calls:
            while True:
                self._news.clear()
                try:
                    plan, trouble = await self._look(only) if not self._stopping else _NOTHING, None
                except SurveyError as problem:  # calls in progress go on
                    plan, trouble = _NOTHING, problem
                    log.error("the call list cannot be read: %s", problem)
                waiting = plan.waiting
                held = False
                for application in plan.due[: self._settings.calls_at_once - len(running)]:
                    if held := not self._rooms.admits(len(running)):
                        break
                    attempt = self._new_attempt()
                    self._calls[attempt] = application
                    task = calls.create_task(self._one(attempt, application), name=f"call {attempt}")
                    running.add(task)
                    task.add_done_callback(running.discard)
                    task.add_done_callback(lambda _: self._news.set())
                idle = until_idle and not plan.due and not self._news.is_set()
                if not running and (idle or self._stopping):
                    break
                await self._wait(waiting, LOOK_WHEN_HELD_S if held else LOOK_EVERY_S)
        if trouble is not None:
            raise trouble
        return waiting

    async def _wait(self, waiting: tuple[Waiting, ...], most_s: float) -> None:
        """Until there is news, or somebody may be called; no longer than `most_s`."""
        first = min((one.until for one in waiting), default=self._now() + timedelta(days=1))
        until_first_s = max(0.05, (first - self._now()).total_seconds())
        try:
            async with asyncio.timeout(min(most_s, until_first_s)):
                await self._news.wait()
        except TimeoutError:
            return

    async def _look(self, only: Collection[str] | None) -> Plan:
        """Reads the call list, and gives up on those who may never be called."""
        rooms, now, busy = self._rooms, self._now(), _keys(*self._calls.values())
        plan = await in_thread(rooms.disk, self._plan, only, busy, now)
        for application, why in plan.hopeless:
            decision = rooms.give_up(application, why)
            await in_thread(rooms.disk, rooms.applications.save_decision, application.id, decision, now)
        return plan

    def _take_in(self, application: Application) -> CreditDecision:
        rooms, now = self._rooms.applications, self._now()
        if not rooms.save_application(application, now):
            if rooms.application(application.id) != application:
                raise SurveyError(f"application {application.id}: another one has this id; give it a new id")
            decided = rooms.decision(application.id)
            if decided is not None and decided.result is not DecisionResult.PENDING:
                return decided
        decision = self._rooms.decide(application)
        if decision.result is DecisionResult.PENDING:
            rooms.queue(application.id, decision, now)
        else:
            rooms.save_decision(application.id, decision, now)
        return decision

    def _plan(self, only: Collection[str] | None, busy: set[tuple[Kind, str]], now: datetime) -> Plan:
        listed = [one for one in self._rooms.applications.queued() if only is None or one.id in only]
        histories = self._rooms.people.histories({national(one.phone) for one in listed})
        due: list[Application] = []
        waiting: list[Waiting] = []
        hopeless: list[tuple[Application, Hopeless]] = []
        taken = set(busy)
        for application in listed:
            number = national(application.phone)
            if taken & _keys(application):  # one call at a time to a number, a person, a device
                continue
            permission = may_call(
                application.id, histories[number], now, window=self._window, settings=self._settings
            )
            rests = self._resting.get(application.id)
            match permission:
                case Never(why=why):
                    hopeless.append((application, why))
                case NotBefore(at=at):
                    waiting.append(Waiting(application=application, until=at))
                case Now() if rests is not None and rests > now:
                    waiting.append(Waiting(application=application, until=rests))
                case Now() if len(due) < self._settings.calls_at_once and self._rooms.guessed(
                    application, now
                ):
                    hopeless.append((application, Hopeless.GUESSES_USED_UP))
                case Now():
                    taken |= _keys(application)
                    due.append(application)
        return Plan(due=tuple(due), waiting=tuple(waiting), hopeless=tuple(hopeless))

    async def _one(self, attempt: UUID, application: Application) -> None:
        try:
            await self._rooms.call(
                CallOrder(attempt=attempt, application=application, seed=attempt.int & 0x7FFF_FFFF)
            )
        except Exception as problem:  # around a call: the others go on, and this one is not tried in a loop
            self.failed += 1
            self._resting[application.id] = self._now() + timedelta(seconds=AFTER_FAILURE_S)
            log.error("call %s: could not be stored (%s)", attempt, type(problem).__name__)
        finally:
            del self._calls[attempt]


def _keys(*applications: Application) -> set[tuple[Kind, str]]:
    """By what these people are known again."""
    return {key for application in applications for key in known_by(application).items()}


_NOTHING = Plan(due=(), waiting=(), hopeless=())
