"""A second voice in an entry's audio shows; one voice, and too little speech, do not."""

import numpy as np
import pytest

from tests.fakes.encoder import FakeEncoder, tone
from voiceprint.backend import Backend
from voiceprint.purity import MIXED_BELOW, weakest_part


def test_another_voice_at_the_end_shows(encoder: FakeEncoder, backend: Backend) -> None:
    one = weakest_part(tone(440, 24), encoder, backend)
    two = weakest_part(np.concatenate((tone(440, 20), tone(300, 4))), encoder, backend)
    assert one == pytest.approx(1, abs=1e-3)
    assert two is not None
    assert two < MIXED_BELOW


def test_too_little_speech_says_nothing(encoder: FakeEncoder, backend: Backend) -> None:
    assert weakest_part(tone(440, 7), encoder, backend) is None
