"""The bench's side of a peer: starts its process, sends it callers, brings back what both ends wrote down."""

import asyncio
import os
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from config.settings import Settings
from decision_hook.contract import SurveyError
from ivr.bench.applicants import BenchPlayer
from ivr.bench.child import Child
from ivr.bench.far_end import FarEnd
from ivr.bench.notes import CallNotes, Put
from ivr.bench.peers.messages import (
    AskCpu,
    Began,
    Cpu,
    Ended,
    Expect,
    Expecting,
    Open,
    Opened,
    PeerNotes,
)
from ivr.bench.peers.packages import require
from ivr.bench.turns import Answered, answers
from ivr.bench.wire import receive, send

OPEN_S = 120.0  # on a busy machine its imports alone take a quarter of a minute
REPLY_S = 30.0
LONGEST_CALL_S = 960.0
GONE_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCall:
    """One call that the peer answered."""

    answers: tuple[Answered, ...]
    notes: PeerNotes


class Peer:
    """A peer's process. `start` and `close` belong to `open_peer`."""

    def __init__(self, far_end: FarEnd) -> None:
        self.version = ""
        self._far_end = far_end
        self._media = ("", 0)
        self._child: Child | None = None
        self._writer: StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[object, asyncio.Future[object]] = {}  # by what is awaited, and of which call

    async def start(self, packages: Path, whisper: Path, threads: int) -> None:
        """Raises SurveyError if it does not come up."""
        paths = os.pathsep.join([str(packages), *(path for path in sys.path if path)])
        env = {**os.environ, "PYTHONPATH": paths, "LOGURU_LEVEL": "ERROR"}
        self._child = Child("ivr.bench.peers.pipecat.process", env=env, gone_s=GONE_S)
        reader, self._writer = await self._child.start()
        self._reading = asyncio.create_task(self._read(reader), name="peer")
        opened = await self._answer(Open(whisper=whisper, threads=threads), Opened, OPEN_S)
        assert isinstance(opened, Opened)
        self.version, self._media = opened.version, (opened.host, opened.port)

    async def close(self) -> None:
        """Ends the process and its calls. Idempotent."""
        if self._child is not None:
            await self._child.close()
        if self._reading is not None:
            await self._reading

    async def call(self, player: BenchPlayer, puts: tuple[Put, ...]) -> PeerCall:
        """One whole call. Raises SurveyError if it left no notes."""
        attempt = uuid4()
        ended = self._expected((Ended, attempt))
        try:
            await self._answer(Expect(attempt=attempt, puts=puts), (Expecting, attempt), REPLY_S)
            if not await self._far_end.ring(attempt, player, self._media):
                raise SurveyError("bench: the peer took no call; see its message above")
            async with asyncio.timeout(LONGEST_CALL_S):
                over = await ended
        except TimeoutError:
            raise SurveyError("bench: the peer's call did not end; see its message above") from None
        finally:
            self._waiting.pop((Ended, attempt), None)
            self._far_end.take_down(attempt)
        assert isinstance(over, Ended)
        log = await self._far_end.log(attempt)
        return PeerCall(answers=tuple(answers(log, CallNotes(prompts=over.notes.prompts))), notes=over.notes)

    async def cpu_s(self) -> float:
        """Processor seconds of its process so far."""
        told = await self._answer(AskCpu(), Cpu, REPLY_S)
        assert isinstance(told, Cpu)
        return told.used_s

    async def _answer(self, message: object, awaited: object, within_s: float) -> object:
        assert self._writer is not None
        answer = self._expected(awaited)
        try:
            send(self._writer, message)
            async with asyncio.timeout(within_s):
                return await answer
        except TimeoutError:
            raise SurveyError(f"bench: the peer did not answer within {within_s:.0f} s") from None
        finally:
            self._waiting.pop(awaited, None)

    def _expected(self, awaited: object) -> "asyncio.Future[object]":
        future = self._waiting[awaited] = asyncio.get_running_loop().create_future()
        return future

    async def _read(self, reader: StreamReader) -> None:
        while (message := await receive(reader)) is not None:
            match message:
                case Began():
                    self._far_end.asked(message.attempt, message.cue)
                case Opened() | Cpu():
                    self._arrived(type(message), message)
                case Expecting() | Ended():
                    self._arrived((type(message), message.attempt), message)
        lost = SurveyError("bench: the peer's process ended; see its message above")
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(lost)
                future.exception()  # whoever waits gets it; nobody need wait

    def _arrived(self, awaited: object, message: object) -> None:
        future = self._waiting.get(awaited)
        if future is not None and not future.done():
            future.set_result(message)


@asynccontextmanager
async def open_peer(far_end: FarEnd, settings: Settings) -> AsyncIterator[Peer]:
    """Pipecat with our recogniser's weights and as many threads. SurveyError if it is not installed."""
    packages = require(settings.var)
    peer = Peer(far_end)
    try:
        await peer.start(packages, settings.models / "whisper-base", settings.hearing.threads)
        yield peer
    finally:
        await peer.close()
