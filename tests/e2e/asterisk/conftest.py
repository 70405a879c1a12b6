"""The pair runs for the whole session; each test gets a fresh telephone, and leaves nothing behind."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import numpy as np
import psutil
import pytest

from config.settings import MediaSettings
from dialogue.line import SAMPLE_RATE_HZ, FrameHeard, HungUp, KeyPressed, LineEvent, Samples
from ivr.dialler.ami import AmiDialler
from ivr.dialler.numbers import applicant_uuid
from ivr.dialler.port import Answered, Dialled, PlaceCall
from ivr.media.clock import SharedClock
from ivr.media.server import MediaServer
from ivr.media.session import MediaSession
from tests.e2e.asterisk.pair import Pair, running_pair


@pytest.fixture(scope="session")
def asterisk_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with running_pair(tmp_path_factory.mktemp("asterisk")) as pair:
        yield pair


@dataclass(slots=True)
class Telephone:
    """Our dialler and media server, and a media server where the carrier expects the applicants."""

    pair: Pair
    dialler: AmiDialler
    ours: MediaServer
    applicants: MediaServer

    async def dial(self, phone: str, *, ring_timeout_s: float = 5.0, attempt: UUID | None = None) -> Dialled:
        order = PlaceCall(attempt=attempt or uuid4(), phone=phone, ring_timeout_s=ring_timeout_s)
        return await self.dialler.dial(order)

    async def talk(self, phone: str) -> tuple[UUID, MediaSession, MediaSession]:
        """Dials an applicant: the attempt, our end, the applicant's end."""
        attempt = uuid4()
        here, there = self.ours.expect(attempt), self.applicants.expect(applicant_uuid(phone))
        assert await self.dial(phone, attempt=attempt) == Answered(attempt=attempt)
        async with asyncio.timeout(5):
            return attempt, await here, await there


@pytest.fixture
async def telephone(asterisk_pair: Pair) -> AsyncIterator[Telephone]:
    asterisk_pair.ensure_up()
    threads, sockets = threading.active_count(), open_sockets()
    clock = SharedClock()
    ours = MediaServer(MediaSettings(), clock)
    applicants = MediaServer(MediaSettings(port=asterisk_pair.ports.simulator), clock)
    host, port = await ours.start()
    await applicants.start()
    dialler = AmiDialler(asterisk_pair.settings, media_address=f"{host}:{port}")
    yield Telephone(pair=asterisk_pair, dialler=dialler, ours=ours, applicants=applicants)
    await dialler.close()
    await ours.close()
    await applicants.close()
    clock.close()
    assert dialler.open_calls == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert threading.active_count() == threads
    assert open_sockets() == sockets


def open_sockets() -> int:
    return len([one for one in psutil.Process().net_connections() if one.status != psutil.CONN_TIME_WAIT])


def tone(hz: float, ms: int) -> Samples:
    times = np.arange(SAMPLE_RATE_HZ * ms // 1_000) / SAMPLE_RATE_HZ
    return np.asarray(np.sin(2 * np.pi * hz * times) * 8_000, dtype=np.int16)


def share_of(hz: float, samples: Samples) -> float:
    """How much of the sound's power lies within 20 Hz of `hz`; 0 for silence."""
    power = np.abs(np.fft.rfft(samples.astype(np.float64) * np.hanning(len(samples)))) ** 2
    near = np.abs(np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE_HZ) - hz) < 20
    return float(power[near].sum() / power.sum()) if power.sum() > 0 else 0.0


async def hear(line: MediaSession, ms: int) -> Samples:
    """The next so many milliseconds after the first sound."""
    heard: list[Samples] = []
    async with asyncio.timeout(10):
        while len(heard) * 20 < ms:
            event = await line.next_event()
            assert not isinstance(event, HungUp)
            if isinstance(event, FrameHeard) and (heard or np.abs(event.samples).max() > 500):
                heard.append(event.samples)
    return np.concatenate(heard)


async def keys(line: MediaSession, count: int) -> str:
    pressed = ""
    async with asyncio.timeout(10):
        while len(pressed) < count:
            event = await line.next_event()
            assert not isinstance(event, HungUp)
            if isinstance(event, KeyPressed):
                pressed += event.digit
    return pressed


async def until_dialling(telephone: Telephone, calls: int) -> None:
    """Until so many orders are on their way to Asterisk."""
    for _ in range(100_000):
        if telephone.dialler.open_calls >= calls:
            return
        await asyncio.sleep(0)
    raise AssertionError("not dialled")


async def until_hung_up(line: MediaSession) -> list[LineEvent]:
    events: list[LineEvent] = []
    async with asyncio.timeout(15):
        while not events or not isinstance(events[-1], HungUp):
            events.append(await line.next_event())
    return events
