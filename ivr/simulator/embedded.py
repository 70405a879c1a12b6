"""The embedded line: a dialled synthetic applicant connects to our media server over the real protocol."""

import asyncio
import logging
import random
from collections.abc import Callable
from uuid import UUID

from decision_hook.contract import CallOutcome, SurveyError
from ivr.dialler.port import Answered, Dialled, NotAnswered, PlaceCall
from ivr.media.protocol import Identity, encode
from ivr.simulator.cast import Cast, Player
from ivr.simulator.conversation import Conversation
from ivr.simulator.cue import CueBoard
from ivr.simulator.persona import FarEnd
from ivr.simulator.studio import Studio

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 5.0
ANNOUNCED_MS = 5_200  # an early announcement: three times "switched off"
UNALLOCATED = 1  # ITU-T Q.850

# What a network reports instead of an answer: outcome, Q.850 cause, early media.
REFUSALS: dict[FarEnd, tuple[CallOutcome, int, int]] = {
    FarEnd.BUSY: (CallOutcome.BUSY, 17, 0),
    FarEnd.NO_ANSWER: (CallOutcome.NO_ANSWER, 19, 0),
    FarEnd.CONGESTION: (CallOutcome.CONGESTION, 34, 0),
    FarEnd.REJECTED: (CallOutcome.NUMBER_REJECTED, 21, 0),
    FarEnd.ANNOUNCEMENT_EARLY: (CallOutcome.UNREACHABLE, 20, ANNOUNCED_MS),
}


class EmbeddedDialler:
    """A Dialler whose network is this process.

    `media` tells host and port of our AudioSocket server; an answered applicant connects there with the
    attempt's UUID, which must be registered before `dial`.
    """

    def __init__(
        self, *, cast: Cast, studio: Studio, cues: CueBoard, media: Callable[[], tuple[str, int]]
    ) -> None:
        self._cast = cast
        self._studio = studio
        self._cues = cues
        self._media = media
        self._calls: dict[UUID, asyncio.Task[None]] = {}
        self._dialled: set[UUID] = set()

    async def dial(self, order: PlaceCall) -> Dialled:
        if order.attempt in self._dialled:
            raise SurveyError(f"attempt {order.attempt}: dialled already; make a new attempt")
        self._dialled.add(order.attempt)
        player = self._cast.at(order.phone)
        if player is None:
            return NotAnswered(
                attempt=order.attempt,
                outcome=CallOutcome.NUMBER_REJECTED,
                cause=UNALLOCATED,
                early_media_ms=0,
            )
        await asyncio.sleep(_ringing_s(player, order))
        refusal = REFUSALS.get(player.persona.line)
        if refusal is not None:
            outcome, cause, early_media_ms = refusal
            return NotAnswered(
                attempt=order.attempt, outcome=outcome, cause=cause, early_media_ms=early_media_ms
            )
        return await self._answer(order, player)

    async def hang_up(self, attempt: UUID) -> None:
        call = self._calls.get(attempt)
        if call is not None:
            call.cancel()
            await asyncio.wait([call], timeout=CLOSE_TIMEOUT_S)

    async def how_ended(self, attempt: UUID) -> CallOutcome:
        """This network never fails in the middle of a call."""
        return CallOutcome.HUNG_UP

    async def close(self) -> None:
        for attempt in tuple(self._calls):
            await self.hang_up(attempt)

    def talking(self) -> int:
        """Applicants on the line now."""
        return len(self._calls)

    async def _answer(self, order: PlaceCall, player: Player) -> Dialled:
        host, port = self._media()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                reader, writer = await asyncio.open_connection(host, port)
        except (OSError, TimeoutError):
            return NotAnswered(attempt=order.attempt, outcome=CallOutcome.LINE_FAILED)
        writer.write(encode(Identity(attempt=order.attempt)))
        call = asyncio.create_task(
            self._talk(order, player, reader, writer), name=f"synthetic applicant {order.attempt}"
        )
        self._calls[order.attempt] = call
        call.add_done_callback(lambda _: self._calls.pop(order.attempt, None))
        return Answered(attempt=order.attempt)

    async def _talk(
        self, order: PlaceCall, player: Player, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        cues = self._cues.subscribe(order.phone)
        try:
            mouth = self._studio.mouth(player.persona, player.seed)
            conversation = Conversation(
                applicant=player.applicant(), mouth=mouth, studio=self._studio, cues=cues
            )
            await conversation.run(reader, writer)
        except SurveyError as problem:
            log.warning("synthetic applicant of %s: %s", order.attempt, problem)
        finally:
            self._cues.unsubscribe(order.phone)
            writer.close()


def _ringing_s(player: Player, order: PlaceCall) -> float:
    line = player.persona.line
    if line is FarEnd.NO_ANSWER:
        return order.ring_timeout_s
    if line is FarEnd.ANNOUNCEMENT_EARLY:
        return min(ANNOUNCED_MS / 1_000, order.ring_timeout_s)
    return min(random.Random(f"{player.seed}/ring").uniform(0.2, 1.0), order.ring_timeout_s)
