"""One answered call on an AudioSocket connection. Implements dialogue.line.Line."""

import asyncio
import logging
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from dialogue.line import FRAME_MS, FrameHeard, HungUp, KeyPressed, LineEvent, Samples
from ivr.media.clock import Clock
from ivr.media.ear import Ear
from ivr.media.heard import HeardQueue
from ivr.media.mouth import SILENCE, Mouth
from ivr.media.sender import PARTING_S, STALLED_MS, Sender

log = logging.getLogger(__name__)

CALLERS_KEYS = "0123456789*#"  # A-D exist on the wire, but no caller has such keys


class Tap(Protocol):
    """Gets both sides of a call, frame by frame."""

    def frame(self, at_ms: int, ours: Samples, theirs: Samples) -> None:
        """What was said and what was heard in the 20 ms from `at_ms`; (160,) int16 each.

        Every frame of the call once, in order. Runs on the event loop and must return at once.
        """
        ...


class Stage(StrEnum):
    TALKING = "talking"
    LEAVING = "leaving"  # we hang up when what is queued has been said
    LEFT = "left"  # the peer is gone; what it sent before is still being heard
    OVER = "over"


class MediaSession:
    """One call: speaks and listens once per tick of the shared clock; has no task of its own."""

    def __init__(self, attempt: UUID, sender: Sender, clock: Clock, *, heard_max_ms: int) -> None:
        self.attempt = attempt
        self.tap: Tap | None = None  # may be set at any time
        self._sender = sender
        self._mouth = Mouth()
        self._ear = Ear(max_ms=heard_max_ms)
        self._heard = HeardQueue(max_ms=heard_max_ms)
        self._said: Samples = SILENCE  # the frame of ours that is in the air
        self._axis = CallAxis(clock)
        self._stage = Stage.TALKING
        clock.listen(self, self._on_tick)

    @property
    def dropped_ms(self) -> int:
        """Caller audio that was thrown away because it came, or was fetched, too late."""
        return self._ear.dropped_ms + self._heard.dropped_ms

    @property
    def unsent_ms(self) -> int:
        """Audio of ours that the peer did not take."""
        return self._sender.unsent_ms

    # --- dialogue.line.Line

    def now_ms(self) -> int:
        return self._axis.now_ms()

    async def next_event(self) -> LineEvent:
        return await self._heard.get()

    def speak(self, samples: Samples) -> None:
        """After either side's hang-up: ignored."""
        if self._stage is Stage.TALKING:
            self._mouth.say(samples)

    def speaking_ms(self) -> int:
        """Counts the frame that is in the air: the prompt ends at now_ms() + speaking_ms()."""
        return self._mouth.left_ms()

    def stop_speaking(self) -> int:
        return self._mouth.stop()

    def duck(self, gain_db: float) -> None:
        """A duck ends with what is queued; the next prompt is at full level again."""
        self._mouth.duck(gain_db)

    async def hang_up(self) -> None:
        """Returns when the socket is closed: at most what is queued and a few seconds later."""
        if self._stage is Stage.TALKING:
            self._stage = Stage.LEAVING
        patience_s = (self._mouth.left_ms() + STALLED_MS) / 1_000 + PARTING_S
        closed = self._sender.closed
        await asyncio.wait((closed,), timeout=patience_s)
        if not closed.done():  # the clock stands still
            self.abort()
            await asyncio.wait((closed,), timeout=PARTING_S)

    # --- for the server, which owns the connection

    def hear(self, pcm: bytes) -> None:
        """Audio from the peer, as ivr.media.protocol.Audio holds it."""
        if self._stage is not Stage.OVER:
            self._ear.push(pcm)

    def key(self, digit: str) -> None:
        """The peer pressed a key."""
        if self._stage is not Stage.OVER and digit in CALLERS_KEYS:
            self._heard.put(KeyPressed(digit=digit, at_ms=self.now_ms()))

    def peer_ended(self) -> None:
        """The peer hung up, closed, or failed. What it sent before is still heard, then HungUp."""
        if self._stage in (Stage.TALKING, Stage.LEAVING):
            self._stage = Stage.LEFT
            self._mouth.stop()

    def abort(self) -> None:
        """Ends the call at once, without a word."""
        self._finish()
        self._sender.abort()

    # --- once per 20 ms

    def _on_tick(self, tick: int) -> None:
        try:
            for at_ms in self._axis.due(tick):  # more than one only after a gap in the ticks
                self._hear(at_ms)
            self._act()
        except Exception as failure:
            # A fault in one call (its tap, say) must not silence the others on this clock.
            log.error("call %s: ended by a fault in a tick: %s", self.attempt, type(failure).__name__)
            self.abort()

    def _hear(self, at_ms: int) -> None:
        theirs = self._ear.take()
        ours, self._said = self._said, SILENCE
        if self.tap is not None:
            self.tap.frame(at_ms, ours, theirs)
        self._heard.put(FrameHeard(samples=theirs, at_ms=at_ms))

    def _act(self) -> None:
        if self._stage is Stage.LEFT:
            if self._ear.backlog_ms == 0:
                self._finish()
        elif self._stage is Stage.LEAVING and self._mouth.silent:
            self._finish()
            self._sender.part()
        elif self._sender.stalled:
            log.warning("call %s: ended, the peer took no audio for %d ms", self.attempt, STALLED_MS)
            self.abort()
        else:
            frame = self._mouth.frame()
            if self._sender.send(frame):
                self._said = frame

    def _finish(self) -> None:
        self._stage = Stage.OVER
        self._mouth.stop()
        self._axis.close(self)
        self._heard.put(HungUp(at_ms=self.now_ms()))


class CallAxis:
    """Maps the shared clock's ticks to one call's milliseconds; frame 0 is the first tick after answering."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._first_tick: int | None = None  # None: not given yet
        self._now_ms = (
            0  # calls are given the same tick at different moments, so that the clock does not tell
        )
        self._next_ms = 0  # start of the first frame not yet heard

    def now_ms(self) -> int:
        return self._now_ms

    def due(self, tick: int) -> range:
        """Starts of the frames that are over by this tick and were not given before."""
        if self._first_tick is None:
            self._first_tick = tick
        self._now_ms = (tick - self._first_tick) * FRAME_MS
        first_ms, self._next_ms = self._next_ms, self._now_ms
        return range(first_ms, self._next_ms, FRAME_MS)

    def close(self, owner: object) -> None:
        self._clock.leave(owner)
