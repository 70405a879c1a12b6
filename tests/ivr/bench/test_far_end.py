import asyncio
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from config.load import load_settings
from config.settings import MediaSettings
from decision_hook.contract import CallOutcome, FactKind
from dialogue.line import FrameHeard
from ivr.bench.applicants import bench_player
from ivr.bench.far_end import FarEnd, FarEndDialler
from ivr.dialler.port import Answered, NotAnswered, PlaceCall
from ivr.media.clock import SharedClock
from ivr.media.server import MediaServer
from ivr.simulator.cue import Cue

CUE = Cue(question_id="opening.person", fact_keys=(), kind=FactKind.YES_NO)


@pytest.mark.models
async def test_an_applicant_in_another_process_answers_and_leaves_a_log(tmp_path: Path) -> None:
    clock = SharedClock()
    media = MediaServer(MediaSettings(), clock)
    address = await media.start()
    far_end = FarEnd()
    try:
        await far_end.start()
        player = bench_player(0, run="test")
        phone, attempt = player.player.application.phone, uuid4()
        progress: list[tuple[int, int]] = []
        await far_end.rehearse(
            (player,),
            (CUE,),
            models=load_settings().models,
            cache=tmp_path,
            progress=lambda done, of: progress.append((done, of)),
        )
        assert progress[-1] == (1, 1)
        dialler = FarEndDialler(far_end, address, {phone: player}.get)
        arrival = media.expect(attempt)
        assert await dialler.dial(PlaceCall(attempt=attempt, phone=phone, ring_timeout_s=5)) == Answered(
            attempt=attempt
        )
        session = await arrival
        far_end.asked(attempt, CUE)
        session.speak((np.sin(np.arange(8_000) / 3) * 4_000).astype(np.int16))
        async with asyncio.timeout(20):
            while True:  # until the answer is heard, and over
                event = await session.next_event()
                assert isinstance(event, FrameHeard)
                if np.abs(event.samples).max() > 1_000:
                    break
        session.speak((np.sin(np.arange(8_000) / 3) * 4_000).astype(np.int16))
        await session.hang_up()
        await dialler.hang_up(attempt)
        log = await far_end.log(attempt)
        (spoken,) = log.spoken
        assert spoken.question_id == CUE.question_id
        assert log.sounds_s[0] < spoken.began_s < spoken.ends_s
        assert log.rendered_late == 0
        assert await dialler.how_ended(attempt) is CallOutcome.HUNG_UP
        nobody = await dialler.dial(PlaceCall(attempt=uuid4(), phone="1", ring_timeout_s=5))
        assert isinstance(nobody, NotAnswered)
    finally:
        await far_end.close()
        await media.close()
        clock.close()
