"""Voice activity for all calls: one model, one stream per call, windows of several calls in one run."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import numpy as np

from decision_hook.contract import SurveyError
from dialogue.hearing.silero import WINDOW, SileroEngine
from dialogue.line import Samples
from ivr.inference.voice_block import Moment, VoiceBlock, Windows
from ivr.inference.worker import BatchingWorker, WorkerCounts

_MAX_CALLS = 512
_MAX_MOMENTS = 4  # in one run: past about 60 windows none costs less, and the first waits for the last
# A window costs 37 us in a run of forty, 25 in one of a hundred. Calls beyond forty ask at other moments
# of the 20 ms: who asks this soon after a departure waits for those who ask next.
_APART_S = 0.009
_DEADLINE_S = 5.0  # a window takes 0.02 ms among others; later than this the machine itself is stuck

_Found = list[float]  # one per window


class SileroPool:
    """Owns the model and its one thread."""

    def __init__(self, models: Path) -> None:
        """`models`: the root of the gathered models. Raises SurveyError if the model is missing."""
        block = VoiceBlock(SileroEngine(models / "silero" / "silero_vad.onnx"), rows=_MAX_CALLS)
        self._worker = BatchingWorker[Moment, list[_Found]](
            block.hear,
            name="voice-activity",
            max_waiting=_MAX_CALLS,
            max_batch=_MAX_MOMENTS,
        )
        self._free = list(range(_MAX_CALLS))  # rows
        self._asked: list[tuple[Windows, asyncio.Future[_Found]]] = []
        self._departed_s = 0.0  # the loop's time
        self._trips: set[asyncio.Task[None]] = set()

    def stream(self) -> "SileroStream":
        """For one call, from its first frame on; to be closed. Raises SurveyError past 512 at once."""
        if not self._free:
            raise SurveyError(f"voice activity: {_MAX_CALLS} calls at once are the most; start fewer")
        return SileroStream(self._free.pop(), self._ask, self._free.append)

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

    def _ask(self, windows: Windows) -> asyncio.Future[_Found]:
        """Calls that tick together ask within one turn of the loop: one trip to the thread for all."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Found] = loop.create_future()
        if not self._asked:
            loop.call_at(self._departed_s + _APART_S, self._depart)
        self._asked.append((windows, answer))
        return answer

    def _depart(self) -> None:
        self._departed_s = asyncio.get_running_loop().time()
        asked, self._asked = self._asked, []
        trip = asyncio.create_task(self._travel(asked), name="voice activity")
        self._trips.add(trip)
        trip.add_done_callback(self._trips.discard)

    async def _travel(self, asked: list[tuple[Windows, asyncio.Future[_Found]]]) -> None:
        try:
            found = await self._worker.submit([windows for windows, _ in asked], deadline_s=_DEADLINE_S)
        except Exception as problem:  # belongs to those who wait
            for _, answer in asked:
                if not answer.done():
                    answer.set_exception(problem)
            return
        for (_, answer), probabilities in zip(asked, found, strict=True):
            if not answer.done():  # else its call is over
                answer.set_result(probabilities)


class SileroStream:
    """One call's ear. Not shared: frames in order, one trip at a time."""

    def __init__(
        self, row: int, ask: Callable[[Windows], Awaitable[_Found]], release: Callable[[int], object]
    ) -> None:
        """`row`: of the pool's block; `release` takes it back."""
        self._row, self._ask, self._release = row, ask, release
        self._first = True
        self._rest: Samples = np.empty(0, dtype=np.int16)
        self._latest = 0.0
        self._closed = False

    async def probabilities(self, frames: Sequence[Samples]) -> list[float]:
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
        found: _Found = []
        if cut:
            windows = Windows(row=self._row, first=self._first, samples=wave[:cut])
            found = await self._ask(windows)
            self._first = False
        answers, heard = [], before
        for frame in frames:
            heard += len(frame)
            finished = heard // WINDOW
            answers.append(found[finished - 1] if finished else self._latest)
        self._latest = found[-1] if found else self._latest
        return answers

    def close(self) -> None:
        """Idempotent; the pool goes on."""
        if not self._closed:
            self._closed = True
            self._release(self._row)
