"""Work for shared models: a bounded queue, threads that take what waits in batches, results to the loop."""

import asyncio
import heapq
import itertools
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Generic, TypeVar

from ivr.inference.niceness import Niceness, give_way

Request = TypeVar("Request")
Result = TypeVar("Result")


KEPT_WAITS = 1_000


class Priority(IntEnum):
    """Who goes first. Within one priority: first come, first served."""

    LIVE = 0  # somebody waits on the telephone
    SPECULATIVE = 1  # may never be needed: an answer that perhaps goes on, a prompt that may come
    BACKGROUND = 2


class WorkerUnavailable(Exception):
    """The work was not done: no room in the queue, no result in time, or the worker is closed."""


class WorkerFull(WorkerUnavailable):
    """Refused, or displaced by something more urgent."""


class WorkerLate(WorkerUnavailable):
    """The deadline passed first."""


class WorkerClosed(WorkerUnavailable):
    """The worker was closed before the work was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerCounts:
    """What a worker did so far; for benches and the doctor."""

    waiting: int
    requests: int  # done, failed ones included
    batches: int
    refused: int  # WorkerFull, the displaced included
    late: int  # WorkerLate
    busy_s: float  # wall time inside the function, summed over the threads
    cpu_s: float  # CPU time of the worker's own threads; a library's inner threads are not in it


@dataclass(slots=True, eq=False)
class _Job(Generic[Request, Result]):
    request: Request
    asked_s: float  # monotonic
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Result]"


class BatchingWorker(Generic[Request, Result]):
    """Runs one blocking function for many callers, off the event loop.

    Threads start with the first request and end in `close`. Waiting requests are shared out evenly, so
    that an idle thread never watches another one work through a batch.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Request]], Sequence[Result]],
        *,
        name: str,
        max_waiting: int,
        max_batch: int,
        threads: int = 1,
        niceness: Niceness | None = None,
    ) -> None:
        """`run`: one result per request, in order; what it raises goes to every request of the batch.

        With more than one thread `run` must be safe to call from several at once. `niceness` of the
        threads; None: they give way to nobody.
        """
        self._run = run
        self._name, self._niceness = name, niceness
        self._max_waiting, self._max_batch = max_waiting, max_batch
        # A heap; no two numbers are alike, so that jobs are never compared.
        self._waiting: list[tuple[Priority, int, _Job[Request, Result]]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{i}", daemon=True) for i in range(threads)
        ]
        self._running = 0
        self._live_waits: deque[tuple[float, float]] = deque(maxlen=KEPT_WAITS)  # when it ended, how long
        self._on_end: list[Callable[[], object]] = []  # called by the last thread to end
        self._tally = _Tally()

    async def submit(
        self, request: Request, *, deadline_s: float, priority: Priority = Priority.LIVE
    ) -> Result:
        """Waits for the result. Cancelled while the request still waits, it is taken out of the queue.

        Raises WorkerFull, WorkerLate, WorkerClosed, or whatever the function raised.
        """
        loop = asyncio.get_running_loop()
        job: _Job[Request, Result] = _Job(request, time.monotonic(), loop, loop.create_future())
        entry = (priority, next(self._numbers), job)
        self._enqueue(entry)
        limit = loop.call_later(deadline_s, self._too_late, entry, deadline_s)
        try:
            return await job.future
        except asyncio.CancelledError:
            self._withdraw(entry)
            raise
        finally:
            limit.cancel()

    def counts(self) -> WorkerCounts:
        with self._changed:
            tally = self._tally
            return WorkerCounts(
                waiting=len(self._waiting),
                requests=tally.requests,
                batches=tally.batches,
                refused=tally.refused,
                late=tally.late,
                busy_s=tally.busy_s,
                cpu_s=tally.cpu_s,
            )

    def live_wait_s(self, *, last_s: float) -> float:
        """The longest that a LIVE request waited to be begun, in the last so many seconds or 1,000 requests.

        Those that wait now count too; 0 without any.
        """
        now_s = time.monotonic()
        with self._changed:
            over = [waited_s for ended_s, waited_s in self._live_waits if ended_s >= now_s - last_s]
            still = [now_s - job.asked_s for priority, _, job in self._waiting if priority is Priority.LIVE]
        return max((*over, *still), default=0.0)

    async def close(self) -> None:
        """Refuses what waits, lets running batches finish, ends the threads. Idempotent."""
        loop, ended = asyncio.get_running_loop(), None
        with self._changed:
            self._closed = True
            waiting, self._waiting = self._waiting, []
            if self._running:
                ended = asyncio.Event()
                self._on_end.append(partial(loop.call_soon_threadsafe, ended.set))
            self._changed.notify_all()
        _hand_over([job for *_, job in waiting], [WorkerClosed(f"{self._name}: closed")] * len(waiting))
        if ended is not None:
            await ended.wait()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()  # past its last statement

    def _enqueue(self, entry: tuple[Priority, int, _Job[Request, Result]]) -> None:
        with self._changed:
            if self._closed:
                raise WorkerClosed(f"{self._name}: closed")
            if len(self._waiting) >= self._max_waiting:
                self._tally.refused += 1
                least = max(self._waiting)
                if least[0] <= entry[0]:
                    raise WorkerFull(f"{self._name}: {len(self._waiting)} requests wait already")
                self._waiting.remove(least)
                heapq.heapify(self._waiting)
                _hand_over([least[2]], [WorkerFull(f"{self._name}: gave way to something more urgent")])
            heapq.heappush(self._waiting, entry)
            for thread in self._threads:
                if thread.ident is None:
                    thread.start()
                    self._running += 1
            self._changed.notify()

    def _too_late(self, entry: tuple[Priority, int, _Job[Request, Result]], deadline_s: float) -> None:
        future = entry[2].future
        if not future.done():
            self._tally.late += 1
            self._withdraw(entry)
            future.set_exception(WorkerLate(f"{self._name}: no result within {deadline_s:g} s"))

    def _withdraw(self, entry: tuple[Priority, int, _Job[Request, Result]]) -> None:
        with self._changed, suppress(ValueError):  # taken by a thread already
            self._waiting.remove(entry)
            heapq.heapify(self._waiting)

    def _take(self) -> list[_Job[Request, Result]]:
        """The next batch; empty when the worker is closed."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            share = -(-len(self._waiting) // len(self._threads))
            taken = [heapq.heappop(self._waiting) for _ in range(min(share, self._max_batch))]
            now_s = time.monotonic()
            self._live_waits.extend(
                (now_s, now_s - job.asked_s) for priority, _, job in taken if priority is Priority.LIVE
            )
        return [job for *_, job in taken]

    def _work(self) -> None:
        if self._niceness is not None:
            give_way(self._niceness)
        while batch := self._take():
            wall, cpu = time.perf_counter(), time.thread_time()
            try:
                results = self._run([job.request for job in batch])
                outcomes: list[Result | Exception] = [r for _, r in zip(batch, results, strict=True)]
            except Exception as exc:  # handed to whoever waits
                outcomes = [exc] * len(batch)
            with self._changed:
                self._tally.add(len(batch), time.perf_counter() - wall, time.thread_time() - cpu)
            _hand_over(batch, outcomes)
            del batch, outcomes  # no audio is kept while waiting for the next
        with self._changed:
            self._running -= 1
            if self._running == 0:
                for tell in self._on_end:
                    tell()


@dataclass(slots=True)
class _Tally:
    requests: int = 0
    batches: int = 0
    refused: int = 0
    late: int = 0
    busy_s: float = 0.0
    cpu_s: float = 0.0

    def add(self, requests: int, busy_s: float, cpu_s: float) -> None:
        self.requests += requests
        self.batches += 1
        self.busy_s += busy_s
        self.cpu_s += cpu_s


def _hand_over(jobs: Sequence[_Job[Request, Result]], outcomes: Sequence[Result | Exception]) -> None:
    """To whoever waits, whatever the thread; one wake-up of a loop for all that wait there."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Job[Request, Result], Result | Exception]]]
    by_loop = defaultdict(list)
    for job, outcome in zip(jobs, outcomes, strict=True):
        by_loop[job.loop].append((job, outcome))
    for loop, settled in by_loop.items():
        with suppress(RuntimeError):  # the loop is gone, and so is whoever waited
            loop.call_soon_threadsafe(_deliver, settled)


def _deliver(settled: Sequence[tuple[_Job[Request, Result], Result | Exception]]) -> None:
    for job, outcome in settled:
        if job.future.done():
            continue
        if isinstance(outcome, Exception):
            job.future.set_exception(outcome)
        else:
            job.future.set_result(outcome)
