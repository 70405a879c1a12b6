"""An AMI server that replays recorded conversations on a real socket."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from config.settings import AsteriskSettings

Fields = dict[str, str]
Reply = Callable[[Fields], str]  # an action's fields -> what the server says, "" for nothing

GREETING = "Asterisk Call Manager/11.0.0\r\n"
SECRET = "a-secret"

# Recorded from Asterisk 22.10.1, cut to the fields that are read. {id} is the attempt.
ACK = "Response: Success\nActionID: {id}\nMessage: Originate successfully queued\n\n"
NEW = "Event: Newchannel\nChannelState: 0\nChannelStateDesc: Down\nUniqueid: {id}\n\n"
RINGING = (
    "Event: Newstate\nChannelState: 5\nChannelStateDesc: Ringing\nUniqueid: {id}\n\n"
    "Event: DialState\nDestUniqueid: {id}\nDialStatus: RINGING\n\n"
)
PROGRESS = "Event: DialState\nDestUniqueid: {id}\nDialStatus: PROGRESS\n\n"
UP = "Event: Newstate\nChannelState: 6\nChannelStateDesc: Up\nUniqueid: {id}\n\n"
ANSWERED = "Event: DialEnd\nDestUniqueid: {id}\nDialStatus: ANSWER\n\n"
ORIGINATED = "Event: OriginateResponse\nActionID: {id}\nResponse: Success\nReason: 4\nUniqueid: {id}\n\n"
FAILED = "Event: OriginateResponse\nActionID: {id}\nResponse: Failure\nReason: 0\nUniqueid: {id}\n\n"
TIMED_OUT = "Event: OriginateResponse\nActionID: {id}\nResponse: Failure\nReason: 3\nUniqueid: {id}\n\n"


def hangup(cause: int, sip: int) -> str:
    return f"Event: Hangup\nUniqueid: {{id}}\nCause: {cause}\nTechCause: {sip}\n\n"


@dataclass(slots=True)
class FakeAmi:
    """Answers logins, pings and hang-ups by itself; `replies` says what each other action brings."""

    replies: dict[str, Reply] = field(default_factory=dict)
    actions: list[Fields] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    stalled: bool = False  # reads, and says nothing
    port: int = 0
    _server: asyncio.Server | None = None
    _seen: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __aenter__(self) -> "FakeAmi":
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.vanish()

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def vanish(self) -> None:
        """Closes everything, as a crash does."""
        if self._server is not None:
            self._server.close()
            self.drop()
            await self._server.wait_closed()
            self._server = None

    def drop(self) -> None:
        """Closes the connections, not the server."""
        for writer in self.writers:
            writer.close()
        self.writers.clear()

    def say(self, text: str, **fields: str) -> None:
        for writer in self.writers:
            writer.write(text.format(**fields).replace("\n", "\r\n").encode())

    def settings(self, folder: Path, *, calls_per_second: float = 50) -> AsteriskSettings:
        secret = folder / "ami.secret"
        secret.write_text(SECRET + "\n", encoding="utf-8")
        return AsteriskSettings(ami_port=self.port, ami_secret_file=secret, calls_per_second=calls_per_second)

    def sent(self, name: str) -> list[Fields]:
        return [action for action in self.actions if action["Action"] == name]

    async def until(self, name: str, count: int = 1) -> list[Fields]:
        """Waits until an action was received so many times."""
        async with asyncio.timeout(10), self._seen:
            await self._seen.wait_for(lambda: len(self.sent(name)) >= count)
        return self.sent(name)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        writer.write(GREETING.encode())
        try:
            while True:
                text = (await reader.readuntil(b"\r\n\r\n")).decode()
                action = dict(line.split(": ", 1) for line in text.strip().split("\r\n"))
                async with self._seen:
                    self.actions.append(action)
                    self._seen.notify_all()
                if not self.stalled:
                    writer.write(self._answer(action).replace("\n", "\r\n").encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, action: Fields) -> str:
        name, identity = action["Action"], action["ActionID"]
        if name in self.replies:
            return self.replies[name](action)
        if name == "Hangup":
            return value("")(action) + hangup(16, 487).format(id=action["Channel"])
        ok = name != "Login" or action["Secret"] == SECRET
        return f"Response: {'Success' if ok else 'Error'}\nActionID: {identity}\nMessage: recorded\n\n"


def replay(*parts: str) -> Reply:
    """The acknowledgement and what follows it, for the attempt of the action."""
    return lambda action: "".join(parts).replace("{id}", action["ActionID"])


def value(text: str | None) -> Reply:
    """A Getvar's answer; None: no such channel."""
    if text is None:
        return lambda action: f"Response: Error\nActionID: {action['ActionID']}\nMessage: No such channel\n\n"
    return lambda action: f"Response: Success\nActionID: {action['ActionID']}\nValue: {text}\n\n"
