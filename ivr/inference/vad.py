"""Voice activity for all calls: one model, one stream per call, windows of several calls in one run."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.silero import WINDOW, SileroEngine, SileroState, fresh_state
from ivr.inference.worker import BatchingWorker, WorkerCounts

_Window = tuple[SileroState, NDArray[np.float32]]
_Step = tuple[float, SileroState]

_MAX_CALLS = 512
_DEADLINE_S = 1.0  # a window takes 0.1 ms; later than this the machine itself is stuck


class SileroPool:
    """Owns the model and its one thread."""

    def __init__(self, models: Path) -> None:
        """`models`: the root of the gathered models. Raises SurveyError if the model is missing."""
        engine = SileroEngine(models / "silero" / "silero_vad.onnx")
        self._worker = BatchingWorker[_Window, _Step](
            engine.step_many, name="voice-activity", max_waiting=_MAX_CALLS, max_batch=64
        )

    def stream(self) -> "SileroStream":
        """For one call, from its first frame on."""
        return SileroStream(self._worker)

    def counts(self) -> WorkerCounts:
        return self._worker.counts()

    async def close(self) -> None:
        await self._worker.close()


class SileroStream:
    """One call's ear. Not shared: one frame at a time, in order."""

    def __init__(self, worker: BatchingWorker[_Window, _Step]) -> None:
        self._worker = worker
        self._state = fresh_state()
        self._rest = np.empty(0, dtype=np.float32)
        self._latest = 0.0
        self._closed = False

    async def probability(self, frame: NDArray[np.int16]) -> float:
        """Probability 0..1 of speech in the latest full 32 ms window; `frame`: (160,) int16 at 8 kHz.

        A window ends with two frames out of three, so the answer is up to 20 ms old. Raises
        WorkerUnavailable if the model gave no answer in time or the stream is closed.
        """
        if self._closed:
            raise ValueError("this voice-activity stream is closed")
        self._rest = np.concatenate([self._rest, frame.astype(np.float32) / 32_768])
        if len(self._rest) >= WINDOW:
            window, self._rest = self._rest[:WINDOW], self._rest[WINDOW:]
            self._latest, self._state = await self._worker.submit(
                (self._state, window), deadline_s=_DEADLINE_S
            )
        return self._latest

    def close(self) -> None:
        """Idempotent; the pool goes on."""
        self._closed = True
