"""The worker's promises: order, bounds, deadlines, batches, and nothing left behind."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence

import pytest

from ivr.inference.worker import BatchingWorker, Priority, WorkerClosed, WorkerFull, WorkerLate


class Gate:
    """A function that works only when let; records the batches it was given."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.entered = threading.Semaphore(0)
        self.let = threading.Semaphore(0)

    def run(self, requests: Sequence[int]) -> list[int]:
        self.batches.append(list(requests))
        self.entered.release()
        assert self.let.acquire(timeout=10)
        return [-request for request in requests]


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def worker(gate: Gate) -> AsyncIterator[BatchingWorker[int, int]]:
    worker = BatchingWorker[int, int](gate.run, name="test", max_waiting=4, max_batch=3)
    yield worker
    for _ in range(20):
        gate.let.release()
    await worker.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("test-")]


async def occupied(worker: BatchingWorker[int, int], gate: Gate) -> "asyncio.Task[int]":
    """Starts a request and returns when the worker is busy with it."""
    task = asyncio.create_task(worker.submit(0, deadline_s=10))
    await asyncio.to_thread(gate.entered.acquire)
    return task


async def queued(
    worker: BatchingWorker[int, int], request: int, priority: Priority = Priority.LIVE, deadline_s: float = 10
) -> "asyncio.Task[int]":
    """Starts a request and returns when it waits in the queue."""
    task = asyncio.create_task(worker.submit(request, deadline_s=deadline_s, priority=priority))
    await asyncio.sleep(0)  # one turn of the loop: the task runs up to its first wait
    return task


async def test_requests_that_wait_are_taken_together(worker: BatchingWorker[int, int], gate: Gate) -> None:
    tasks = [await occupied(worker, gate)] + [await queued(worker, n) for n in (1, 2, 3, 4)]
    for _ in range(3):
        gate.let.release()
    assert await asyncio.gather(*tasks) == [0, -1, -2, -3, -4]
    assert gate.batches == [[0], [1, 2, 3], [4]]
    counts = worker.counts()
    assert (counts.requests, counts.batches, counts.waiting) == (5, 3, 0)
    assert counts.busy_s > 0


async def test_a_live_answer_goes_before_speculation(worker: BatchingWorker[int, int], gate: Gate) -> None:
    tasks = [
        await occupied(worker, gate),
        await queued(worker, 1, Priority.BACKGROUND),
        await queued(worker, 2, Priority.SPECULATIVE),
        await queued(worker, 3),
        await queued(worker, 4),
    ]
    for _ in range(3):
        gate.let.release()
    await asyncio.gather(*tasks)
    assert gate.batches == [[0], [3, 4, 2], [1]]


async def test_a_full_queue_refuses_or_displaces(worker: BatchingWorker[int, int], gate: Gate) -> None:
    first = await occupied(worker, gate)
    waiting = [await queued(worker, n, Priority.SPECULATIVE) for n in (1, 2, 3, 4)]
    with pytest.raises(WorkerFull):
        await worker.submit(5, deadline_s=10, priority=Priority.SPECULATIVE)
    urgent = await queued(worker, 6)
    with pytest.raises(WorkerFull):
        await waiting[-1]  # the youngest of the least urgent
    for _ in range(3):
        gate.let.release()
    assert await asyncio.gather(first, urgent, *waiting[:3]) == [0, -6, -1, -2, -3]
    assert worker.counts().refused == 2


async def test_a_cancelled_request_never_runs(worker: BatchingWorker[int, int], gate: Gate) -> None:
    first = await occupied(worker, gate)
    speculative = await queued(worker, 1, Priority.SPECULATIVE)
    speculative.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speculative
    assert worker.counts().waiting == 0
    gate.let.release()
    await first
    assert gate.batches == [[0]]


async def test_a_deadline_is_kept(worker: BatchingWorker[int, int], gate: Gate) -> None:
    first = await occupied(worker, gate)
    with pytest.raises(WorkerLate):
        await worker.submit(1, deadline_s=0.01)
    assert (worker.counts().waiting, worker.counts().late) == (0, 1)
    gate.let.release()
    assert await first == 0


async def test_close_refuses_what_waits_and_finishes_what_runs(
    worker: BatchingWorker[int, int], gate: Gate
) -> None:
    first = await occupied(worker, gate)
    second = await queued(worker, 1)
    closing = asyncio.create_task(worker.close())
    with pytest.raises(WorkerClosed):
        await second
    gate.let.release()
    await closing
    assert await first == 0
    with pytest.raises(WorkerClosed):
        await worker.submit(2, deadline_s=1)
    await worker.close()


async def test_a_failure_reaches_the_caller_and_the_worker_lives() -> None:
    def run(requests: Sequence[int]) -> list[float]:
        return [1 / request for request in requests]

    worker = BatchingWorker[int, float](run, name="test", max_waiting=4, max_batch=1, threads=2)
    with pytest.raises(ZeroDivisionError):
        await worker.submit(0, deadline_s=5)
    assert await worker.submit(4, deadline_s=5) == 0.25
    await worker.close()


async def test_an_idle_worker_has_no_threads_to_close() -> None:
    worker = BatchingWorker[int, int](list, name="test", max_waiting=1, max_batch=1)
    await worker.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("test-")]


async def test_waiting_requests_are_shared_between_threads() -> None:
    gate = Gate()
    worker = BatchingWorker[int, int](gate.run, name="test", max_waiting=8, max_batch=8, threads=2)
    busy = [await occupied(worker, gate), await occupied(worker, gate)]
    waiting = [await queued(worker, n) for n in (1, 2, 3, 4)]
    for _ in range(6):
        gate.let.release()
    await asyncio.gather(*busy, *waiting)
    assert gate.batches[2] == [1, 2]
    await worker.close()


async def test_how_long_somebody_waited(worker: BatchingWorker[int, int], gate: Gate) -> None:
    assert worker.live_wait_s(last_s=60) == 0
    first = await occupied(worker, gate)
    waited_before_s = worker.live_wait_s(last_s=60)
    later = await queued(worker, 1, Priority.BACKGROUND)
    assert worker.live_wait_s(last_s=60) == waited_before_s  # nobody is on the telephone for that
    live = await queued(worker, 2)
    await asyncio.to_thread(gate.let.acquire, timeout=0.02)  # time passes, and nobody lets
    assert worker.live_wait_s(last_s=60) >= 0.02  # while it waits
    gate.let.release()
    gate.let.release()
    await asyncio.gather(first, later, live)
    assert 0.02 <= worker.live_wait_s(last_s=60) < 10
    assert worker.live_wait_s(last_s=0) == 0
