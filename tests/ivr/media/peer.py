"""The far end of an AudioSocket connection, for tests: a plain client on a real socket."""

import asyncio
import contextlib
import socket
from collections import deque
from uuid import UUID

import numpy as np

from dialogue.line import Samples
from ivr.media.protocol import Audio, Decoder, Frame, HangUp, Identity, encode


class Peer:
    """Reads frames one by one; `gone` frames mean the server closed."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self._reader = reader
        self._decoder = Decoder()
        self._frames: deque[Frame] = deque()

    @classmethod
    async def connect(cls, address: tuple[str, int], *, receive_buffer: int | None = None) -> "Peer":
        raw = socket.socket()
        raw.setblocking(False)
        if receive_buffer is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            await asyncio.get_running_loop().sock_connect(raw, address)
        except OSError:
            raw.close()
            raise
        # A small limit: what the test does not read stays in the kernel.
        return cls(*await asyncio.open_connection(sock=raw, limit=512))

    @classmethod
    async def call(
        cls, address: tuple[str, int], attempt: UUID, *, receive_buffer: int | None = None
    ) -> "Peer":
        peer = await cls.connect(address, receive_buffer=receive_buffer)
        peer.send(Identity(attempt=attempt))
        return peer

    def send(self, frame: Frame) -> None:
        self.writer.write(encode(frame))

    def speak(self, samples: Samples) -> None:
        self.send(Audio(pcm=samples.astype("<i2").tobytes()))

    async def read(self) -> Frame | None:
        """The next frame; None: the server has closed."""
        while not self._frames:
            try:
                chunk = await asyncio.wait_for(self._reader.read(4_096), timeout=10)
            except ConnectionError:
                return None
            if not chunk:
                return None
            self._frames.extend(self._decoder.feed(chunk))
        return self._frames.popleft()

    async def hear(self, frames: int) -> Samples:
        heard = []
        for _ in range(frames):
            frame = await self.read()
            assert isinstance(frame, Audio), frame
            heard.append(np.frombuffer(frame.pcm, "<i2"))
        return np.concatenate(heard).astype(np.int16)

    async def read_to_the_end(self) -> list[Frame]:
        frames = []
        while (frame := await self.read()) is not None:
            frames.append(frame)
        return frames

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()

    def vanish(self) -> None:
        """Resets the connection, as a crashed Asterisk does."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.writer.transport.abort()

    async def answers_hang_up(self) -> None:
        """What Asterisk does: reads to the hang-up frame, then closes."""
        while not isinstance(await self.read(), HangUp | None):
            pass
        await self.close()
