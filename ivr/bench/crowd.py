"""Many plain callers in a process of their own: each sends its 20 ms frames and notes when ours arrive.

Started by the bench as `python -m ivr.bench.crowd FD`. One loop without asyncio, so that it costs little
beside what it measures; arrival times are the kernel's, so that they hold even when this process has to wait.
"""

import asyncio
import select
import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import numpy as np

from ivr.bench.crowd_messages import CrowdHeard, CrowdMeasures, HoldCalls
from ivr.bench.punctuality import FRAME_S, Punctuality, punctuality
from ivr.bench.wire import receive, send
from ivr.media.protocol import AUDIO, HEADER_BYTES, Audio, HangUp, Identity, encode

PHASES = 20  # calls begin their frames at so many moments, evenly spread over 20 ms
FRAME_BYTES = HEADER_BYTES + 320
CONNECT_S = 5.0
CONNECT_EVERY_S = 0.004  # no faster than a listening socket takes them
SO_TIMESTAMPNS = 35  # Linux; the socket module does not name it
TIMESTAMP = struct.Struct("qq")  # seconds, nanoseconds


@dataclass(slots=True)
class Caller:
    """One call's far end."""

    wire: socket.socket
    place: int  # where in the speech it begins, so that not all callers speak in step
    numbers: list[int] = field(default_factory=list)
    arrived_s: list[float] = field(default_factory=list)
    sent: int = 0
    unsent: int = 0  # frames that the socket did not take
    rest: bytes = b""

    def speak(self, frames: Sequence[bytes], turn: int) -> None:
        try:
            taken = self.wire.send(frames[(turn + self.place) % len(frames)])
        except BlockingIOError:
            self.unsent += 1
            return
        if taken != FRAME_BYTES:
            raise ConnectionError("a frame was taken in part")  # out of step: the call is lost
        self.sent += 1

    def hear(self, buffer: memoryview) -> None:
        """One frame, if it has come whole."""
        try:
            size, stamps, _, _ = self.wire.recvmsg_into([buffer[:FRAME_BYTES]], 64)
        except BlockingIOError:
            return
        if size == 0:
            raise ConnectionError("the server hung up")
        if not stamps:
            raise ConnectionError("this system does not stamp packets; measure on Linux")
        wire = self.rest + bytes(buffer[:size])
        self.rest = wire[FRAME_BYTES:] if len(wire) >= FRAME_BYTES else wire
        if len(wire) >= FRAME_BYTES and (number := frame_number(wire)) is not None:
            seconds, nanoseconds = TIMESTAMP.unpack(stamps[0][2])
            self.numbers.append(number)
            self.arrived_s.append(seconds + nanoseconds / 1e9)


def numbered(count: int) -> "np.ndarray[tuple[int, int], np.dtype[np.int16]]":
    """Frames that carry their number: (count, 160) int16; the first two samples are its digits, never 0."""
    frames = np.zeros((count, 160), np.int16)
    frames[:, 0], frames[:, 1] = np.arange(count) // 10_000 + 1, np.arange(count) % 10_000 + 1
    return frames


def frame_number(wire: bytes) -> int | None:
    """Of one frame on the wire; None: silence. Raises ConnectionError for anything but audio."""
    if wire[0] != AUDIO:
        raise ConnectionError("the server ended the call")
    high, low = struct.unpack_from("<hh", wire, HEADER_BYTES)
    return None if high == 0 else (high - 1) * 10_000 + low - 1


def hold_calls(order: HoldCalls, measures: Callable[[], object]) -> CrowdHeard:
    """Connects everybody, speaks and listens until the time is over, and hangs up. Blocks.

    `measures`: called when the time begins that counts.
    Raises ConnectionError if a call cannot be made or is lost.
    """
    pcm = np.frombuffer(order.speech, "<i2")
    frames = [encode(Audio(pcm=cut.tobytes())) for cut in pcm[: pcm.size // 160 * 160].reshape(-1, 160)]
    callers = [_connect(order, attempt, n * 7) for n, attempt in enumerate(order.attempts)]
    arrivals = select.epoll()
    try:
        began_s = time.monotonic()
        cpu_s = time.process_time()
        opens_s, closes_s = began_s + order.settle_s, began_s + order.settle_s + order.seconds
        wall_at_zero_s = time.time() - time.monotonic()
        groups = [callers[phase::PHASES] for phase in range(PHASES)]
        buffer = memoryview(bytearray(FRAME_BYTES))
        by_descriptor = {caller.wire.fileno(): caller for caller in callers}
        for descriptor in by_descriptor:
            arrivals.register(descriptor, select.EPOLLIN)
        slot, latest_s, measuring = 0, 0.0, False
        while (due_s := began_s + slot * FRAME_S / PHASES) < closes_s:
            wait_s = due_s - time.monotonic()
            if wait_s > 0:
                time.sleep(wait_s)
            latest_s = max(latest_s, -wait_s)
            for caller in groups[slot % PHASES]:
                caller.speak(frames, slot // PHASES)
            # At once: of two frames that wait in a socket, the kernel keeps only the later one's time.
            for descriptor, _ in arrivals.poll(0):
                by_descriptor[descriptor].hear(buffer)
            slot += 1
            if due_s >= opens_s and not measuring:
                measuring = True
                measures()
        cpu_s = time.process_time() - cpu_s
        found = [
            _in_window(caller, opens_s + wall_at_zero_s, closes_s + wall_at_zero_s) for caller in callers
        ]
    finally:
        arrivals.close()
        for caller in callers:
            _hang_up(caller)
    return CrowdHeard(
        late_ms=np.concatenate([one.late_ms for one in found]).astype(np.float32),
        lost=sum(one.lost for one in found),
        sent=sum(caller.sent for caller in callers),
        unsent=sum(caller.unsent for caller in callers),
        own_late_ms=latest_s * 1_000,
        cpu_cores=cpu_s / (order.settle_s + order.seconds),
    )


def _connect(order: HoldCalls, attempt: UUID, place: int) -> Caller:
    time.sleep(CONNECT_EVERY_S)
    wire = socket.create_connection((order.host, order.port), timeout=CONNECT_S)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    wire.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    wire.sendall(encode(Identity(attempt=attempt)))
    wire.setblocking(False)
    return Caller(wire=wire, place=place)


def _in_window(caller: Caller, opens_s: float, closes_s: float) -> Punctuality:
    numbers, arrived_s = np.array(caller.numbers, np.int64), np.array(caller.arrived_s)
    chosen = (arrived_s >= opens_s) & (arrived_s < closes_s)
    return punctuality(numbers[chosen], arrived_s[chosen])


def _hang_up(caller: Caller) -> None:
    try:
        caller.wire.send(encode(HangUp()))
    except OSError:  # gone already
        pass
    finally:
        caller.wire.close()


async def _main(descriptor: int) -> None:
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor))
    measures = partial(asyncio.get_running_loop().call_soon_threadsafe, send, writer, CrowdMeasures())
    while (order := await receive(reader)) is not None:
        assert isinstance(order, HoldCalls)
        try:
            send(writer, await asyncio.to_thread(hold_calls, order, measures))
        except OSError as problem:
            print(f"bench callers: {problem}", file=sys.stderr)
            break
    writer.close()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
