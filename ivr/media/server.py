"""The AudioSocket server: Asterisk, or the embedded line, brings answered calls here."""

import asyncio
import logging
import socket
from collections import Counter, OrderedDict
from enum import StrEnum
from typing import cast
from uuid import UUID
from weakref import WeakSet

from config.settings import MediaSettings
from decision_hook.contract import SurveyError
from ivr.media.clock import Clock
from ivr.media.protocol import Decoder, Frame, HangUp, Identity, PeerError, ProtocolError
from ivr.media.sender import Sender
from ivr.media.session import MediaSession

log = logging.getLogger(__name__)

IDENTIFY_S = 2.0  # Asterisk sends the UUID with the first packet
# The kernel would buffer minutes for a stalled peer; this much is about a second.
SEND_BUFFER_BYTES = 16_384
REMEMBERED_ATTEMPTS = 10_000  # only to tell a second use from an unknown UUID in the warning


class Refusal(StrEnum):
    """Why a connection was dropped. Counted in `MediaServer.refused`."""

    UNKNOWN_ATTEMPT = "unknown UUID"
    USED_TWICE = "second use of a UUID"
    GARBAGE = "not AudioSocket"
    SILENT = "did not say which call it is"
    TOO_MANY = "too many unidentified connections"


class MediaServer:
    """Hands each expected call its session. There is no authentication on the wire: listen privately."""

    def __init__(self, settings: MediaSettings, clock: Clock) -> None:
        self.refused: Counter[Refusal] = Counter()
        self._settings = settings
        self._clock = clock
        self._server: asyncio.Server | None = None
        self._expected: dict[UUID, asyncio.Future[MediaSession]] = {}
        self._used: OrderedDict[UUID, None] = OrderedDict()
        self._connections: set[Connection] = set()
        self._sessions: WeakSet[MediaSession] = WeakSet()

    async def start(self) -> tuple[str, int]:
        """Listens, and starts the clock if nobody did; closing the clock is its owner's part.

        Returns the address. SurveyError if the port is taken.
        """
        host, port = self._settings.host, self._settings.port
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: Connection(self), host, port, backlog=512)
        except OSError as problem:
            raise SurveyError(
                f"settings: media.port: cannot listen on {host}:{port} ({problem.strerror}); "
                "free the port, or set media.port to another one or 0"
            ) from problem
        self._clock.start()
        address = self._server.sockets[0].getsockname()
        return str(address[0]), int(address[1])

    def expect(self, attempt: UUID) -> asyncio.Future[MediaSession]:
        """The session of a call that is about to be answered. Cancelled by `forget` and `close`.

        An attempt can be expected once in its life: a second time is refused with SurveyError.
        """
        if attempt in self._expected or attempt in self._used:
            raise SurveyError(f"call {attempt}: was expected before; every attempt needs its own UUID")
        waiting: asyncio.Future[MediaSession] = asyncio.get_running_loop().create_future()
        self._expected[attempt] = waiting
        return waiting

    def forget(self, attempt: UUID) -> None:
        """The call was not answered. Idempotent; an open session is left alone."""
        waiting = self._expected.pop(attempt, None)
        if waiting is not None:
            waiting.cancel()

    async def close(self) -> None:
        """Stops listening, ends all calls, closes all sockets; a few seconds at most. Idempotent."""
        if self._server is not None:
            self._server.close()
        for attempt in tuple(self._expected):
            self.forget(attempt)
        await asyncio.gather(*(connection.close() for connection in tuple(self._connections)))
        for session in tuple(self._sessions):
            session.abort()  # those whose peer is gone and who are still listening to its last words
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    # --- for the connections

    def _opened(self, connection: "Connection") -> bool:
        """False: too many others have not said who they are."""
        unknown = sum(other.session is None for other in self._connections)
        self._connections.add(connection)
        return unknown < self._settings.max_unknown_connections

    def _closed(self, connection: "Connection") -> None:
        self._connections.discard(connection)

    def _refuse(self, why: Refusal, detail: str = "") -> None:
        self.refused[why] += 1
        suffix = f" ({detail})" if detail else ""
        log.warning("media: connection dropped: %s%s; %d such so far", why, suffix, self.refused[why])

    def _identify(self, connection: "Connection", attempt: UUID) -> MediaSession | None:
        waiting = self._expected.pop(attempt, None)
        if waiting is None or waiting.done():
            self._refuse(Refusal.USED_TWICE if attempt in self._used else Refusal.UNKNOWN_ATTEMPT)
            return None
        self._used[attempt] = None
        if len(self._used) > REMEMBERED_ATTEMPTS:
            self._used.popitem(last=False)
        session = MediaSession(
            attempt, connection.sender, self._clock, heard_max_ms=self._settings.heard_max_ms
        )
        self._sessions.add(session)
        waiting.set_result(session)
        return session


class Connection(asyncio.Protocol):
    """One TCP connection: unidentified at first, then a call's."""

    sender: Sender

    def __init__(self, server: MediaServer) -> None:
        self.session: MediaSession | None = None
        self._server = server
        self._decoder = Decoder()
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        writing = cast(asyncio.Transport, transport)  # asyncio hands a plain TCP server nothing else
        # Whatever the kernel does not take at once counts as blocked.
        writing.set_write_buffer_limits(high=0)
        raw = writing.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self.sender = Sender(writing)
        if not self._server._opened(self):
            self._server._refuse(Refusal.TOO_MANY)
            self.sender.abort()
            return
        self._deadline = asyncio.get_running_loop().call_later(IDENTIFY_S, self._too_slow)

    def data_received(self, data: bytes) -> None:
        try:
            for frame in self._decoder.feed(data):
                if self.sender.closing:
                    return
                self._take(frame)
        except ProtocolError as bad:
            self._server._refuse(Refusal.GARBAGE, str(bad))
            self._drop()

    def eof_received(self) -> bool:
        if self._decoder.halfway:
            self._server._refuse(Refusal.GARBAGE, "ended in the middle of a frame")
        elif self.session is None:
            self._server._refuse(Refusal.SILENT)
        return False  # the transport closes: a socket left half-open freezes Asterisk

    def connection_lost(self, exc: Exception | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if self.session is not None:
            self.session.peer_ended()
        self.sender.disconnected()
        self._server._closed(self)

    def pause_writing(self) -> None:
        self.sender.blocked(True)

    def resume_writing(self) -> None:
        self.sender.blocked(False)

    async def close(self) -> None:
        """Ends the call, or drops a connection that is none."""
        if self.session is not None:
            self.session.stop_speaking()
            await self.session.hang_up()
        else:
            self._drop()
            await self.sender.closed

    def _take(self, frame: Frame) -> None:
        if self.session is None:
            self._identify(frame)
            return
        match frame:
            case HangUp() | PeerError():
                self._drop()
            case Identity():
                raise ProtocolError("kind 0x01 in the middle of a call")
            case _:
                self.session.take(frame)

    def _identify(self, frame: Frame) -> None:
        if not isinstance(frame, Identity):
            raise ProtocolError("the first frame is not the UUID")
        self.session = self._server._identify(self, frame.attempt)
        if self.session is None:
            self._drop()
        elif self._deadline is not None:
            self._deadline.cancel()

    def _too_slow(self) -> None:
        self._server._refuse(Refusal.SILENT)
        self._drop()

    def _drop(self) -> None:
        if self.session is not None:
            self.session.peer_ended()
        self.sender.abort()
