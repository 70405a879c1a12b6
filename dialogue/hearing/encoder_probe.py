"""Which encoder a head was trained on: both are asked about the same made sound."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.phones import FRAME_MS
from dialogue.hearing.port import Utterance
from dialogue.line import SAMPLE_RATE_HZ

_SAME_ENCODER = 0.995  # cosine of two answers to the same sound; full precision against int8: 0.9997


def probe_sound() -> Utterance:
    """Two seconds of made sound, always the same."""
    time = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    swept = np.sin(2 * np.pi * (300 + 600 * time) * time) * np.sin(2 * np.pi * 3 * time)
    return Utterance(samples=(8_000 * swept).astype(np.int16))


def answer_of(encode: Callable[[Utterance], NDArray[np.float32]]) -> NDArray[np.float32]:
    """What an encoder, (frames, width) of an utterance, makes of `probe_sound`: (width,)."""
    frames = encode(probe_sound())[: 2_000 // FRAME_MS]
    centred: NDArray[np.float32] = (frames - frames.mean(axis=1, keepdims=True)).mean(axis=0)
    return centred


def same_encoder(answer: NDArray[np.float32], known: NDArray[np.float32]) -> bool:
    """Whether two answers to `probe_sound` are of one encoder."""
    if answer.shape != known.shape:
        return False
    lengths = float(np.linalg.norm(answer) * np.linalg.norm(known))
    return lengths > 0 and float(answer @ known) / lengths >= _SAME_ENCODER
