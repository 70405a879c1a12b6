"""The applicants' real voice, a few words of it."""

from pathlib import Path

import numpy as np
import pytest

from config.settings import Settings
from dialogue.speaking.kokoro import Kokoro
from ivr.simulator.channel import active_rms, to_float
from ivr.simulator.persona import Accent, Codec
from ivr.simulator.reply import Reply, Say
from ivr.simulator.studio import Studio
from tests.ivr.simulator.people import persona


@pytest.mark.models
def test_a_warped_voice_with_an_accent_over_gsm(tmp_path: Path) -> None:
    studio = Studio(Kokoro(Settings().models / "kokoro"), tmp_path)
    plain = persona()
    other = persona(
        voice={"name": "jf_alpha*0.5+jm_kumo*0.5", "warp": {"pitch_semitones": -2, "formant_ratio": 0.95}},
        accent=[Accent.N_L, Accent.Z_ZH],
        codec=Codec.GSM,
    )
    reply = Reply(question_id="q", after_ms=0, steps=(Say(text="是九零年"),))
    turns = [studio.mouth(who, 1).perform(reply) for who in (plain, other)]
    for turn in turns:
        assert 4_000 <= turn.pcm.size <= 24_000
        assert 20 * np.log10(active_rms(to_float(turn.pcm))) == pytest.approx(-22, abs=2)
    assert turns[0].pcm.size != turns[1].pcm.size or not np.array_equal(turns[0].pcm, turns[1].pcm)
    studio.close()
