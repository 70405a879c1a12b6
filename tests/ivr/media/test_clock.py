"""The shared clock, mostly in virtual time: punctual, monotonic, and never in bursts."""

import asyncio
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest

from ivr.media.clock import PHASES, TOGETHER, SharedClock


class VirtualLoop:
    """The two methods of an event loop that a clock needs; sleeps as long as the test says."""

    def __init__(self) -> None:
        self.now_s = 1_000.0
        self._due: tuple[float, Callable[[], None]] | None = None

    def time(self) -> float:
        return self.now_s

    def call_at(self, when_s: float, ring: Callable[[], None]) -> "VirtualLoop":
        self._due = (when_s, ring)
        return self

    def cancel(self) -> None:
        self._due = None

    def run(self, rings: int, *, late_s: float = 0.0) -> None:
        for _ in range(rings):
            assert self._due is not None
            when_s, ring = self._due
            self.now_s = max(self.now_s, when_s) + late_s
            ring()


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> VirtualLoop:
    virtual = VirtualLoop()
    monkeypatch.setattr("ivr.media.clock.asyncio.get_running_loop", lambda: virtual)
    return virtual


class Log:
    """What one listener saw: (tick, ms since the start)."""

    def __init__(self, clock: SharedClock, loop: VirtualLoop) -> None:
        self._loop, self._start_s = loop, loop.now_s
        self.seen: list[tuple[int, int]] = []
        clock.listen(self, self._ticked)

    def _ticked(self, tick: int) -> None:
        self.seen.append((tick, round((self._loop.now_s - self._start_s) * 1_000)))


def started(loop: VirtualLoop) -> tuple[SharedClock, Log]:
    clock = SharedClock()
    clock.start()
    return clock, Log(clock, loop)


def test_a_tick_every_20_ms(loop: VirtualLoop) -> None:
    clock, log = started(loop)
    loop.run(4)
    assert log.seen == [(1, 20), (2, 40), (3, 60), (4, 80)]
    assert clock.tick == 4


def test_lateness_does_not_add_up(loop: VirtualLoop) -> None:
    clock, log = started(loop)
    loop.run(50, late_s=0.003)
    assert log.seen[-1] == (50, 1_003)
    late = clock.lateness()
    assert (late.ticks, late.skipped, late.p50_ms, late.p99_ms) == (50, 0, 3.0, 3.0)


def test_a_few_late_ticks_are_made_up_5_ms_apart(loop: VirtualLoop) -> None:
    clock, log = started(loop)
    loop.run(1, late_s=0.070)
    loop.run(8)
    assert log.seen == [
        (1, 90),
        (2, 95),
        (3, 100),
        (4, 105),
        (5, 110),
        (6, 120),
        (7, 140),
        (8, 160),
        (9, 180),
    ]
    assert clock.lateness().skipped == 0


def test_many_late_ticks_are_skipped(loop: VirtualLoop) -> None:
    clock, log = started(loop)
    loop.run(1, late_s=0.250)
    loop.run(2)
    assert log.seen == [(13, 270), (14, 280), (15, 300)]
    assert clock.lateness().skipped == 12
    assert clock.lateness().max_ms == 250.0


def test_whoever_left_is_not_called_even_in_the_same_tick(loop: VirtualLoop) -> None:
    clock, log = started(loop)
    loop.run(1)
    clock.leave(log)
    clock.leave(log)
    loop.run(1)
    assert len(log.seen) == 1


def test_starting_twice_and_closing_twice_change_nothing(loop: VirtualLoop) -> None:
    clock, log = started(loop)
    clock.start()
    loop.run(2)
    clock.close()
    clock.close()
    assert len(log.seen) == 2
    clock.start()
    loop.run(1)
    assert log.seen[-1] == (3, 60)


def crowd(loop: VirtualLoop, count: int) -> tuple[SharedClock, list[Log]]:
    clock = SharedClock()
    clock.start()
    return clock, [Log(clock, loop) for _ in range(count)]


def test_a_few_dozen_calls_tick_together_and_more_are_spread_over_the_20_ms(loop: VirtualLoop) -> None:
    _, few = crowd(loop, TOGETHER)
    loop.run(2)
    assert {tuple(log.seen) for log in few} == {((1, 20), (2, 40))}
    _, many = crowd(loop, TOGETHER * PHASES)
    loop.run(3 * PHASES)
    firsts = Counter(log.seen[0] for log in many)
    assert firsts == {(1, 20 + 2 * phase): TOGETHER for phase in range(PHASES)}
    for log in many:
        (tick, at_ms), *_ = log.seen
        assert log.seen == [(tick + n, at_ms + 20 * n) for n in range(3)]  # each at its own even pace


def test_past_that_all_phases_share(loop: VirtualLoop) -> None:
    _, many = crowd(loop, TOGETHER * PHASES + PHASES)
    loop.run(PHASES)
    assert set(Counter(log.seen[0] for log in many).values()) == {TOGETHER + 1}


def test_whoever_comes_in_the_middle_of_a_tick_waits_no_longer_than_a_tick(loop: VirtualLoop) -> None:
    clock, logs = crowd(loop, 3 * TOGETHER)  # three phases: at 0, 4 and 10 ms
    loop.run(2)
    newcomer = Log(clock, loop)  # at 24 ms, into the phase at 14 ms
    loop.run(2)
    assert newcomer.seen == [(1, 10)]
    loop.run(1)
    clock.leave(logs[0])
    other = Log(clock, loop)  # at 40 ms, into the one that has just rung
    loop.run(4)
    assert other.seen == [(3, 20)]


def test_late_phases_are_made_up_and_skipped_like_ticks(loop: VirtualLoop) -> None:
    clock, logs = crowd(loop, TOGETHER * PHASES)
    loop.run(PHASES)
    loop.run(1, late_s=0.050)
    loop.run(6 * PHASES)
    assert clock.lateness().skipped == 0
    for log in logs:
        ticks = [tick for tick, _ in log.seen]
        assert ticks == list(range(1, len(ticks) + 1))  # nobody lost one
        times_ms = [at_ms for _, at_ms in log.seen]
        assert min(later - earlier for earlier, later in pairwise(times_ms)) >= 5  # and no burst
        assert times_ms[-1] == log.seen[0][1] + 20 * (ticks[-1] - 1)  # punctual again
    loop.run(1, late_s=0.250)
    loop.run(2 * PHASES)
    assert clock.lateness().skipped == 12
    assert all(log.seen[-1][0] > log.seen[-2][0] for log in logs)


def test_nobody_listens_and_the_tick_goes_on(loop: VirtualLoop) -> None:
    clock, logs = crowd(loop, 2 * TOGETHER)
    loop.run(4)
    for log in logs:
        clock.leave(log)
    loop.run(3)
    assert clock.tick == 5
    assert {len(log.seen) for log in logs} == {2}


async def test_on_a_real_loop() -> None:
    clock, ticks, enough = SharedClock(), list[int](), asyncio.Event()

    def ticked(tick: int) -> None:
        ticks.append(tick)
        if len(ticks) == 5:
            enough.set()

    assert clock.lateness().p99_ms is None
    clock.listen("test", ticked)
    clock.start()
    async with asyncio.timeout(5):
        await enough.wait()
    clock.close()
    assert ticks == sorted(ticks)
    assert clock.lateness().p50_ms is not None
