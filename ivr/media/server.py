"""The AudioSocket server: Asterisk, or the embedded line, brings answered calls here."""

import asyncio
import socket
from collections.abc import Callable
from typing import cast
from uuid import UUID
from weakref import WeakSet

from config.settings import MediaSettings
from decision_hook.contract import SurveyError
from ivr.media.clock import Clock
from ivr.media.protocol import Audio, Decoder, Digit, Frame, HangUp, Identity, PeerError, ProtocolError
from ivr.media.reception import Reception, Refusal
from ivr.media.sender import Sender
from ivr.media.session import MediaSession

IDENTIFY_S = 2.0  # Asterisk sends the UUID with the first packet
# The kernel would buffer minutes for a stalled peer; this much is about a second.
SEND_BUFFER_BYTES = 16_384
RECEIVE_BUFFER_BYTES = 65_536  # 4 s of one caller's audio, who sends 323 bytes at a time


class MediaServer:
    """Hands each expected call its session. There is no authentication on the wire: listen privately."""

    def __init__(self, settings: MediaSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._server: asyncio.Server | None = None
        self._reception = Reception(max_strangers=settings.max_unknown_connections)
        self._connections: set[Connection] = set()
        self._sessions: WeakSet[MediaSession] = WeakSet()
        self._buffer = memoryview(bytearray(RECEIVE_BUFFER_BYTES))

    async def start(self) -> tuple[str, int]:
        """Listens, and starts the clock if nobody did; closing the clock is its owner's part.

        Returns the address. SurveyError if the port is taken.
        """
        host, port = self._settings.host, self._settings.port
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._connection, host, port, backlog=512)
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
        return self._reception.expect(attempt)

    def forget(self, attempt: UUID) -> None:
        """The call was not answered. Idempotent; an open session is left alone."""
        self._reception.forget(attempt)

    def refused(self) -> dict[Refusal, int]:
        """How many connections were dropped, and why."""
        return dict(self._reception.refused)

    async def close(self) -> None:
        """Stops listening, ends all calls, closes all sockets; a few seconds at most. Idempotent."""
        if self._server is not None:
            self._server.close()
        self._reception.forget_all()
        await asyncio.gather(*(connection.close() for connection in tuple(self._connections)))
        for session in tuple(self._sessions):
            session.abort()  # those whose peer is gone and who are still listening to its last words
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    def _connection(self) -> "Connection":
        return Connection(self._reception, self._connections, self._answered, self._buffer)

    def _answered(self, attempt: UUID, sender: Sender) -> MediaSession:
        session = MediaSession(attempt, sender, self._clock, heard_max_ms=self._settings.heard_max_ms)
        self._sessions.add(session)
        return session


class Connection(asyncio.BufferedProtocol):
    """One TCP connection: a stranger's at first, then a call's. Keeps itself in `others` while it is open.

    Reads into a buffer that all connections share, since each takes out at once what came: a plain asyncio
    Protocol allocates 256 KB for every packet, which at 400 calls costs a third of a core.
    """

    sender: Sender

    def __init__(
        self,
        reception: Reception,
        others: "set[Connection]",
        answered: Callable[[UUID, Sender], MediaSession],
        buffer: memoryview,
    ) -> None:
        self._buffer = buffer
        self._reception = reception
        self._others = others
        self._answered = answered
        self._session: MediaSession | None = None
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
        self._others.add(self)
        if self._reception.greet(self):
            self._deadline = asyncio.get_running_loop().call_later(IDENTIFY_S, self._too_slow)
        else:
            self.sender.abort()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        came = self._buffer[:nbytes]
        if self._session is not None and (pcm := self._decoder.usual(came)) is not None:
            self._session.hear(pcm)
            return
        try:
            for frame in self._decoder.feed(came):
                if self.sender.closing:
                    return
                self._take(frame)
        except ProtocolError as bad:
            self._reception.refuse(Refusal.GARBAGE, str(bad))
            self._drop()

    def eof_received(self) -> bool:
        if self._decoder.halfway:
            self._reception.refuse(Refusal.GARBAGE, "ended in the middle of a frame")
        elif self._session is None:
            self._reception.refuse(Refusal.SILENT)
        return False  # the transport closes: a socket left half-open freezes Asterisk

    def connection_lost(self, exc: Exception | None) -> None:
        self._identified()
        if self._session is not None:
            self._session.peer_ended()
        self.sender.disconnected()
        self._others.discard(self)

    def pause_writing(self) -> None:
        self.sender.blocked(True)

    def resume_writing(self) -> None:
        self.sender.blocked(False)

    async def close(self) -> None:
        """Ends the call, or drops a stranger. Returns when the socket is closed."""
        if self._session is not None:
            self._session.stop_speaking()
            await self._session.hang_up()
        else:
            self._drop()
            await self.sender.closed

    def _take(self, frame: Frame) -> None:
        if self._session is None:
            self._identify(frame)
            return
        match frame:
            case HangUp() | PeerError():
                self._drop()
            case Identity():
                raise ProtocolError("kind 0x01 in the middle of a call")
            case Audio(pcm=pcm):
                self._session.hear(pcm)
            case Digit(digit=digit):
                self._session.key(digit)

    def _identify(self, frame: Frame) -> None:
        if not isinstance(frame, Identity):
            raise ProtocolError("the first frame is not the UUID")
        waiting = self._reception.claim(frame.attempt)
        if waiting is None:
            self._drop()
            return
        self._identified()
        self._session = self._answered(frame.attempt, self.sender)
        waiting.set_result(self._session)

    def _identified(self) -> None:
        self._reception.known(self)
        if self._deadline is not None:
            self._deadline.cancel()

    def _too_slow(self) -> None:
        self._reception.refuse(Refusal.SILENT)
        self._drop()

    def _drop(self) -> None:
        if self._session is not None:
            self._session.peer_ended()
        self.sender.abort()
