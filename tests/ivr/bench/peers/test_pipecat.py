from pathlib import Path

import numpy as np
import pytest

from config.load import load_settings
from decision_hook.contract import FactKind
from ivr.bench.applicants import bench_player
from ivr.bench.far_end import FarEnd
from ivr.bench.notes import Put
from ivr.bench.peers.host import open_peer
from ivr.bench.peers.packages import PIPECAT, folder
from ivr.simulator.cue import Cue

CUES = (
    Cue(question_id="opening.person", fact_keys=(), kind=FactKind.YES_NO),
    Cue(question_id="consent.recording", fact_keys=(), kind=FactKind.YES_NO),
    Cue(question_id="consent.voiceprint", fact_keys=(), kind=FactKind.YES_NO),  # after it the call ends
)
PROMPT = (np.sin(np.arange(8_000) / 3) * 4_000).astype(np.int16)


@pytest.mark.models
async def test_pipecat_hears_two_answers_and_goes_on(tmp_path: Path) -> None:
    settings = load_settings()
    if not folder(settings.var).is_dir():
        pytest.skip("Pipecat is not installed: shengwen bench peers")
    far_end = FarEnd()
    try:
        await far_end.start()
        player = bench_player(0, run="test")
        await far_end.rehearse(
            (player,), CUES, models=settings.models, cache=tmp_path, progress=lambda done, of: None
        )
        async with open_peer(far_end, settings) as peer:
            assert peer.version == PIPECAT
            call = await peer.call(player, tuple(Put(cue=cue, audio=PROMPT) for cue in CUES))
            assert await peer.cpu_s() > 0
    finally:
        await far_end.close()
    answered = [answer for answer in call.answers if answer.cut_off is None]
    assert {answer.question_id for answer in answered} == {"opening.person", "consent.recording"}
    assert all(answer.turn_ms is not None and answer.turn_ms > 200 for answer in answered)
    assert any(window.speech for window in call.notes.windows)
    assert len(call.notes.verdicts) >= 2
    assert len(call.notes.transcripts_s) >= 2
