"""Real calls: AMI -> our Asterisk -> SIP and G.711 on loopback -> the carrier -> the far end."""

import asyncio
import contextlib
import subprocess
from uuid import uuid4

import numpy as np
import pytest

from config.settings import AsteriskSettings
from decision_hook.contract import CallOutcome
from dialogue.line import FrameHeard
from ivr.dialler.ami import AmiDialler
from ivr.dialler.pair.layout import Instance
from ivr.dialler.port import Answered, NotAnswered, PlaceCall
from tests.e2e.asterisk.conftest import (
    Telephone,
    hear,
    keys,
    share_of,
    tone,
    until_dialling,
    until_hung_up,
)

pytestmark = pytest.mark.asterisk

KEY_5_HZ = (770, 1_336)


async def test_an_applicant_answers_and_sound_goes_both_ways(telephone: Telephone) -> None:
    attempt, here, there = await telephone.talk("13800138001")
    there.speak(tone(1_000, 600))
    here.speak(tone(600, 600))
    from_there, from_here = await asyncio.gather(hear(here, 400), hear(there, 400))
    assert share_of(1_000, from_there) > 0.9
    assert share_of(600, from_here) > 0.9
    await here.hang_up()
    await until_hung_up(there)
    assert await telephone.dialler.how_ended(attempt) is CallOutcome.HUNG_UP
    assert telephone.dialler.open_calls == 0


async def test_keys_that_travel_as_tones_arrive_as_keys(telephone: Telephone) -> None:
    _, here, there = await telephone.talk("13800138002")
    low, high = (tone(hz, 120) // 2 for hz in KEY_5_HZ)
    pause = np.zeros(1_600, dtype=np.int16)
    there.speak(np.concatenate([pause, low + high, pause, low + high, pause]).astype(np.int16))
    assert await keys(here, 2) == "55"


async def test_the_applicant_hangs_up(telephone: Telephone) -> None:
    attempt, here, there = await telephone.talk("13800138003")
    await there.hang_up()
    await until_hung_up(here)
    assert await telephone.dialler.how_ended(attempt) is CallOutcome.HUNG_UP


@pytest.mark.parametrize(
    ("phone", "outcome", "cause"),
    [
        pytest.param("12100000001", CallOutcome.BUSY, 17, id="busy"),
        pytest.param("12102000001", CallOutcome.NO_ANSWER, 19, id="the network reports no answer"),
        pytest.param("12103000001", CallOutcome.CONGESTION, 34, id="congestion"),
        pytest.param("12104000001", CallOutcome.NUMBER_REJECTED, 21, id="number refused"),
        pytest.param("+8612105000001", CallOutcome.NUMBER_REJECTED, 1, id="no such number"),
    ],
)
async def test_calls_that_are_not_answered(
    telephone: Telephone, phone: str, outcome: CallOutcome, cause: int
) -> None:
    attempt = uuid4()
    assert await telephone.dial(phone, attempt=attempt) == NotAnswered(
        attempt=attempt, outcome=outcome, cause=cause
    )
    assert telephone.dialler.open_calls == 0


async def test_ringing_is_not_answering(telephone: Telephone) -> None:
    fate = await telephone.dial("12101000001", ring_timeout_s=1.0)
    assert isinstance(fate, NotAnswered)
    assert fate.outcome is CallOutcome.NO_ANSWER


async def test_an_announcement_before_the_answer(telephone: Telephone) -> None:
    fate = await telephone.dial("12106000001", ring_timeout_s=10.0)
    assert isinstance(fate, NotAnswered)
    assert fate.outcome is CallOutcome.UNREACHABLE
    assert 3_000 < fate.early_media_ms < 6_000


async def test_an_announcement_after_the_answer_is_an_answered_call(telephone: Telephone) -> None:
    attempt = uuid4()
    waiting = telephone.ours.expect(attempt)
    assert await telephone.dial("12107000001", attempt=attempt) == Answered(attempt=attempt)
    line = await waiting
    heard = np.concatenate(
        [event.samples for event in await until_hung_up(line) if isinstance(event, FrameHeard)]
    )
    assert np.abs(heard).max() > 5_000
    assert await telephone.dialler.how_ended(attempt) is CallOutcome.HUNG_UP


async def test_calls_side_by_side(telephone: Telephone) -> None:
    calls = await asyncio.gather(*(telephone.talk(f"1380013810{n}") for n in range(6)))
    assert len({attempt for attempt, _, _ in calls}) == telephone.dialler.open_calls == 6
    assert len(telephone.pair.channels(Instance.OURS)) == 6


async def test_a_cancelled_order_takes_the_call_down(telephone: Telephone) -> None:
    dialling = asyncio.ensure_future(telephone.dial("12101000002", ring_timeout_s=30))
    await until_dialling(telephone, 1)
    dialling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await dialling
    assert dialling.cancelled()


async def test_hanging_up_while_it_rings(telephone: Telephone) -> None:
    attempt = uuid4()
    dialling = asyncio.ensure_future(telephone.dial("12101000003", attempt=attempt, ring_timeout_s=30))
    await until_dialling(telephone, 1)
    await telephone.dialler.hang_up(attempt)
    assert await dialling == NotAnswered(attempt=attempt, outcome=CallOutcome.CANCELLED)
    await telephone.dialler.hang_up(attempt)


async def test_a_peer_that_is_not_ours_answers(telephone: Telephone) -> None:
    command = [*telephone.pair.sipp, "-sn", "uas", "-i", "127.0.0.1", "-m", "1", "-nostdin"]
    command += ["-p", str(telephone.pair.ports.second_peer_sip), "-timeout", "20s"]
    sipp = await asyncio.create_subprocess_exec(
        *command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=telephone.pair.layout.base,
    )
    try:
        attempt = uuid4()
        waiting = telephone.ours.expect(attempt)
        # SIP repeats the INVITE until the peer listens
        assert await telephone.dial("12108000001", attempt=attempt) == Answered(attempt=attempt)
        line = await waiting
        line.speak(tone(600, 100))
        await line.hang_up()
        assert await telephone.dialler.how_ended(attempt) is CallOutcome.HUNG_UP
        assert await asyncio.wait_for(sipp.wait(), timeout=10) == 0  # one call, all as in its scenario
    finally:
        if sipp.returncode is None:
            sipp.kill()
            await sipp.wait()


async def test_the_trunk_is_down(telephone: Telephone) -> None:
    telephone.pair.stop(Instance.CARRIER)
    first = await telephone.dial("13800138004", ring_timeout_s=10)  # not yet noticed: nobody replies
    second = await telephone.dial("13800138004", ring_timeout_s=10)  # noticed by OPTIONS: no channel at all
    for fate in (first, second):
        assert isinstance(fate, NotAnswered)
        assert fate.outcome is CallOutcome.TRUNK_DOWN


async def test_ami_is_down(telephone: Telephone) -> None:
    nowhere = AsteriskSettings(ami_port=1, ami_secret_file=telephone.pair.settings.ami_secret_file)
    dialler = AmiDialler(nowhere, media_address="127.0.0.1:9")
    attempt = uuid4()
    fate = await dialler.dial(PlaceCall(attempt=attempt, phone="13800138005", ring_timeout_s=5))
    assert fate == NotAnswered(attempt=attempt, outcome=CallOutcome.LINE_FAILED)
    await dialler.close()


async def test_asterisk_is_killed_while_one_talks_and_one_rings(telephone: Telephone) -> None:
    attempt, here, _ = await telephone.talk("13800138006")
    ringing = asyncio.ensure_future(telephone.dial("12101000004", ring_timeout_s=30))
    await until_dialling(telephone, 2)
    telephone.pair.kill(Instance.OURS)
    await until_hung_up(here)
    assert await telephone.dialler.how_ended(attempt) is CallOutcome.LINE_FAILED
    fate = await ringing
    assert isinstance(fate, NotAnswered)
    assert fate.outcome is CallOutcome.LINE_FAILED
    assert telephone.dialler.open_calls == 0

    telephone.pair.ensure_up()
    _, again, _ = await telephone.talk("13800138007")  # the same dialler, over a new connection
    await again.hang_up()
    telephone.pair.stop(Instance.CARRIER)  # where it still rings, for a caller who is gone


async def test_nothing_is_left_in_either_asterisk(telephone: Telephone) -> None:
    _, here, there = await telephone.talk("13800138008")
    await here.hang_up()
    await until_hung_up(there)
    await telephone.dialler.close()
    for instance in Instance:
        assert telephone.pair.channels(instance) == []
