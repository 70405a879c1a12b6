"""One call as its far end lived it: when it heard sound, when it spoke. On the machine's monotonic clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ivr.simulator.channel import FRAME, RATE_HZ
from ivr.simulator.mouth import Performance
from ivr.simulator.reply import Reply, Wait

AUDIBLE = 100  # int16, about -50 dBFS: above G.711's idle noise, below any speech
FRAME_S = FRAME / RATE_HZ


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One turn of the applicant. Times in seconds."""

    question_id: str
    began_s: float  # its own voice's first sample went out
    ends_s: float  # its last audible sample went out, or would have if nobody had cut in
    pauses_ms: tuple[int, ...]  # silences inside
    keyed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLog:
    """A sample sent or received counts as heard the moment its frame passes, plus its place in the frame."""

    zero_s: float  # when the call's first frame arrived, or would have from a punctual clock
    sounds_s: tuple[float, ...]  # first audible sample of every received frame that has one
    spoken: tuple[Spoken, ...]
    rendered_late: int = 0  # sentences that had to be synthesised during the bench


@dataclass(slots=True)
class _Turn:
    reply: Reply
    performance: Performance
    frames: int = 0  # sent so far
    began_s: float | None = None
    ends_s: float | None = None


class CallLedger:
    """Implements ivr.simulator.conversation.Ledger."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._frames = 0
        self._zero_s = float("inf")
        self._sounds: list[float] = []
        self._turns: list[_Turn] = []

    def heard(self, pcm: bytes) -> None:
        now = self._now()
        # The earliest arrival against an even pace: frames may come late, never early.
        self._zero_s = min(self._zero_s, now - self._frames * FRAME_S)
        self._frames += 1
        loud = np.flatnonzero(np.abs(np.frombuffer(pcm, dtype="<i2").astype(np.int32)) >= AUDIBLE)
        if loud.size:
            self._sounds.append(now + int(loud[0]) / RATE_HZ)

    def begins(self, reply: Reply, performance: Performance) -> None:
        if self._turns and self._turns[-1].began_s is None:
            self._turns.pop()  # put off before it was heard
        self._turns.append(_Turn(reply=reply, performance=performance))

    def sent(self) -> None:
        if not self._turns:
            return
        turn = self._turns[-1]
        now, performance = self._now(), turn.performance
        if performance.own_from is None or turn.ends_s is not None:
            return
        first, last = performance.own_from, max(performance.voiced_until - 1, performance.own_from)
        if turn.frames == first // FRAME:
            turn.began_s = now + first % FRAME / RATE_HZ
        if turn.frames == last // FRAME:
            turn.ends_s = now + last % FRAME / RATE_HZ
        turn.frames += 1

    def log(self, *, rendered_late: int = 0) -> CallLog:
        return CallLog(
            zero_s=self._zero_s,
            sounds_s=tuple(self._sounds),
            spoken=tuple(_spoken(turn) for turn in self._turns if turn.began_s is not None),
            rendered_late=rendered_late,
        )


def _spoken(turn: _Turn) -> Spoken:
    performance = turn.performance
    assert turn.began_s is not None
    assert performance.own_from is not None
    planned_s = turn.began_s + (performance.voiced_until - performance.own_from) / RATE_HZ
    return Spoken(
        question_id=turn.reply.question_id,
        began_s=turn.began_s,
        ends_s=planned_s if turn.ends_s is None else turn.ends_s,
        pauses_ms=tuple(step.ms for step in turn.reply.steps if isinstance(step, Wait)),
        keyed=bool(performance.keys),
    )
