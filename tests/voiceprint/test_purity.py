"""A second voice in an entry's audio shows; one voice, and too little speech, do not."""

import numpy as np
import pytest

from tests.fakes.encoder import FakeEncoder, tone
from voiceprint.backend import Backend
from voiceprint.purity import MIXED_BELOW, sides_alike


@pytest.mark.parametrize("first_s", [4, 12, 20])
def test_another_voice_shows(encoder: FakeEncoder, backend: Backend, first_s: int) -> None:
    two = sides_alike(np.concatenate((tone(440, first_s), tone(300, 24 - first_s))), encoder, backend)
    assert two is not None
    assert two < MIXED_BELOW


def test_one_voice_is_one(encoder: FakeEncoder, backend: Backend) -> None:
    assert sides_alike(tone(440, 24), encoder, backend) == pytest.approx(1, abs=1e-3)


def test_too_little_speech_says_nothing(encoder: FakeEncoder, backend: Backend) -> None:
    assert sides_alike(tone(440, 7), encoder, backend) is None
