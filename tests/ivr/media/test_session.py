"""One call over a real socket: mouth, ear, keys, axis, and every way to end."""

import asyncio
from uuid import uuid4

import numpy as np
import pytest

import ivr.media.sender as sender_module
from config.settings import MediaSettings
from dialogue.line import FrameHeard, HungUp, KeyPressed, Line, Samples
from ivr.media.clock import SharedClock
from ivr.media.protocol import Audio, Digit, HangUp, PeerError
from ivr.media.server import MediaServer
from ivr.media.session import MediaSession
from tests.ivr.media.conftest import House
from tests.ivr.media.peer import Peer

VOICE = np.full(160, 5_000, np.int16)


class Taps:
    """Implements Tap."""

    def __init__(self) -> None:
        self.frames: list[tuple[int, int, int]] = []

    def frame(self, at_ms: int, ours: Samples, theirs: Samples) -> None:
        self.frames.append((at_ms, int(ours[0]), int(theirs[0])))


async def test_silence_from_the_first_tick_on(house: House) -> None:
    _, peer = await house.answered()
    await house.clock.advance()
    assert not (await peer.hear(1)).any()
    await peer.close()


async def test_one_frame_per_tick_and_prompts_on_the_axis(house: House) -> None:
    session, peer = await house.answered()
    line: Line = session
    await house.clock.advance(5)
    assert line.now_ms() == 80  # the fifth frame began then
    line.speak(np.arange(1, 401, dtype=np.int16))
    assert line.speaking_ms() == 50
    await house.clock.advance(5)
    heard = await peer.hear(10)
    assert np.array_equal(heard.nonzero()[0], np.arange(800, 1_200))
    assert line.now_ms() == 180
    assert line.speaking_ms() == 0
    await peer.close()


async def test_a_prompt_ends_at_now_plus_speaking(house: House) -> None:
    session, peer = await house.answered()
    await house.clock.advance(3)
    session.speak(np.ones(1_000, np.int16))
    await house.clock.advance(4)
    ends_ms = session.now_ms() + session.speaking_ms()
    await house.clock.advance(10)
    assert (await peer.hear(17)).nonzero()[0][-1] + 1 == ends_ms * 8
    await peer.close()


async def test_barge_in_is_silence_within_a_frame(house: House) -> None:
    session, peer = await house.answered()
    session.speak(np.full(8_000, 9_000, np.int16))
    await house.clock.advance(10)
    assert session.stop_speaking() == 800
    await house.clock.advance(5)
    assert (await peer.hear(15)).nonzero()[0][-1] < 1_600 + 40
    await peer.close()


async def test_the_caller_is_heard_in_20_ms_frames_whatever_comes(house: House) -> None:
    session, peer = await house.answered()
    whole = np.arange(1, 1_601, dtype=np.int16)
    for start in range(0, 1_600, 100):
        peer.speak(whole[start : start + 100])
    peer.send(HangUp())
    await peer.writer.drain()
    events = await house.events(session)
    heard = [event for event in events if isinstance(event, FrameHeard)]
    assert [event.at_ms for event in heard] == list(range(0, 20 * len(heard), 20))
    said = np.concatenate([event.samples for event in heard])
    assert np.array_equal(said[said.nonzero()], whole)  # its last words, too
    assert isinstance(events[-1], HungUp)
    assert await session.next_event() == events[-1]
    await peer.close()


async def test_nothing_sent_is_heard_as_silence(house: House) -> None:
    session, peer = await house.answered()
    await house.clock.advance(3)
    for at_ms in (0, 20):
        event = await session.next_event()
        assert isinstance(event, FrameHeard)
        assert event.at_ms == at_ms
        assert not event.samples.any()
    await peer.close()


async def test_keys_are_heard_and_a_to_d_are_not(house: House) -> None:
    session, peer = await house.answered()
    for digit in "1A#":
        peer.send(Digit(digit=digit))
    peer.send(HangUp())
    events = await house.events(session)
    assert [event.digit for event in events if isinstance(event, KeyPressed)] == ["1", "#"]
    await peer.close()


async def test_a_slow_conversation_loses_the_oldest_audio(house: House) -> None:
    session, peer = await house.answered()
    await house.clock.advance(100)
    first = await session.next_event()
    assert isinstance(first, FrameHeard)
    assert first.at_ms == 99 * 20 - 1_000
    assert session.dropped_ms == 99 * 20 - 1_000
    await peer.close()


async def test_a_peer_that_sends_minutes_at_once_does_not_put_us_behind(house: House) -> None:
    session, peer = await house.answered()
    for _ in range(10):
        peer.speak(np.full(8_000, 3_000, np.int16))
        await peer.writer.drain()
    peer.send(HangUp())
    events = await house.events(session)
    assert len(events) < 100
    assert session.dropped_ms >= 8_000
    await peer.close()


async def test_both_sides_are_tapped_on_one_axis(house: House) -> None:
    session, peer = await house.answered()
    session.tap = taps = Taps()
    session.speak(VOICE)
    await house.clock.advance(2)
    peer.speak(VOICE * 2)
    await peer.hear(2)
    while not any(theirs for _, _, theirs in taps.frames):
        await house.clock.advance()
    assert taps.frames[0] == (0, 5_000, 0)
    assert taps.frames[-1][1:] == (0, 10_000)
    assert [at_ms for at_ms, _, _ in taps.frames] == list(range(0, 20 * len(taps.frames), 20))
    await peer.close()


async def test_a_gap_in_the_ticks_leaves_no_gap_on_the_axis(house: House) -> None:
    session, peer = await house.answered()
    session.tap = taps = Taps()
    await house.clock.advance(3)
    house.clock.skip(7)
    await house.clock.advance(1)
    assert session.now_ms() == 200
    assert [at_ms for at_ms, _, _ in taps.frames] == list(range(0, 200, 20))
    assert (await peer.hear(4)).size == 640  # no burst
    await peer.close()


async def test_hanging_up_says_what_is_queued_first(house: House) -> None:
    session, peer = await house.answered()
    session.speak(np.full(400, 9_000, np.int16))
    leaving = asyncio.ensure_future(session.hang_up())
    far_end = asyncio.ensure_future(peer.read_to_the_end())
    await house.clock.advance(10)
    frames = await far_end
    await peer.close()
    await leaving
    assert frames[-1] == HangUp()
    assert [isinstance(frame, Audio) for frame in frames[:-1]] == [True] * 3
    session.speak(VOICE)
    assert session.speaking_ms() == 0
    assert isinstance((await house.events(session))[-1], HungUp)
    await session.hang_up()


async def test_a_peer_that_never_closes_is_closed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_module, "PARTING_S", 0.05)
    session, peer = await house.answered()
    leaving = asyncio.ensure_future(session.hang_up())
    await house.clock.advance(2)
    await leaving
    assert (await peer.read_to_the_end())[-1] == HangUp()
    await peer.close()


@pytest.mark.parametrize("how", ["hang-up frame", "error frame", "close", "reset", "half a frame"])
async def test_the_far_end_goes(house: House, how: str) -> None:
    session, peer = await house.answered()
    other, other_peer = await house.answered()
    if how == "hang-up frame":
        peer.send(HangUp())
    elif how == "error frame":
        peer.send(PeerError(code=1))
    elif how == "half a frame":
        peer.writer.write(b"\x10\x01\x40\x00")
        peer.writer.write_eof()
    elif how == "reset":
        peer.vanish()
    else:
        await peer.close()
    assert isinstance((await house.events(session))[-1], HungUp)
    await session.hang_up()
    await assert_alive(house, other)
    await peer.close()
    await other_peer.close()


async def assert_alive(house: House, session: MediaSession) -> None:
    before_ms = session.now_ms()
    await house.clock.advance(5)
    assert session.now_ms() == before_ms + 100
    event = await session.next_event()
    assert isinstance(event, FrameHeard)


async def test_a_stalled_peer_ends_its_own_call_only(house: House, caplog: pytest.LogCaptureFixture) -> None:
    attempt = uuid4()
    waiting = house.server.expect(attempt)
    peer = await Peer.call(house.address, attempt, receive_buffer=2_048)
    session = await waiting
    other, other_peer = await house.answered()
    far_end = asyncio.ensure_future(other_peer.answers_hang_up())
    events = await house.events(session)  # nobody reads at the far end
    assert isinstance(events[-1], HungUp)
    assert 2_000 <= session.unsent_ms <= 2_100
    assert session.now_ms() < 10_000
    assert f"call {attempt}: ended, the peer took no audio for 2000 ms" in caplog.text
    assert other.unsent_ms == 0
    await assert_alive(house, other)
    await asyncio.wait_for(session.hang_up(), timeout=1)
    peer.vanish()
    leaving = asyncio.ensure_future(other.hang_up())
    while not leaving.done():
        await house.clock.advance()
    await far_end


async def test_a_fault_in_one_tap_ends_that_call_only(house: House, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def frame(self, at_ms: int, ours: Samples, theirs: Samples) -> None:
            raise RuntimeError("a caller's name")

    session, peer = await house.answered()
    other, other_peer = await house.answered()
    session.tap = Broken()
    assert isinstance((await house.events(session))[-1], HungUp)
    assert "RuntimeError" in caplog.text
    assert "a caller's name" not in caplog.text
    await assert_alive(house, other)
    await peer.close()
    await other_peer.close()


async def test_calls_side_by_side_on_the_real_clock() -> None:
    clock = SharedClock()
    server = MediaServer(MediaSettings(), clock)
    address = await server.start()
    attempts = [uuid4() for _ in range(3)]
    waiting = [server.expect(attempt) for attempt in attempts]
    peers = [await Peer.call(address, attempt) for attempt in attempts]
    sessions = await asyncio.gather(*waiting)
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    for number, session in enumerate(sessions):
        session.speak(np.full(800, number + 1, np.int16))
        assert isinstance(await session.next_event(), FrameHeard)
    heard = await asyncio.gather(*(peer.hear(10) for peer in peers))
    assert loop.time() - began_s > 0.15  # paced, not poured
    assert [(said == number + 1).sum() for number, said in enumerate(heard)] == [800] * 3
    far_ends = [asyncio.ensure_future(peer.answers_hang_up()) for peer in peers]
    await server.close()
    await asyncio.gather(*far_ends)
    clock.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
