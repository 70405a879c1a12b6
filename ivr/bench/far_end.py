"""The bench's side of the load generator: starts it, dials through it, gets its logs."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from decision_hook.contract import CallOutcome, SurveyError
from ivr.bench.applicants import BenchPlayer
from ivr.bench.child import Child
from ivr.bench.ledger import CallLog
from ivr.bench.messages import (
    Asked,
    Message,
    Over,
    PickedUp,
    Rehearse,
    Rehearsed,
    Ring,
    TakeDown,
)
from ivr.bench.wire import receive, send
from ivr.dialler.port import Answered, Dialled, NotAnswered, PlaceCall
from ivr.simulator.cue import Cue

PICK_UP_S = 15.0
LOG_S = 15.0
UNALLOCATED = 1  # ITU-T Q.850


class FarEnd:
    """The generator's process. `start` and `close` belong to the bench."""

    def __init__(self) -> None:
        self._child = Child("ivr.bench.generator")
        self._writer: StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._picked_up: dict[UUID, asyncio.Future[bool]] = {}
        self._logs: dict[UUID, asyncio.Future[CallLog]] = {}
        self._progress: Callable[[int, int], None] = lambda done, of: None
        self._rehearsed: asyncio.Future[None] | None = None

    async def start(self) -> None:
        reader, self._writer = await self._child.start()
        self._reading = asyncio.create_task(self._read(reader), name="load generator")

    async def close(self) -> None:
        """Ends the process and its calls. Idempotent."""
        await self._child.close()
        if self._reading is not None:
            await self._reading

    async def rehearse(
        self,
        players: tuple[BenchPlayer, ...],
        cues: tuple[Cue, ...],
        *,
        models: Path,
        cache: Path,
        progress: Callable[[int, int], None],
    ) -> None:
        """Renders everything beforehand. Some minutes the first time. Raises SurveyError if it cannot."""
        self._progress = progress
        self._rehearsed = asyncio.get_running_loop().create_future()
        self._send(Rehearse(players=players, cues=cues, models=models, cache=cache))
        await self._rehearsed

    async def ring(self, attempt: UUID, player: BenchPlayer, media: tuple[str, int]) -> bool:
        """True: picked up, and its AudioSocket connection is there."""
        loop = asyncio.get_running_loop()
        picked_up = self._picked_up[attempt] = loop.create_future()
        self._logs[attempt] = loop.create_future()
        self._send(Ring(attempt=attempt, player=player, host=media[0], port=media[1]))
        try:
            async with asyncio.timeout(PICK_UP_S):
                connected: bool = await picked_up
                return connected
        except TimeoutError:
            return False
        finally:
            del self._picked_up[attempt]

    def asked(self, attempt: UUID, cue: Cue) -> None:
        """Never blocks."""
        self._send(Asked(attempt=attempt, cue=cue))

    def take_down(self, attempt: UUID) -> None:
        if attempt in self._logs:
            self._send(TakeDown(attempt=attempt))

    async def log(self, attempt: UUID) -> CallLog:
        """What the ended call was like at the far end. Raises SurveyError if none comes."""
        try:
            async with asyncio.timeout(LOG_S):
                return await self._logs.pop(attempt)
        except (TimeoutError, KeyError):
            raise SurveyError(f"bench: call {attempt} left no log; see the messages above") from None

    def _send(self, message: Message) -> None:
        assert self._writer is not None
        if not self._writer.is_closing():
            send(self._writer, message)

    async def _read(self, reader: StreamReader) -> None:
        while (message := await receive(reader)) is not None:
            match message:
                case Rehearsed():
                    self._progress(message.done, message.of)
                    if message.done == message.of and self._rehearsed is not None:
                        self._rehearsed.set_result(None)
                case PickedUp():
                    waiting = self._picked_up.get(message.attempt)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(message.connected)
                case Over():
                    ended = self._logs.get(message.attempt)
                    if ended is not None and not ended.done():
                        ended.set_result(message.log)
        lost = SurveyError("bench: the load generator ended; see its message above")
        if self._rehearsed is not None and not self._rehearsed.done():
            self._rehearsed.set_exception(lost)
        for open_call in self._picked_up.values():
            if not open_call.done():
                open_call.set_result(False)


class FarEndDialler:
    """Implements ivr.dialler.port.Dialler: numbers are answered by the generator's applicants."""

    def __init__(
        self, far_end: FarEnd, media: tuple[str, int], player_at: Callable[[str], BenchPlayer | None]
    ) -> None:
        self._far_end, self._media, self._player_at = far_end, media, player_at

    async def dial(self, order: PlaceCall) -> Dialled:
        player = self._player_at(order.phone)
        if player is None:
            return NotAnswered(attempt=order.attempt, outcome=CallOutcome.NUMBER_REJECTED, cause=UNALLOCATED)
        if await self._far_end.ring(order.attempt, player, self._media):
            return Answered(attempt=order.attempt)
        return NotAnswered(attempt=order.attempt, outcome=CallOutcome.LINE_FAILED)

    async def hang_up(self, attempt: UUID) -> None:
        self._far_end.take_down(attempt)

    async def how_ended(self, attempt: UUID) -> CallOutcome:
        """This network never fails in the middle of a call."""
        return CallOutcome.HUNG_UP

    async def close(self) -> None:
        """Nothing of its own; the bench ends the generator."""
