"""Voice activity for all calls: one model, one stream per call, windows of several calls in one run."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.silero import WINDOW, SileroEngine, SileroState, fresh_state
from ivr.inference.worker import BatchingWorker, WorkerCounts

# After a second of telephone silence the model's memory has gone deaf: on eight recorded calls it took
# 76-90 % of the loud windows for speech, and 91-98 % when it began afresh.
_QUIET_DB = -55.0
_FRESH_AFTER = 30  # quiet windows: 0.96 s

_FULL_SCALE = np.float32(1 / 32_768)

_MAX_CALLS = 512
_MAX_MOMENTS = 4  # in one run: past about 60 windows none costs less, and the first waits for the last
_DEADLINE_S = 5.0  # a window takes 0.1 ms; later than this the machine itself is stuck


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What one call's stream carries from window to window."""

    silero: SileroState
    quiet: int  # windows of silence just now


_Windows = tuple[_Heard, NDArray[np.int16]]  # (k * 256,), k >= 1
_Steps = tuple[list[float], _Heard]
_Moment = list[_Windows]  # of the calls that asked at the same moment


class SileroPool:
    """Owns the model and its one thread."""

    def __init__(self, models: Path) -> None:
        """`models`: the root of the gathered models. Raises SurveyError if the model is missing."""
        engine = SileroEngine(models / "silero" / "silero_vad.onnx")
        self._worker = BatchingWorker[_Moment, list[_Steps]](
            lambda moments: step_moments(engine, moments),
            name="voice-activity",
            max_waiting=_MAX_CALLS,
            max_batch=_MAX_MOMENTS,
        )
        self._asked: list[tuple[_Windows, asyncio.Future[_Steps]]] = []
        self._trips: set[asyncio.Task[None]] = set()

    def stream(self) -> "SileroStream":
        """For one call, from its first frame on."""
        return SileroStream(self._ask)

    def counts(self) -> WorkerCounts:
        """A request is one moment's windows of all calls that ticked together."""
        return self._worker.counts()

    def live_wait_s(self, *, last_s: float) -> float:
        """See BatchingWorker."""
        return self._worker.live_wait_s(last_s=last_s)

    async def close(self) -> None:
        await self._worker.close()
        if self._trips:
            await asyncio.wait(self._trips)

    def _ask(self, windows: _Windows) -> "asyncio.Future[_Steps]":
        """Calls that tick together ask within one turn of the loop: one trip to the thread for all."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Steps] = loop.create_future()
        if not self._asked:
            loop.call_soon(self._depart)
        self._asked.append((windows, answer))
        return answer

    def _depart(self) -> None:
        asked, self._asked = self._asked, []
        trip = asyncio.create_task(self._travel(asked), name="voice activity")
        self._trips.add(trip)
        trip.add_done_callback(self._trips.discard)

    async def _travel(self, asked: "list[tuple[_Windows, asyncio.Future[_Steps]]]") -> None:
        try:
            found = await self._worker.submit([windows for windows, _ in asked], deadline_s=_DEADLINE_S)
        except Exception as problem:  # belongs to those who wait
            for _, answer in asked:
                if not answer.done():
                    answer.set_exception(problem)
            return
        for (_, answer), steps in zip(asked, found, strict=True):
            if not answer.done():  # else its call is over
                answer.set_result(steps)


def step_moments(engine: SileroEngine, moments: Sequence[_Moment]) -> list[list[_Steps]]:
    """The windows of several moments in one run of the model. Blocks."""
    steps = iter(step_all(engine, [windows for moment in moments for windows in moment]))
    return [[next(steps) for _ in moment] for moment in moments]


def step_all(engine: SileroEngine, streams: Sequence[_Windows]) -> list[_Steps]:
    """Each stream's windows in order, the streams side by side in one run of the model. Blocks."""
    every = np.concatenate([windows for _, windows in streams]).reshape(-1, WINDOW) * _FULL_SCALE
    quiet = (np.square(every).mean(axis=1) < 10 ** (_QUIET_DB / 10)).tolist()
    counts = [len(windows) // WINDOW for _, windows in streams]
    begins = [0, *itertools.accumulate(counts)]
    states = [heard for heard, _ in streams]
    found: list[list[float]] = [[] for _ in streams]
    for k in range(max(counts)):
        going = [i for i, count in enumerate(counts) if k < count]
        quiets = [states[i].quiet + 1 if quiet[begins[i] + k] else 0 for i in going]
        # Which follow so long a silence that the model should forget.
        before = [
            fresh_state() if quiets[n] >= _FRESH_AFTER else states[i].silero for n, i in enumerate(going)
        ]
        steps = engine.step_many([(before[n], every[begins[i] + k]) for n, i in enumerate(going)])
        for n, i in enumerate(going):
            probability, after = steps[n]
            found[i].append(probability)
            states[i] = _Heard(silero=after, quiet=quiets[n])
    return list(zip(found, states, strict=True))


class SileroStream:
    """One call's ear. Not shared: frames in order, one trip at a time."""

    def __init__(self, ask: Callable[[_Windows], Awaitable[_Steps]]) -> None:
        self._ask = ask
        self._state = _Heard(silero=fresh_state(), quiet=0)
        self._rest: NDArray[np.int16] = np.empty(0, dtype=np.int16)
        self._latest = 0.0
        self._closed = False

    async def probabilities(self, frames: Sequence[NDArray[np.int16]]) -> list[float]:
        """See dialogue.turn.activity.VoiceActivity: one trip to the model for all frames that wait.

        A window ends with two frames out of three, so an answer is up to 20 ms old. Raises
        WorkerUnavailable if the model gave no answer in time; ValueError if the stream is closed.
        """
        if self._closed:
            raise ValueError("this voice-activity stream is closed")
        before = len(self._rest)
        wave = np.concatenate((self._rest, *frames))
        cut = len(wave) // WINDOW * WINDOW
        self._rest = wave[cut:]
        found: list[float] = []
        if cut:
            found, self._state = await self._ask((self._state, wave[:cut]))
        answers, heard = [], before
        for frame in frames:
            heard += len(frame)
            finished = heard // WINDOW
            answers.append(found[finished - 1] if finished else self._latest)
        self._latest = found[-1] if found else self._latest
        return answers

    def close(self) -> None:
        """Idempotent; the pool goes on."""
        self._closed = True
