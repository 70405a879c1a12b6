"""The peer's process: `python -m ivr.bench.peers.pipecat.process FD`, with Pipecat's folder on PYTHONPATH."""

import asyncio
import socket
import sys
import time
from asyncio import StreamReader, StreamWriter
from importlib.metadata import version
from pathlib import Path

from faster_whisper import WhisperModel

from config.settings import MediaSettings
from ivr.bench.peers.messages import AskCpu, Began, Cpu, Ended, Expect, Expecting, Open, Opened
from ivr.bench.peers.pipecat.call import hold
from ivr.bench.wire import receive, send
from ivr.media.clock import SharedClock
from ivr.media.server import MediaServer
from ivr.media.session import MediaSession

ARRIVAL_S = 20.0


class Peer:
    """Answers the bench's calls until the bench closes the socket."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._clock = SharedClock()
        self._media = MediaServer(MediaSettings(), self._clock)
        self._whisper: WhisperModel | None = None

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                while (message := await receive(self._reader)) is not None:
                    match message:
                        case Open():
                            self._whisper = await asyncio.to_thread(_load, message.whisper, message.threads)
                            host, port = await self._media.start()
                            send(self._writer, Opened(version=version("pipecat-ai"), host=host, port=port))
                        case Expect():
                            arrival = self._media.expect(message.attempt)
                            group.create_task(self._hold(message, arrival), name=f"call {message.attempt}")
                            send(self._writer, Expecting(attempt=message.attempt))
                        case AskCpu():
                            send(self._writer, Cpu(used_s=time.process_time()))
                await self._media.close()  # ends the calls that are left
        finally:
            self._clock.close()
            self._writer.close()

    async def _hold(self, order: Expect, arrival: "asyncio.Future[MediaSession]") -> None:
        assert self._whisper is not None
        try:
            async with asyncio.timeout(ARRIVAL_S):
                session = await arrival
        except (TimeoutError, asyncio.CancelledError):
            self._media.forget(order.attempt)
            return
        notes = await hold(
            session,
            self._whisper,
            order.puts,
            lambda cue: send(self._writer, Began(attempt=order.attempt, cue=cue)),
        )
        send(self._writer, Ended(attempt=order.attempt, notes=notes))


def _load(folder: Path, threads: int) -> WhisperModel:
    """As Pipecat loads it, but int8 as ours is: its default would compute these weights in float32."""
    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)


async def _main(descriptor: int) -> None:
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor))
    await Peer(reader, writer).run()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
