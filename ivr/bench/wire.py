"""Values between a bench and its child processes, over a socket pair. Each room's messages are its own."""

import pickle
import struct
from asyncio import IncompleteReadError, StreamReader, StreamWriter

_LENGTH = struct.Struct(">I")


def send(writer: StreamWriter, message: object) -> None:
    """Never blocks."""
    body = pickle.dumps(message)
    writer.write(_LENGTH.pack(len(body)) + body)


async def receive(reader: StreamReader) -> object | None:
    """The next message; None when the other side is gone.

    Pickle is safe here: the other end is our own child or parent, on a socket without an address.
    """
    try:
        (size,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        message: object = pickle.loads(await reader.readexactly(size))
    except (IncompleteReadError, ConnectionError):
        return None
    return message
