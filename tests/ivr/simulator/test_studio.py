"""Rendering ahead, and the embedded line against our own media server."""

import asyncio
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from config.settings import MediaSettings
from decision_hook.contract import FactKind, SurveyError
from dialogue.line import FrameHeard, HungUp
from ivr.dialler.port import Answered, PlaceCall
from ivr.media.clock import SharedClock
from ivr.media.server import MediaServer
from ivr.simulator.cast import Cast, Player
from ivr.simulator.channel import active_rms, to_float
from ivr.simulator.cue import CueBoard
from ivr.simulator.embedded import EmbeddedDialler
from ivr.simulator.persona import FarEnd
from ivr.simulator.reply import Reply, Say
from ivr.simulator.studio import Studio
from tests.fakes.voice import ToneVoice
from tests.ivr.simulator.people import applicant, application, cue, persona


def test_how_calls_begin_is_rendered_ahead_and_only_once(tmp_path: Path) -> None:
    voice = ToneVoice()
    studio = Studio(voice, tmp_path)
    people = [
        applicant(1, second_voice={}, knows_sources=[]),
        applicant(2, noise={"kind": "babble"}),
        applicant(3, line="announcement_answered"),
        applicant(4, line="voicemail"),
        applicant(5, line="busy"),
        applicant(6, behaviour=[{"at": "kind:free", "do": "talk_on"}, {"at": "1", "do": "ask_human"}]),
    ]
    told: list[tuple[int, int]] = []
    new = studio.prepare(people, lambda done, of: told.append((done, of)))
    assert told[0] == (0, new)
    assert told[-1] == (new, new)
    spoken = len(voice.spoken)
    assert studio.prepare(people) == 0
    person, mouth = people[1], studio.mouth(people[1].persona, 2)
    for asked, more in ((cue("opening.person", kind=FactKind.YES_NO), 0), (cue("x", "home_city"), 1)):
        reply = person.reply(asked)
        assert reply is not None
        mouth.perform(reply)
        mouth.perform(reply)
        assert len(voice.spoken) == spoken + more
    studio.close()


def test_an_unprepared_persona_speaks_too_and_samples_enrol_it() -> None:
    studio = Studio(ToneVoice(), None)
    pcm = studio.say(["今天天气不错", "明天再说"], persona())
    assert pcm.dtype == np.int16
    assert active_rms(to_float(pcm)) == pytest.approx(10 ** (-22 / 20), rel=0.1)
    studio.close()


class MuteVoice(ToneVoice):
    """Cannot speak."""

    def speak(self, text: str, voice: str, speed: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
        raise SurveyError("voice: no such style; choose another")


async def test_a_voice_that_fails_says_so() -> None:
    studio = Studio(MuteVoice(), None)
    mouth = studio.mouth(persona(), 1)
    with pytest.raises(SurveyError, match="no such style"):
        await studio.perform(mouth, Reply(question_id="q", after_ms=0, steps=(Say(text="你好"),)))
    with pytest.raises(SurveyError):
        await studio.announcement(mouth, FarEnd.VOICEMAIL)
    studio.close()


async def test_our_media_server_hears_the_applicant_and_loses_him_when_he_hangs_up() -> None:
    clock = SharedClock()
    server = MediaServer(MediaSettings(), clock)
    address = await server.start()
    cues, studio = CueBoard(), Studio(ToneVoice(), None)
    somebody = persona(latency_ms={"median": 320, "sigma": 0}, behaviour=[{"at": "1", "do": "hang_up"}])
    player = Player(application=application(), persona=somebody, seed=1)
    dialler = EmbeddedDialler(cast=Cast([player]), studio=studio, cues=cues, media=lambda: address)
    attempt = uuid4()
    expected = server.expect(attempt)
    try:
        order = PlaceCall(attempt=attempt, phone=player.phone, ring_timeout_s=5)
        assert await dialler.dial(order) == Answered(attempt=attempt)
        line = await asyncio.wait_for(expected, 5)
        cues.post(player.phone, cue("home.city", "home_city", kind=FactKind.PLACE))
        line.speak(np.full(8_000 // 2, 3_000, dtype=np.int16))
        loud_at: list[int] = []
        async with asyncio.timeout(10):
            while not isinstance(event := await line.next_event(), HungUp):
                if isinstance(event, FrameHeard) and np.abs(event.samples).max() > 1_000:
                    loud_at.append(event.at_ms)
        assert 700 <= loud_at[0] <= 1_500  # half a second of prompt, and the latency after it
    finally:
        await dialler.close()
        await server.close()
        clock.close()
        studio.close()
    assert dialler.talking() == 0
