"""How many calls one machine carries: AudioSocket server, clock and voice activity under a crowd of callers.

Every call speaks without end, hears without end, and every frame it hears goes through the voice-activity
model and back to the call, as in a real one. Nothing else of a conversation takes place.
"""

import asyncio
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import numpy as np

from config.settings import MediaSettings, Settings
from decision_hook.contract import SurveyError
from dialogue.line import FRAME_MS, FrameHeard, HungUp, Samples
from ivr.bench.child import Child
from ivr.bench.crowd import numbered
from ivr.bench.crowd_messages import CrowdHeard, CrowdMeasures, HoldCalls
from ivr.bench.vowels import vowels
from ivr.bench.wire import receive, send
from ivr.inference.vad import SileroPool
from ivr.media.clock import SharedClock
from ivr.media.server import MediaServer
from ivr.media.session import MediaSession
from ivr.settled import settled

GOAL_LATE_P99_MS = 5.0
SETTLE_S = 2.0
CONNECTING_S = 30.0
SPEECH_S = 8
SPEECH_FROM = 0.5  # probability
STEP = 10  # calls; the search is not finer
TRIAL_S = 8.0  # of the search; its last word is measured for the full time
STRANGERS = 64  # connections that may be about to say who they are, for all come at once
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """So many calls for so long."""

    calls: int
    seconds: float
    late_p50_ms: float
    late_p99_ms: float
    late_max_ms: float
    lost_ours: int  # frames of ours that never reached their caller
    lost_theirs: int  # callers' frames that were thrown away because they came, or were fetched, too late
    speech: float  # share of the callers' frames taken for speech; they never pause
    cpu_s: float  # of our process
    callers_cpu_cores: float  # of the load generator
    callers_late_ms: float  # the latest that the load generator itself ever was

    @property
    def lost(self) -> int:
        return self.lost_ours + self.lost_theirs

    @property
    def holds(self) -> bool:
        return self.late_p99_ms <= GOAL_LATE_P99_MS and self.lost == 0

    def report(self) -> dict[str, object]:
        """The keys of `shengwen bench media --json`."""
        return {
            "calls": self.calls,
            "holds": self.holds,
            "clock_late_ms": {
                "p50": round(self.late_p50_ms, 2),
                "p99": round(self.late_p99_ms, 2),
                "max": round(self.late_max_ms, 2),
            },
            "frames_lost": self.lost,
            "lost": {"to_callers": self.lost_ours, "from_callers": self.lost_theirs},
            "cpu_cores": round(self.cpu_s / self.seconds, 3),
            "speech": round(self.speech, 3),
            "callers": {
                "cpu_cores": round(self.callers_cpu_cores, 3),
                "late_ms_max": round(self.callers_late_ms, 1),
            },
            "seconds": round(self.seconds, 1),
        }


@dataclass(slots=True)
class _Ear:
    """What one call heard."""

    session: MediaSession
    frames: int = 0
    speech: int = 0


class MediaBench:
    """An open bench: the crowd's process, and the model."""

    def __init__(self, settings: MediaSettings, pool: SileroPool, reader: StreamReader, writer: StreamWriter):
        self._settings, self._pool, self._reader, self._writer = settings, pool, reader, writer
        self._speech = vowels(SPEECH_S)

    async def trial(self, calls: int, seconds: float) -> Trial:
        """Raises SurveyError if a call could not be made, or was lost."""
        clock = SharedClock()
        server = MediaServer(self._settings, clock)
        try:
            address = await server.start()
            return await self._hold(server, address, calls, seconds)
        except ExceptionGroup as problems:  # of the calls: what ended one ended all
            raise problems.exceptions[0] from None
        finally:
            await server.close()
            clock.close()

    async def _hold(self, server: MediaServer, address: tuple[str, int], calls: int, seconds: float) -> Trial:
        prompt = numbered(round((seconds + SETTLE_S + CONNECTING_S) * 1_000 / FRAME_MS)).reshape(-1)
        attempts = tuple(uuid4() for _ in range(calls))
        ears: list[_Ear] = []
        async with asyncio.TaskGroup() as group:
            for attempt in attempts:
                group.create_task(self._call(server, attempt, prompt, ears), name=f"bench call {attempt}")
            order = HoldCalls(
                attempts=attempts,
                host=address[0],
                port=address[1],
                speech=self._speech.astype("<i2").tobytes(),
                settle_s=SETTLE_S,
                seconds=seconds,
            )
            send(self._writer, order)
            if not isinstance(await receive(self._reader), CrowdMeasures):
                raise SurveyError("bench: the load generator could not make the calls; see its message above")
            began_s, cpu_s, before = time.monotonic(), time.process_time(), _Sum.of(ears)
            heard = await receive(self._reader)
            measured_s, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
            after = _Sum.of(ears)
        if not isinstance(heard, CrowdHeard):
            raise SurveyError("bench: the load generator lost a call; see its message above")
        late_ms = heard.late_ms if heard.late_ms.size else np.array([np.inf], np.float32)
        p50, p99 = np.percentile(late_ms, (50, 99))
        frames = after.frames - before.frames
        return Trial(
            calls=calls,
            seconds=measured_s,
            late_p50_ms=float(p50),
            late_p99_ms=float(p99),
            late_max_ms=float(late_ms.max()),
            lost_ours=heard.lost,
            lost_theirs=after.dropped - before.dropped + heard.unsent,
            speech=(after.speech - before.speech) / max(1, frames),
            cpu_s=cpu_s,
            callers_cpu_cores=heard.cpu_cores,
            callers_late_ms=heard.own_late_ms,
        )

    async def _call(self, server: MediaServer, attempt: UUID, prompt: Samples, ears: list[_Ear]) -> None:
        session = await server.expect(attempt)
        session.speak(prompt)
        ear = _Ear(session=session)
        ears.append(ear)
        stream = self._pool.stream()
        try:
            while not isinstance(event := await session.next_event(), HungUp):
                if isinstance(event, FrameHeard):
                    (probability,) = await stream.probabilities((event.samples,))
                    ear.frames += 1
                    ear.speech += probability >= SPEECH_FROM
        finally:
            stream.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sum:
    """Over all calls, so far."""

    frames: int
    speech: int
    dropped: int

    @classmethod
    def of(cls, ears: list[_Ear]) -> "_Sum":
        return cls(
            frames=sum(ear.frames for ear in ears),
            speech=sum(ear.speech for ear in ears),
            dropped=sum(ear.session.dropped_ms for ear in ears) // FRAME_MS,
        )


@asynccontextmanager
async def open_media_bench(settings: Settings) -> AsyncIterator[MediaBench]:
    """Raises SurveyError if the voice-activity model is missing."""
    async with AsyncExitStack() as stack:
        pool = SileroPool(settings.models)
        stack.push_async_callback(pool.close)
        crowd = Child("ivr.bench.crowd")
        stack.push_async_callback(crowd.close)
        stack.enter_context(settled())  # as in the house
        private = settings.media.model_copy(update={"port": 0, "max_unknown_connections": STRANGERS})
        yield MediaBench(private, pool, *await crowd.start())


async def largest(bench: MediaBench, *, below: int, seconds: float, tell: Told) -> Trial | None:
    """The largest number of calls that holds, fewer than `below`; None: not even the smallest does.

    Halves the interval with short trials, then confirms for the full time, going down while it must.
    """
    good, bad = 0, -(-below // STEP)  # in steps
    while bad - good > 1:
        middle = (good + bad) // 2
        trial = await bench.trial(middle * STEP, min(TRIAL_S, seconds))
        tell(one_line(trial))
        good, bad = (middle, bad) if trial.holds else (good, middle)
    while good > 0:
        trial = await bench.trial(good * STEP, seconds)
        tell(one_line(trial))
        if trial.holds:
            return trial
        good -= max(1, good // 20)
    return None


def one_line(trial: Trial) -> str:
    return (
        f"{trial.calls} calls: {'held' if trial.holds else 'not held'}; late p50 {trial.late_p50_ms:.1f}, "
        f"p99 {trial.late_p99_ms:.1f}, at most {trial.late_max_ms:.0f} ms; {trial.lost} frames lost; "
        f"{trial.cpu_s / trial.seconds:.2f} cores"
    )
