"""One applicant on one connected line: hears the prompts, speaks the turns. Whichever side connected."""

import asyncio
import logging
import time
from asyncio import StreamReader, StreamWriter
from collections import deque
from typing import Protocol

import numpy as np

from ivr.media.protocol import Audio, Decoder, Digit, HangUp, PeerError, ProtocolError, encode
from ivr.simulator.attention import Attention
from ivr.simulator.channel import FRAME
from ivr.simulator.cue import Cue
from ivr.simulator.mouth import Mouth, Performance
from ivr.simulator.persona import FarEnd, Persona
from ivr.simulator.reply import Reply
from ivr.simulator.stage import Stage, StagedFrame
from ivr.simulator.studio import Studio

log = logging.getLogger(__name__)

FRAME_S = 0.020
TALKED_OVER_MS = 700  # a person stops when talked over for so long
INSISTS_MS = 1_500  # an insistent one
RESUMED_MS = 200  # the prompt goes on while the applicant has not begun: it was not over
NOBODY_THERE_S = 60.0  # nothing heard for so long: the applicant hangs up
LONGEST_CALL_S = 900.0
VOICEMAIL_S = 30.0  # how long a voicemail records
READ_TIMEOUT_S = 10.0  # AudioSocket peers send a frame every 20 ms
MAX_UNSENT_BYTES = 32_000  # 2 s: beyond it the peer has stalled, and frames are dropped


class Respondent(Protocol):
    """Who answers; see `Applicant`."""

    @property
    def persona(self) -> Persona: ...

    def hello(self) -> Reply | None: ...

    def reply(self, cue: Cue) -> Reply | None: ...


class Ledger(Protocol):
    """Takes down one call as its far end hears and speaks it. Called at the moment; must return at once."""

    def heard(self, pcm: bytes) -> None:
        """20 ms, int16 little-endian, that have just come in."""
        ...

    def begins(self, reply: Reply, performance: Performance) -> None:
        """The next frame sent is the turn's first."""
        ...

    def sent(self) -> None:
        """A frame has just gone out."""
        ...


class Conversation:
    """Runs one call of one applicant. What belongs to the call lives here; studio and cues are shared."""

    def __init__(
        self,
        *,
        applicant: Respondent,
        mouth: Mouth,
        studio: Studio,
        cues: "asyncio.Queue[Cue]",
        ledger: Ledger | None = None,
    ) -> None:
        """`ledger`: who measures this call; None: nobody."""
        self._applicant = applicant
        self._mouth = mouth
        self._studio = studio
        self._cues = cues
        self._ledger = ledger
        self._attention = Attention()
        self._heard: deque[float] = deque(maxlen=500)  # frame levels; full: the oldest are forgotten
        self._stage = Stage()
        self._pending: tuple[Reply, asyncio.Task[Performance]] | None = None
        self._playing: tuple[Reply, asyncio.Task[Performance]] | None = None
        self.dropped_frames = 0
        self.late_ms = 0  # that the applicant stayed silent because the words were not rendered yet

    async def run(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Until either side hangs up; closes the writer. Raises SurveyError if a turn cannot be spoken."""
        try:
            async with asyncio.timeout(LONGEST_CALL_S), asyncio.TaskGroup() as group:
                gone = asyncio.Event()
                ear = group.create_task(self._listen(reader, gone), name="applicant's ear")
                try:
                    await self._live(writer, gone, group)
                finally:
                    ear.cancel()
                    for held in (self._pending, self._playing):
                        if held is not None:
                            held[1].cancel()
        except TimeoutError:
            log.warning("a synthetic applicant's call was longer than %d s and is ended", LONGEST_CALL_S)
        except ExceptionGroup as group_problem:
            raise group_problem.exceptions[0] from None
        finally:
            writer.close()
            if self.late_ms:
                log.info("a synthetic applicant's words were late by %d ms in all", self.late_ms)

    async def _listen(self, reader: StreamReader, gone: asyncio.Event) -> None:
        """Levels of received frames, until the peer hangs up, dies or talks nonsense."""
        decoder = Decoder()
        rest = b""
        try:
            while True:
                chunk = await asyncio.wait_for(reader.read(4_096), READ_TIMEOUT_S)
                if not chunk:
                    return
                for frame in decoder.feed(chunk):
                    if isinstance(frame, HangUp | PeerError):
                        return
                    if isinstance(frame, Audio):
                        rest += frame.pcm
                        while len(rest) >= 2 * FRAME:
                            self._heard.append(_rms(rest[: 2 * FRAME]))
                            if self._ledger is not None:
                                self._ledger.heard(rest[: 2 * FRAME])
                            rest = rest[2 * FRAME :]
        except (TimeoutError, OSError, ProtocolError):
            return
        finally:
            gone.set()

    async def _live(self, writer: StreamWriter, gone: asyncio.Event, group: asyncio.TaskGroup) -> None:
        """Sends a frame every 20 ms, from the first moment on."""
        start = time.monotonic()
        line = self._applicant.persona.line
        self._render_background(group)
        if line in (FarEnd.ANNOUNCEMENT_ANSWERED, FarEnd.ANNOUNCEMENT_EARLY, FarEnd.VOICEMAIL):
            self._announce(line, group)
        elif (hello := self._applicant.hello()) is not None:
            self._pending = (hello, self._render(hello, group))
        tick = 0
        while not gone.is_set():
            tick += 1
            if not self._send(writer, self._stage.next_frame()):
                return
            if self._step(tick, group):
                self._hang_up(writer)
                return
            # Behind by more than 100 ms, frames are skipped: a burst would be heard as one.
            behind = time.monotonic() - start - tick * FRAME_S
            if behind > 0.1:
                tick += int(behind / FRAME_S)
            await asyncio.sleep(max(0.0, start + tick * FRAME_S - time.monotonic()))

    def _step(self, tick: int, group: asyncio.TaskGroup) -> bool:
        """What happens within these 20 ms. True: the applicant hangs up."""
        attention = self._attention
        self._take_cues(group)  # first: a cue is posted when the first frame of its prompt is sent
        while self._heard:
            attention.hear(self._heard.popleft())
        if self._stage.finished is not None:
            ended, self._stage.finished, self._playing = self._stage.finished, None, None
            if ended.hangs_up:
                return True
        if self._playing is not None:
            self._mind_the_other()
        elif self._pending is not None and self._may_begin(*self._pending, tick):
            self._playing, self._pending = self._pending, None
            performance = self._playing[1].result()
            if self._ledger is not None:
                self._ledger.begins(self._playing[0], performance)
            self._stage.play(performance)
            attention.begin()
        if self._applicant.persona.line is FarEnd.VOICEMAIL:
            return tick * FRAME_S > VOICEMAIL_S
        return attention.silence_ms > NOBODY_THERE_S * 1_000

    def _may_begin(self, reply: Reply, rendered: "asyncio.Task[Performance]", tick: int) -> bool:
        due = self._due(reply, tick)
        if due and not rendered.done():
            self.late_ms += 20
            return False
        return due

    def _due(self, reply: Reply, tick: int) -> bool:
        if reply.question_id == "":  # said unasked, on picking up
            return tick * 20 >= reply.after_ms
        if not reply.steps:
            return False
        if reply.from_start:
            return self._attention.may_interrupt(reply.after_ms)
        return self._attention.may_answer(reply.after_ms)

    def _mind_the_other(self) -> None:
        """Stops when talked over; waits on if the prompt was only pausing."""
        assert self._playing is not None
        reply, _ = self._playing
        if self._stage.before_own_voice:
            if self._attention.over_me_ms >= RESUMED_MS and not reply.from_start:
                self._stage.stop()
                if self._pending is None:
                    self._pending = self._playing
                self._playing = None
        elif self._attention.over_me_ms >= (INSISTS_MS if reply.insists else TALKED_OVER_MS) + (
            1_500 if reply.from_start else 0
        ):
            self._stage.stop()
            if self._pending is None and not reply.insists:
                self._pending = self._playing  # too early: said again when the question is over
            self._playing = None

    def _take_cues(self, group: asyncio.TaskGroup) -> None:
        while not self._cues.empty():
            cue = self._cues.get_nowait()
            if self._applicant.persona.line is not FarEnd.ANSWERS:
                continue  # a recording: it hears nobody
            reply = self._applicant.reply(cue)
            if reply is None:
                continue
            self._attention.question()
            if self._pending is not None:
                before, words = self._pending
                if before.question_id == reply.question_id and not words.done():
                    continue  # asked again before the words were rendered: they are still to be said
                words.cancel()
            self._pending = (reply, self._render(reply, group))

    def _render(self, reply: Reply, group: asyncio.TaskGroup) -> "asyncio.Task[Performance]":
        return group.create_task(self._studio.perform(self._mouth, reply), name="applicant's words")

    def _render_background(self, group: asyncio.TaskGroup) -> None:
        async def fill() -> None:
            self._stage.background = await self._studio.background(self._mouth)

        group.create_task(fill(), name="applicant's room")

    def _announce(self, line: FarEnd, group: asyncio.TaskGroup) -> None:
        async def play() -> None:
            said = await self._studio.announcement(self._mouth, line)
            self._stage.play(said)

        group.create_task(play(), name="announcement")

    def _send(self, writer: StreamWriter, frame: StagedFrame) -> bool:
        """False: the connection is gone."""
        if writer.is_closing():
            return False
        if writer.transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self.dropped_frames += 1
            return True
        for key in frame.keys:
            writer.write(encode(Digit(digit=key)))
        writer.write(encode(Audio(pcm=frame.pcm)))
        if self._ledger is not None:
            self._ledger.sent()
        return True

    def _hang_up(self, writer: StreamWriter) -> None:
        if not writer.is_closing():
            writer.write(encode(HangUp()))


def _rms(pcm: bytes) -> float:
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    return float(np.sqrt(np.mean(np.square(samples))))
