"""Sounds as the phone model would tell them, made up frame by frame."""

import numpy as np
from numpy.typing import NDArray

from dialogue.hearing.phones import BLANK, PHONES, phone_ids


def sounds(text: str, *, sure: float = 0.9) -> NDArray[np.float32]:
    """(frames, phones): each sound for two frames, silence between and around."""
    frames = [BLANK, BLANK]
    for phone in phone_ids(text):
        frames += [phone, phone, BLANK]
    rows = np.full((len(frames) + 2, len(PHONES)), (1 - sure) / (len(PHONES) - 1), dtype=np.float32)
    rows[np.arange(len(frames)), frames] = sure
    rows[len(frames) :, BLANK] = sure
    return np.log(rows)
