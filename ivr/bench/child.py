"""Another process of the bench, and the socket pair between it and us."""

import asyncio
import socket
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping

GONE_S = 10.0  # for the process to end after its socket closed


class Child:
    """`start` and `close` belong to the bench."""

    def __init__(self, module: str, *, env: Mapping[str, str] | None = None, gone_s: float = GONE_S) -> None:
        """`module`: run as `python -m MODULE FD`; it must end when FD closes. `env`: None, ours."""
        self._module, self._env, self._gone_s = module, env, gone_s
        self._process: asyncio.subprocess.Process | None = None
        self._writer: StreamWriter | None = None

    async def start(self) -> tuple[StreamReader, StreamWriter]:
        ours, theirs = socket.socketpair()
        with theirs:
            descriptor = theirs.fileno()
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", self._module, str(descriptor)),
                pass_fds=(descriptor,),
                env=self._env,
            )
        reader, self._writer = await asyncio.open_connection(sock=ours)
        return reader, self._writer

    async def close(self) -> None:
        """Ends the process and its calls. Idempotent."""
        if self._writer is not None:
            self._writer.close()
        if self._process is not None:
            try:
                async with asyncio.timeout(self._gone_s):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
