"""Who gets in, who does not, and that nothing is left."""

import asyncio
import socket
from uuid import UUID, uuid4

import numpy as np
import pytest

import ivr.media.server as server_module
from config.settings import MediaSettings
from decision_hook.contract import SurveyError
from dialogue.line import FrameHeard, HungUp
from ivr.media.protocol import Audio, Digit, Identity, encode
from ivr.media.reception import Refusal
from ivr.media.server import MediaServer
from ivr.media.session import MediaSession
from tests.fakes.clock import HandClock
from tests.ivr.media.conftest import House
from tests.ivr.media.peer import Peer

SILENCE = Audio(pcm=bytes(320))


@pytest.mark.parametrize(
    ("wire", "why"),
    [
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", Refusal.GARBAGE, id="wrong kind"),
        pytest.param(b"\x01\x00\x00", Refusal.GARBAGE, id="zero length"),
        pytest.param(encode(SILENCE), Refusal.GARBAGE, id="audio before the UUID"),
        pytest.param(encode(Digit(digit="1")), Refusal.GARBAGE, id="a key before the UUID"),
        pytest.param(encode(Identity(attempt=uuid4())), Refusal.UNKNOWN_ATTEMPT, id="unknown UUID"),
    ],
)
async def test_strangers_are_dropped_and_counted(
    house: House, caplog: pytest.LogCaptureFixture, wire: bytes, why: Refusal
) -> None:
    session, good = await house.answered()
    peer = await Peer.connect(house.address)
    peer.writer.write(wire)
    assert await peer.read_to_the_end() == []
    assert house.server.refused() == {why: 1}
    assert f"connection dropped: {why}" in caplog.text
    await goes_on(house, session)
    await peer.close()
    await good.close()


async def test_half_a_uuid_and_then_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "IDENTIFY_S", 0.05)
    peer = await Peer.connect(house.address)
    peer.writer.write(encode(Identity(attempt=uuid4()))[:9])
    assert await peer.read_to_the_end() == []
    assert house.server.refused() == {Refusal.SILENT: 1}
    await peer.close()


async def test_half_a_uuid_and_then_the_end(house: House) -> None:
    peer = await Peer.connect(house.address)
    peer.writer.write(encode(Identity(attempt=uuid4()))[:9])
    peer.writer.write_eof()
    assert await peer.read_to_the_end() == []
    assert house.server.refused() == {Refusal.GARBAGE: 1}
    await peer.close()


async def test_a_uuid_in_pieces_is_a_uuid(house: House) -> None:
    attempt = uuid4()
    waiting = house.server.expect(attempt)
    peer = await Peer.connect(house.address)
    for byte in encode(Identity(attempt=attempt)):
        peer.writer.write(bytes((byte,)))
        await peer.writer.drain()
    assert (await waiting).attempt == attempt
    await peer.close()


async def test_second_use_of_a_uuid(house: House) -> None:
    attempt = uuid4()
    session, peer = await house.answered(attempt)
    thief = await Peer.call(house.address, attempt)
    assert await thief.read_to_the_end() == []
    assert house.server.refused() == {Refusal.USED_TWICE: 1}
    with pytest.raises(SurveyError, match="expected before"):
        house.server.expect(attempt)
    await goes_on(house, session)
    await thief.close()
    await peer.close()


async def test_one_packet_gets_one_try(house: House) -> None:
    attempt = uuid4()
    waiting = house.server.expect(attempt)
    peer = await Peer.connect(house.address)
    peer.writer.write(encode(Identity(attempt=uuid4())) + encode(Identity(attempt=attempt)))
    assert await peer.read_to_the_end() == []
    assert not waiting.done()
    await peer.close()


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(b"\x42\x00\x00", id="wrong kind"),
        pytest.param(b"\x10\x00\x00", id="zero length"),
        pytest.param(b"\x10\x00\x03abc", id="half a sample"),
        pytest.param(encode(Identity(attempt=UUID(int=7))), id="another UUID"),
    ],
)
async def test_garbage_in_a_call_ends_that_call(house: House, wire: bytes) -> None:
    session, peer = await house.answered()
    other, other_peer = await house.answered()
    peer.writer.write(wire)
    events = await house.events(session)
    assert isinstance(events[-1], HungUp)
    assert house.server.refused() == {Refusal.GARBAGE: 1}
    await goes_on(house, other)
    await peer.close()
    await other_peer.close()


async def test_unidentified_connections_are_limited(house: House) -> None:
    crowd = [await Peer.connect(house.address) for _ in range(4)]
    late = await Peer.connect(house.address)
    assert await late.read_to_the_end() == []
    assert house.server.refused() == {Refusal.TOO_MANY: 1}
    await crowd.pop().close()
    while Refusal.SILENT not in house.server.refused():
        await house.clock.advance()
    _, peer = await house.answered()  # there is room again
    for one in [*crowd, late, peer]:
        await one.close()


async def test_a_forgotten_call_cannot_come_in(house: House) -> None:
    attempt = uuid4()
    waiting = house.server.expect(attempt)
    house.server.forget(attempt)
    house.server.forget(attempt)
    assert waiting.cancelled()
    peer = await Peer.call(house.address, attempt)
    assert await peer.read_to_the_end() == []
    assert house.server.refused() == {Refusal.UNKNOWN_ATTEMPT: 1}
    await peer.close()


async def test_closing_ends_everything(house: House) -> None:
    session, peer = await house.answered()
    session.speak(np.ones(80_000, np.int16))  # ten seconds nobody waits for
    waiting = house.server.expect(uuid4())
    stranger = await Peer.connect(house.address)
    far_end = asyncio.ensure_future(peer.answers_hang_up())
    closing = asyncio.ensure_future(house.server.close())
    while not closing.done():
        await house.clock.advance()
    await far_end
    assert waiting.cancelled()
    assert await stranger.read_to_the_end() == []
    assert isinstance((await house.events(session))[-1], HungUp)
    with pytest.raises(ConnectionRefusedError):
        await Peer.connect(house.address)
    await stranger.close()
    await house.server.close()


async def test_a_port_in_use_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SurveyError, match=rf"media\.port.*{port}.*in use.*set media\.port"):
            await MediaServer(MediaSettings(port=port), HandClock()).start()


async def goes_on(house: House, session: MediaSession) -> None:
    """The other calls do not notice."""
    before = house.clock.tick
    await house.clock.advance(10)
    assert session.now_ms() == (before + 10 - 1) * 20  # it was answered before the first tick
    assert isinstance(await session.next_event(), FrameHeard)
