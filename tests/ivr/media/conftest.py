"""A server on a free port and a clock that ticks by hand; afterwards nothing may be left."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import psutil
import pytest

from config.settings import MediaSettings
from dialogue.line import HungUp, LineEvent
from ivr.media.server import MediaServer
from ivr.media.session import MediaSession
from tests.fakes.clock import HandClock
from tests.ivr.media.peer import Peer


@dataclass(slots=True)
class House:
    server: MediaServer
    clock: HandClock
    address: tuple[str, int]

    async def answered(self, attempt: UUID | None = None) -> tuple[MediaSession, Peer]:
        """One call, answered."""
        attempt = attempt or uuid4()
        waiting = self.server.expect(attempt)
        peer = await Peer.call(self.address, attempt)
        return await asyncio.wait_for(waiting, timeout=10), peer

    async def events(self, session: MediaSession) -> list[LineEvent]:
        """Ticks until the call is over; everything that was heard."""
        events: list[LineEvent] = []
        while not events or not isinstance(events[-1], HungUp):
            waiting = asyncio.ensure_future(session.next_event())
            while not waiting.done():
                await self.clock.advance()
            events.append(await waiting)
        return events


def open_sockets() -> int:
    return len([one for one in psutil.Process().net_connections("tcp") if one.status != "TIME_WAIT"])


@pytest.fixture
async def house() -> AsyncIterator[House]:
    sockets = open_sockets()
    clock = HandClock()
    server = MediaServer(MediaSettings(max_unknown_connections=4), clock)
    yield House(server=server, clock=clock, address=await server.start())
    await server.close()
    assert clock.listeners == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert open_sockets() == sockets
