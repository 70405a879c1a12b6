"""Our half of one AudioSocket connection: writes whole frames, notices a stalled peer, closes for good."""

import asyncio

from dialogue.line import FRAME_MS, Samples
from ivr.media.protocol import WIRE, HangUp, encode, encode_audio

STALLED_MS = 2_000  # after this long without taking our audio a peer has lost the call for itself too
PARTING_S = 1.0  # for the peer to close its side; Asterisk needs a few ms


class Sender:
    """Writing never blocks and never queues: what the socket does not take at once is lost and counted."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.unsent_ms = 0
        self._transport = transport
        self._stalled_ms: int | None = None  # None: the socket takes what we write

    @property
    def stalled(self) -> bool:
        """The peer has taken nothing for so long that the call is lost."""
        return self._stalled_ms is not None and self._stalled_ms >= STALLED_MS

    @property
    def closing(self) -> bool:
        """The connection is being closed; what still comes in means nothing."""
        return self._transport.is_closing()

    def blocked(self, is_blocked: bool) -> None:
        """The transport's word that its buffer is full, or free again."""
        self._stalled_ms = 0 if is_blocked else None

    def send(self, frame: Samples) -> bool:
        """20 ms, once per tick. False: it was lost."""
        if self._stalled_ms is not None:
            self._stalled_ms += FRAME_MS
            self.unsent_ms += FRAME_MS
            return False
        self._transport.write(encode_audio(frame.astype(WIRE, copy=False).tobytes()))
        return True

    def part(self) -> None:
        """Says on the wire that the call is over, and closes once the peer has closed.

        Closing at once with caller audio unread would be a reset, which can overtake the hang-up frame.
        """
        if self._stalled_ms is not None or self.closing:
            self._transport.abort()
            return
        self._transport.write(encode(HangUp()))
        self._transport.write_eof()
        timer = asyncio.get_running_loop().call_later(PARTING_S, self._transport.abort)
        self.closed.add_done_callback(lambda _: timer.cancel())

    def abort(self) -> None:
        """Closes without a word."""
        self._transport.abort()

    def disconnected(self) -> None:
        """The transport's word that the socket is closed."""
        if not self.closed.done():
            self.closed.set_result(None)
