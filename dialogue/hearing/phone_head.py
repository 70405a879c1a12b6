"""Which sounds were heard when: a small head on the recogniser's encoder (scripts/train_phones.py)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from decision_hook.contract import SurveyError
from dialogue.hearing.encoder_probe import same_encoder
from dialogue.hearing.head_file import Layer, layers_of, stored_head
from dialogue.hearing.phones import PHONES

KERNEL = 5  # frames a layer sees at once


@dataclass(frozen=True, slots=True)
class PhoneHead:
    """Convolutions over encoder frames. Immutable, safe to share."""

    layers: tuple[Layer, ...]  # as wide as KERNEL or 1
    encoder: NDArray[np.float32]  # what the encoder it was trained on makes of the probe, (width,)

    def fits(self, answer: NDArray[np.float32]) -> bool:
        """Whether an encoder's `answer` to the probe shows that the head was trained on it."""
        return same_encoder(answer, self.encoder)

    @torch.inference_mode()
    def log_posteriors(self, encoded: NDArray[np.float32]) -> NDArray[np.float32]:
        """(frames, width) of an encoder to natural-log P(phone), (frames, len(PHONES)). Blocks some 10 ms."""
        x = functional.layer_norm(torch.from_numpy(encoded), (encoded.shape[1],)).T[None]
        for number, (weight, bias) in enumerate(self.layers):
            x = functional.conv1d(x, weight, bias, padding=weight.shape[2] // 2)
            if number + 1 < len(self.layers):
                x = functional.gelu(x)
        rows: NDArray[np.float32] = functional.log_softmax(x[0].T, dim=-1).numpy()
        return rows


def load_head(path: Path) -> PhoneHead:
    """Raises SurveyError if the file is missing or not such a head."""
    trained_with = "scripts/train_phones.py"
    with stored_head(path, what="phone model", trained_with=trained_with, setting="hearing.phones") as stored:
        phones = tuple(str(phone) for phone in stored["phones"])
        layers = layers_of(stored, int(stored["layers"]))
        encoder = np.asarray(stored["encoder"], dtype=np.float32)
    if phones != PHONES:
        raise SurveyError(f"{path}: was trained on other phones; train it again with {trained_with}")
    return PhoneHead(layers=layers, encoder=encoder)
