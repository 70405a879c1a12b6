"""Voice activity for all calls: one model, one stream per call, windows of several calls in one run."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.silero import WINDOW, SileroEngine, SileroState, fresh_state
from ivr.inference.worker import BatchingWorker, WorkerCounts

# State, windows (k, 256) with k >= 1, and which of them are to be heard with a fresh state.
_Windows = tuple[SileroState, NDArray[np.float32], NDArray[np.bool_]]
_Steps = tuple[list[float], SileroState]

# After a second of telephone silence the model's memory has gone deaf: on eight recorded calls it took
# 76-90 % of the loud windows for speech, and 91-98 % when it began afresh.
_QUIET_DB = -55.0
_FRESH_AFTER = 30  # quiet windows: 0.96 s

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
    states = [state for state, _, _ in streams]
    found: list[list[float]] = [[] for _ in streams]
    for k in range(max(len(windows) for _, windows, _ in streams)):
        going = [i for i, (_, windows, _) in enumerate(streams) if k < len(windows)]
        for i in going:
            if streams[i][2][k]:
                states[i] = fresh_state()
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
        self._quiet = 0  # windows of silence just now
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
            request = (self._state, windows, self._afresh(windows))
            found, self._state = await self._worker.submit(request, deadline_s=_DEADLINE_S)
        answers, heard = [], before
        for frame in frames:
            heard += len(frame)
            finished = heard // WINDOW
            answers.append(found[finished - 1] if finished else self._latest)
        self._latest = found[-1] if found else self._latest
        return answers

    def _afresh(self, windows: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which windows follow so long a silence that the model should forget."""
        power = np.square(windows).mean(axis=1)
        afresh = np.zeros(len(windows), dtype=np.bool_)
        for k, quiet in enumerate(power < 10 ** (_QUIET_DB / 10)):
            self._quiet = self._quiet + 1 if quiet else 0
            afresh[k] = self._quiet >= _FRESH_AFTER
        return afresh

    def close(self) -> None:
        """Idempotent; the pool goes on."""
        self._closed = True
