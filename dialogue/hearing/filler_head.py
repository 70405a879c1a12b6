"""Where a caller hesitates, 嗯, 呃, and a 那个 that leads nowhere: a small head on the recogniser's encoder.

The recogniser leaves hesitations out, and a phone model tells few of the hums in noise; its encoder hears
both, and what comes before and after, which tells a 那个 that points from one that fills. Trained by
scripts/train_fillers.py.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from dialogue.hearing.encoder_probe import same_encoder
from dialogue.hearing.head_file import Layer, layers_of, stored_head

DILATIONS = (1, 2, 4, 8, 16)  # of the inner layers: together they see 0.6 s to either side


@dataclass(frozen=True, slots=True)
class FillerHead:
    """Dilated convolutions over encoder frames. Immutable, safe to share."""

    first: Layer
    inner: tuple[Layer, ...]  # one for each of DILATIONS, added to what it was given
    last: Layer
    encoder: NDArray[np.float32]  # what the encoder it was trained on makes of the probe, (width,)

    def fits(self, answer: NDArray[np.float32]) -> bool:
        """Whether an encoder's `answer` to the probe shows that the head was trained on it."""
        return same_encoder(answer, self.encoder)

    @torch.inference_mode()
    def probabilities(self, encoded: NDArray[np.float32]) -> NDArray[np.float32]:
        """(frames, width) of an encoder to P(the caller hesitates), (frames,). Blocks a few ms."""
        x = functional.layer_norm(torch.from_numpy(encoded), (encoded.shape[1],)).T[None]
        x = functional.gelu(functional.conv1d(x, *self.first))
        for (weight, bias), dilation in zip(self.inner, DILATIONS, strict=True):
            x = x + functional.gelu(functional.conv1d(x, weight, bias, padding=dilation, dilation=dilation))
        found: NDArray[np.float32] = torch.sigmoid(functional.conv1d(x, *self.last))[0, 0].numpy()
        return found


def load_filler_head(path: Path) -> FillerHead:
    """Raises SurveyError if the file is missing or not such a head."""
    with stored_head(
        path,
        what="model of hesitations",
        trained_with="scripts/train_fillers.py",
        setting="hearing.fillers",
    ) as stored:
        layers = layers_of(stored, len(DILATIONS) + 2)
        encoder = np.asarray(stored["encoder"], dtype=np.float32)
    return FillerHead(first=layers[0], inner=layers[1:-1], last=layers[-1], encoder=encoder)
