"""Whole calls over real sockets, with a tone for a voice and a scripted caller."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from decision_hook.contract import CallOutcome, FactKind, SurveyError
from ivr.dialler.port import Answered, NotAnswered, PlaceCall
from ivr.media.protocol import Audio, Decoder, Digit, HangUp, Identity, encode
from ivr.simulator.carrier_side import CarrierSide
from ivr.simulator.cast import Cast, Player, carrier_uuid, number_key, number_of
from ivr.simulator.cue import CueBoard
from ivr.simulator.embedded import EmbeddedDialler
from ivr.simulator.studio import Studio
from tests.fakes.voice import ToneVoice
from tests.ivr.simulator.people import application, cue, persona

PHONE = "17000020001"
QUIET, PROMPT = b"\0" * 320, (np.full(160, 3_000, dtype="<i2")).tobytes()
QUICK = {"latency_ms": {"median": 320, "sigma": 0}}
LOUD_RMS = 300


@dataclass
class Caller:
    """Our side of the line: sends prompts, notes when the applicant sounds."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sounds: list[bool] = field(default_factory=list)  # of each frame received
    keys: str = ""
    gone: bool = False

    async def listen(self) -> None:
        decoder = Decoder()
        while chunk := await self.reader.read(4_096):
            for frame in decoder.feed(chunk):
                if isinstance(frame, Audio):
                    samples = np.frombuffer(frame.pcm, dtype="<i2").astype(float)
                    self.sounds.append(bool(np.sqrt(np.mean(samples**2)) > LOUD_RMS))
                elif isinstance(frame, Digit):
                    self.keys += frame.digit
                elif isinstance(frame, HangUp):
                    self.gone = True
        self.gone = True

    def say(self, ms: int) -> None:
        self.writer.write(encode(Audio(pcm=PROMPT)) * (ms // 20))

    def pause(self, ms: int) -> None:
        self.writer.write(encode(Audio(pcm=QUIET)) * (ms // 20))

    async def until(self, met: Callable[[], bool]) -> None:
        """Silence on our side until something is so."""
        async with asyncio.timeout(5):
            while not met():
                if not self.writer.is_closing():
                    self.pause(20)
                await asyncio.sleep(0.02)

    def spoke(self) -> bool:
        """Has the applicant said something and ended?"""
        return any(self.sounds) and not any(self.sounds[-10:])


class Switchboard:
    """An AudioSocket server that hands over the calls of the test."""

    def __init__(self) -> None:
        self.calls: asyncio.Queue[tuple[UUID, Caller]] = asyncio.Queue()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (identity,) = Decoder().feed(await reader.readexactly(19))
        assert isinstance(identity, Identity)
        caller = Caller(reader, writer)
        await self.calls.put((identity.attempt, caller))
        await caller.listen()
        writer.close()


@dataclass
class Network:
    dialler: EmbeddedDialler
    cues: CueBoard
    board: Switchboard

    async def call(self) -> Caller:
        attempt = uuid4()
        fate = await self.dialler.dial(PlaceCall(attempt=attempt, phone=PHONE, ring_timeout_s=5))
        assert fate == Answered(attempt=attempt)
        connected, caller = await asyncio.wait_for(self.board.calls.get(), 5)
        assert connected == attempt
        return caller


@asynccontextmanager
async def network(**traits: Any) -> AsyncIterator[Network]:
    board, cues, studio = Switchboard(), CueBoard(), Studio(ToneVoice(), None)
    server = await asyncio.start_server(board.serve, "127.0.0.1", 0)
    player = Player(application=application(PHONE), persona=persona(**{**QUICK, **traits}), seed=1)
    address = server.sockets[0].getsockname()[:2]
    dialler = EmbeddedDialler(cast=Cast([player]), studio=studio, cues=cues, media=lambda: address)
    try:
        yield Network(dialler, cues, board)
    finally:
        await dialler.close()
        assert dialler.talking() == 0
        server.close()
        studio.close()


async def test_a_question_is_answered_after_it_has_ended() -> None:
    async with network() as net:
        caller = await net.call()
        await caller.until(lambda: len(caller.sounds) > 5)
        net.cues.post(PHONE, cue("home.city", "home_city", kind=FactKind.PLACE))
        caller.say(400)
        await caller.until(lambda: len(caller.sounds) > 10)
        assert not any(caller.sounds[:8])
        await caller.until(caller.spoke)


async def test_sound_without_a_question_gets_no_answer_and_a_repeated_question_another() -> None:
    async with network() as net:
        caller = await net.call()
        await caller.until(lambda: bool(caller.sounds))
        caller.say(400)
        caller.pause(800)
        await caller.until(lambda: len(caller.sounds) > 25)
        assert not any(caller.sounds)
        for _ in range(2):
            caller.sounds.clear()
            net.cues.post(PHONE, cue("home.city", "home_city", kind=FactKind.PLACE))
            await caller.until(lambda: len(caller.sounds) > 2)
            caller.say(400)
            await caller.until(caller.spoke)


async def test_keys_are_pressed_when_offered() -> None:
    async with network() as net:
        caller = await net.call()
        await caller.until(lambda: bool(caller.sounds))
        net.cues.post(PHONE, cue("card.tail:keypad", "debit_card_tail", kind=FactKind.DIGITS))
        await caller.until(lambda: len(caller.sounds) > 3)
        caller.say(300)
        await caller.until(lambda: caller.keys == "6284")


async def test_hanging_up_in_the_middle_closes_the_line() -> None:
    async with network(behaviour=[{"at": "1", "do": "hang_up"}]) as net:
        caller = await net.call()
        await caller.until(lambda: bool(caller.sounds))
        net.cues.post(PHONE, cue("home.city", "home_city", kind=FactKind.PLACE))
        await caller.until(lambda: len(caller.sounds) > 3)
        caller.say(300)
        await caller.until(lambda: caller.gone)
        assert any(caller.sounds)
        await caller.until(lambda: net.dialler.talking() == 0)


async def test_whoever_is_talked_over_stops() -> None:
    async with network(behaviour=[{"do": "talk_on"}]) as net:
        caller = await net.call()
        await caller.until(lambda: bool(caller.sounds))
        net.cues.post(PHONE, cue("home.city", "home_city", kind=FactKind.PLACE))
        await caller.until(lambda: len(caller.sounds) > 3)
        caller.say(300)
        await caller.until(lambda: sum(caller.sounds) > 10)
        caller.say(1_800)
        await caller.until(caller.spoke)


async def test_our_hang_up_ends_the_applicant() -> None:
    async with network() as net:
        caller = await net.call()
        await caller.until(lambda: bool(caller.sounds))
        caller.writer.write(encode(HangUp()))
        await caller.until(lambda: caller.gone)


async def test_an_answered_announcement_speaks_by_itself() -> None:
    async with network(line="announcement_answered") as net:
        caller = await net.call()
        await caller.until(lambda: sum(caller.sounds) > 20)


@pytest.mark.parametrize(
    ("line", "outcome", "cause", "early_media_ms"),
    [
        ("busy", CallOutcome.BUSY, 17, 0),
        ("no_answer", CallOutcome.NO_ANSWER, 19, 0),
        ("congestion", CallOutcome.CONGESTION, 34, 0),
        ("rejected", CallOutcome.NUMBER_REJECTED, 21, 0),
        ("announcement_early", CallOutcome.UNREACHABLE, 20, 5_200),
    ],
)
async def test_what_a_network_reports(
    line: str, outcome: CallOutcome, cause: int, early_media_ms: int
) -> None:
    async with network(line=line) as net:
        order = PlaceCall(attempt=uuid4(), phone=PHONE, ring_timeout_s=0.05)
        assert await net.dialler.dial(order) == NotAnswered(
            attempt=order.attempt, outcome=outcome, cause=cause, early_media_ms=early_media_ms
        )


async def test_unknown_numbers_dead_servers_and_second_dials() -> None:
    studio = Studio(ToneVoice(), None)
    player = Player(application=application(PHONE), persona=persona(), seed=1)
    dialler = EmbeddedDialler(
        cast=Cast([player]), studio=studio, cues=CueBoard(), media=lambda: ("127.0.0.1", 1)
    )
    stranger = PlaceCall(attempt=uuid4(), phone="999", ring_timeout_s=1)
    fate = await dialler.dial(stranger)
    assert isinstance(fate, NotAnswered)
    assert fate.outcome is CallOutcome.NUMBER_REJECTED
    with pytest.raises(SurveyError, match="dialled already"):
        await dialler.dial(stranger)
    fate = await dialler.dial(PlaceCall(attempt=uuid4(), phone=PHONE, ring_timeout_s=0.05))
    assert isinstance(fate, NotAnswered)
    assert fate.outcome is CallOutcome.LINE_FAILED
    await dialler.close()
    studio.close()


@pytest.mark.parametrize("phone", ["17000020001", "+8617000020001", "057188881234", "10086"])
def test_a_number_goes_through_a_carriers_uuid(phone: str) -> None:
    assert number_of(carrier_uuid(phone)) == number_key(phone)
    assert len(number_key(phone)) == 12


async def test_behind_a_carrier_the_uuid_chooses_the_applicant() -> None:
    studio, cues = Studio(ToneVoice(), None), CueBoard()
    player = Player(application=application(PHONE), persona=persona(**QUICK), seed=1)
    side = CarrierSide(cast=Cast([player]), studio=studio, cues=cues)
    host, port = await side.start("127.0.0.1", 0)
    try:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(encode(Identity(attempt=carrier_uuid(PHONE))))
        caller = Caller(reader, writer)
        listening = asyncio.create_task(caller.listen())
        await caller.until(lambda: bool(caller.sounds))
        net_cue = cue("card.tail:keypad", "debit_card_tail", kind=FactKind.DIGITS)
        cues.post(PHONE, net_cue)
        await caller.until(lambda: len(caller.sounds) > 3)
        caller.say(300)
        await caller.until(lambda: sum(caller.sounds) >= 12)
        assert caller.keys == ""
        writer.write(encode(HangUp()))
        await asyncio.wait_for(listening, 5)
        writer.close()
        stranger, outgoing = await asyncio.open_connection(host, port)
        outgoing.write(encode(Identity(attempt=uuid4())))
        assert await asyncio.wait_for(stranger.read(), 5) == b""
        outgoing.close()
    finally:
        await side.close()
        studio.close()
    assert side.talking() == 0
