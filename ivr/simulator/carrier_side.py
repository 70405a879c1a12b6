"""Synthetic applicants behind an Asterisk carrier: an AudioSocket server; the UUID says who was dialled."""

import asyncio
import logging
from uuid import UUID

from decision_hook.contract import SurveyError
from ivr.media.protocol import HEADER_BYTES, Decoder, Identity, ProtocolError
from ivr.simulator.cast import Cast, Player, number_of
from ivr.simulator.conversation import Conversation
from ivr.simulator.cue import CueBoard
from ivr.simulator.studio import Studio

log = logging.getLogger(__name__)

IDENTITY_TIMEOUT_S = 2.0
IDENTITY_BYTES = HEADER_BYTES + 16
MAX_CONNECTIONS = 64
CLOSE_TIMEOUT_S = 5.0


class CarrierSide:
    """Answers a carrier's AudioSocket connections. Keys are tones: Asterisk takes none from a server."""

    def __init__(self, *, cast: Cast, studio: Studio, cues: CueBoard) -> None:
        self._cast = cast
        self._studio = studio
        self._cues = cues
        self._server: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listens; port 0 takes a free one. Returns the address. Raises SurveyError if the port is in use."""
        try:
            self._server = await asyncio.start_server(self._connected, host, port)
        except OSError as problem:
            raise SurveyError(
                f"{host}:{port}: cannot listen ({problem.strerror}); choose another port"
            ) from problem
        bound: tuple[str, int] = self._server.sockets[0].getsockname()[:2]
        return bound

    async def close(self) -> None:
        """Hangs up on everybody and stops listening. Idempotent."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for call in tuple(self._calls):
            call.cancel()
        if self._calls:
            await asyncio.wait(tuple(self._calls), timeout=CLOSE_TIMEOUT_S)

    def talking(self) -> int:
        """Connections open now."""
        return len(self._calls)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._calls.add(task)
        try:
            player = await self._who(reader) if len(self._calls) <= MAX_CONNECTIONS else None
            if player is not None:
                await self._talk(player, reader, writer)
        except SurveyError as problem:
            log.warning("synthetic applicant behind the carrier: %s", problem)
        except asyncio.CancelledError:
            if self._server is not None:  # else: our own close, and nobody waits for this task's fate
                raise
        finally:
            self._calls.discard(task)
            writer.close()

    async def _talk(self, player: Player, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        phone = player.phone
        cues = self._cues.subscribe(phone)
        try:
            mouth = self._studio.mouth(player.persona, player.seed, in_band=True)
            conversation = Conversation(
                applicant=player.applicant(), mouth=mouth, studio=self._studio, cues=cues
            )
            await conversation.run(reader, writer)
        finally:
            self._cues.unsubscribe(phone)

    async def _who(self, reader: asyncio.StreamReader) -> Player | None:
        """The applicant this connection is for; None for strangers, who are dropped."""
        identity = await _identity(reader)
        number = number_of(identity) if identity else None
        player = self._cast.at(number) if number else None
        if player is None:
            log.warning("a connection asked for no synthetic applicant of ours and is closed")
        return player


async def _identity(reader: asyncio.StreamReader) -> UUID | None:
    try:
        head = await asyncio.wait_for(reader.readexactly(IDENTITY_BYTES), IDENTITY_TIMEOUT_S)
        (frame,) = Decoder().feed(head)
    except (TimeoutError, OSError, asyncio.IncompleteReadError, ProtocolError, ValueError):
        return None
    return frame.attempt if isinstance(frame, Identity) else None
