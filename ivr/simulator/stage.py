"""The next 20 ms of one applicant: the turn that is being spoken, else the room."""

from dataclasses import dataclass

import numpy as np

from ivr.simulator.channel import FRAME, Pcm
from ivr.simulator.mouth import Performance

_SILENCE: Pcm = np.zeros(FRAME, dtype=np.int16)
_FADE = np.linspace(1, 0, FRAME, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedFrame:
    pcm: bytes  # 320 bytes, int16 little-endian
    keys: tuple[str, ...] = ()  # pressed within these 20 ms


class Stage:
    """Plays one turn at a time over a looped background."""

    def __init__(self) -> None:
        self.background: Pcm = _SILENCE  # whole frames
        self.finished: Performance | None = None  # the turn that has just ended by itself
        self._turn: Performance | None = None
        self._at = 0  # frame of the turn
        self._room_at = 0  # frame of the background
        self._stopping = False

    @property
    def before_own_voice(self) -> bool:
        """Is a turn on in which the applicant has not been heard yet?"""
        turn = self._turn
        return turn is not None and (turn.own_from is None or self._at * FRAME <= turn.own_from)

    def play(self, turn: Performance) -> None:
        self._turn, self._at, self._stopping = turn, 0, False

    def stop(self) -> None:
        """Silent after a fade of one frame. The turn does not count as finished."""
        self._stopping = True

    def next_frame(self) -> StagedFrame:
        turn = self._turn
        if turn is None:
            return StagedFrame(pcm=_bytes(self._room()))
        start = self._at * FRAME
        frame = turn.pcm[start : start + FRAME]
        self._at += 1
        if frame.size < FRAME:  # an empty turn
            frame = self._room()
        keys = tuple(key for at, key in turn.keys if start <= at < start + FRAME)
        if self._stopping:
            self._turn = None
            return StagedFrame(pcm=_bytes((frame * _FADE).astype(np.int16)))
        if self._at >= turn.frames:
            self._turn, self.finished = None, turn
        return StagedFrame(pcm=_bytes(frame), keys=keys)

    def _room(self) -> Pcm:
        frames = self.background.size // FRAME
        start = self._room_at % frames * FRAME
        self._room_at += 1
        return self.background[start : start + FRAME]


def _bytes(frame: Pcm) -> bytes:
    return frame.astype("<i2").tobytes()
