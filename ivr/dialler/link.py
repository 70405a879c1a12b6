"""One connection to AMI: the `asterisk-ami` client, made safe, as awaitable requests and events.

The library's own time-outs, futures and reconnection are not used: its socket time-out also ends an
idle reader, its reconnection never notices a stalled server, and a callback that raises ends its reader.
"""

import asyncio
import contextlib
import itertools
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from asterisk.ami import Action, AMIClient

from decision_hook.contract import SurveyError
from ivr.dialler.progress import AmiEvent

log = logging.getLogger(__name__)

CONNECT_WITHIN_S = 3.0
REQUEST_WITHIN_S = 3.0


class AmiError(SurveyError):
    """AMI cannot be reached, refused us, or did not answer in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiAddress:
    host: str
    port: int
    user: str
    secret: str

    def __repr__(self) -> str:
        return f"AmiAddress({self.host}:{self.port})"  # never the secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiResponse:
    ok: bool
    message: str
    fields: Mapping[str, str]


class _Client(AMIClient):  # type: ignore[misc]  # the library ships no types
    """The library's parser and reader thread; connecting, sending and closing are ours."""

    def __init__(self, address: AmiAddress, **listeners: Callable[..., None]) -> None:
        super().__init__(address.host, address.port, timeout=None, buffer_size=65_536, **listeners)
        self._sending = threading.Lock()

    def connect(self) -> None:
        """Blocks, at most CONNECT_WITHIN_S. Raises OSError."""
        self._socket = socket.create_connection((self._address, self._port), timeout=CONNECT_WITHIN_S)
        self._socket.settimeout(None)
        self.finished = threading.Event()
        self._thread = threading.Thread(target=self.listen, name="ami reader", daemon=True)
        self._thread.start()

    def listen(self) -> None:
        try:
            super().listen()
        except Exception as broken:  # also what is no AMI at all: no traceback from a thread, but a lost link
            self._fire_on_disconnect(error=broken)

    def send(self, pack: Any) -> None:
        """Blocks while the server does not read; `interrupt` frees it. Raises OSError."""
        with self._sending:
            self._socket.sendall(f"{pack}\r\n".encode(self.encoding))

    def interrupt(self) -> None:
        """Wakes whoever reads or writes the socket. Does not block."""
        if self.finished is not None:
            self.finished.set()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def disconnect(self) -> None:
        self.interrupt()
        if self._thread is not None:
            self._thread.join(REQUEST_WITHIN_S)
        if self._socket is not None:
            self._socket.close()


class AmiLink:
    """One authenticated connection. Once `lost` is set it is of no use; build another."""

    def __init__(self, address: AmiAddress, *, on_event: Callable[[AmiEvent], None]) -> None:
        self.lost = asyncio.Event()
        self._address = address
        self._on_event = on_event
        self._waiting: dict[str, asyncio.Future[AmiResponse]] = {}
        self._numbers = itertools.count(1)
        self._loop = asyncio.get_running_loop()
        self._sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ami sender")
        self._client = _Client(
            address,
            on_event=self._hand_over_event,
            on_response=self._hand_over_response,
            on_disconnect=self._hand_over_loss,
        )

    async def open(self) -> None:
        """Connects and logs in, for call events only. Raises AmiError."""
        try:
            await self._loop.run_in_executor(self._sender, self._client.connect)
        except OSError as refused:
            raise AmiError(
                f"AMI {self._address.host}:{self._address.port}: {refused.strerror or refused}; "
                "is Asterisk running?"
            ) from refused
        login = {"Username": self._address.user, "Secret": self._address.secret, "Events": "call"}
        response = await self.request("Login", login)
        if not response.ok:
            raise AmiError(
                f"AMI {self._address.host}:{self._address.port}: login refused; check user and secret file"
            )

    async def request(
        self,
        name: str,
        fields: Mapping[str, str],
        *,
        variables: Mapping[str, str] | None = None,
        action_id: str | None = None,
        within_s: float = REQUEST_WITHIN_S,
    ) -> AmiResponse:
        """Sends one action and waits for its response. Raises AmiError: it may have arrived all the same."""
        identity = action_id or f"shengwen-{next(self._numbers)}"
        action = Action(name, {"ActionID": identity, **_safe(fields)}, _safe(variables or {}))
        if self.lost.is_set():
            raise AmiError(f"AMI {name}: the connection is gone; try again")
        answer: asyncio.Future[AmiResponse] = self._loop.create_future()
        self._waiting[identity] = answer
        try:
            async with asyncio.timeout(within_s):
                await self._loop.run_in_executor(self._sender, self._client.send, action)
                return await answer
        except TimeoutError:
            raise AmiError(f"AMI {name}: no answer within {within_s:g} s; is Asterisk stalled?") from None
        except OSError as broken:
            self._lose()
            raise AmiError(f"AMI {name}: {broken.strerror or broken}; is Asterisk running?") from broken
        finally:
            self._waiting.pop(identity, None)

    async def close(self) -> None:
        """Gives back socket and threads. Idempotent."""
        self._lose()
        self._client.interrupt()
        await asyncio.shield(self._loop.run_in_executor(self._sender, self._client.disconnect))
        self._sender.shutdown(wait=True)  # its only thread is idle by now

    # The reader thread calls these three; each only hands over to the loop.

    def _hand_over_event(self, event: Any, **_source: object) -> None:
        self._soon(self._deliver_event, AmiEvent(name=str(event.name), fields=dict(event.keys)))

    def _hand_over_response(self, response: Any, **_source: object) -> None:
        fields = {str(key): str(value) for key, value in response.keys.items()}
        answer = AmiResponse(
            ok=str(response.status).lower() == "success", message=fields.get("Message", ""), fields=fields
        )
        self._soon(self._deliver_response, answer)

    def _hand_over_loss(self, **_why: object) -> None:
        self._soon(self._lose)

    def _soon(self, function: Callable[..., None], *arguments: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(function, *arguments)

    def _deliver_event(self, event: AmiEvent) -> None:
        if not self.lost.is_set():
            self._on_event(event)

    def _deliver_response(self, response: AmiResponse) -> None:
        answer = self._waiting.get(response.fields.get("ActionID", ""))
        if answer is not None and not answer.done():
            answer.set_result(response)

    def _lose(self) -> None:
        self.lost.set()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(AmiError("AMI: the connection was lost; try again"))


def _safe(fields: Mapping[str, str]) -> dict[str, str]:
    """A line break in a value would start an action of its own."""
    for name, value in fields.items():
        if any(sign in f"{name}{value}" for sign in "\r\n\0"):
            raise AmiError(f"AMI field {name!r}: holds a line break; refuse such input where it enters")
    return dict(fields)
