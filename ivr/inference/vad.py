"""Voice activity for all calls: one model, one stream per call, windows of several calls in one run."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.silero import WINDOW, SileroEngine, SileroState, fresh_state
from ivr.inference.worker import BatchingWorker, WorkerCounts

_Windows = tuple[SileroState, NDArray[np.float32]]  # (k, 256), k >= 1
_Steps = tuple[list[float], SileroState]

_MAX_CALLS = 512
_DEADLINE_S = 5.0  # a window takes 0.1 ms; later than this the machine itself is stuck


class SileroPool:
    """Owns the model and its one thread."""

    def __init__(self, models: Path) -> None:
        """`models`: the root of the gathered models. Raises SurveyError if the model is missing."""
        engine = SileroEngine(models / "silero" / "silero_vad.onnx")
        self._worker = BatchingWorker[_Windows, _Steps](
            lambda streams: step_all(engine, streams),
            name="voice-activity",
            max_waiting=_MAX_CALLS,
            max_batch=64,
        )

    def stream(self) -> "SileroStream":
        """For one call, from its first frame on."""
        return SileroStream(self._worker)

    def counts(self) -> WorkerCounts:
        return self._worker.counts()

    async def close(self) -> None:
        await self._worker.close()


def step_all(engine: SileroEngine, streams: Sequence[_Windows]) -> list[_Steps]:
    """Each stream's windows in order, the streams side by side in one run of the model. Blocks."""
    states = [state for state, _ in streams]
    found: list[list[float]] = [[] for _ in streams]
    for k in range(max(len(windows) for _, windows in streams)):
        going = [i for i, (_, windows) in enumerate(streams) if k < len(windows)]
        steps = engine.step_many([(states[i], streams[i][1][k]) for i in going])
        for i, (probability, state) in zip(going, steps, strict=True):
            found[i].append(probability)
            states[i] = state
    return list(zip(found, states, strict=True))


class SileroStream:
    """One call's ear. Not shared: frames in order, one trip at a time."""

    def __init__(self, worker: BatchingWorker[_Windows, _Steps]) -> None:
        self._worker = worker
        self._state = fresh_state()
        self._rest = np.empty(0, dtype=np.float32)
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
        wave = np.concatenate([self._rest, *(frame.astype(np.float32) / 32_768 for frame in frames)])
        whole = len(wave) // WINDOW
        windows, self._rest = wave[: whole * WINDOW].reshape(whole, WINDOW), wave[whole * WINDOW :]
        found: list[float] = []
        if whole:
            found, self._state = await self._worker.submit((self._state, windows), deadline_s=_DEADLINE_S)
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
