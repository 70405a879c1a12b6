"""Which sounds were heard when: a small head on the recogniser's encoder (scripts/train_phones.py)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from decision_hook.contract import SurveyError
from dialogue.hearing.phones import FRAME_MS, PHONES
from dialogue.hearing.port import Utterance
from dialogue.line import SAMPLE_RATE_HZ

KERNEL = 5  # frames a layer sees at once
_SAME_ENCODER = 0.995  # cosine of two answers to the same sound; full precision against int8: 0.9997


@dataclass(frozen=True, slots=True)
class PhoneHead:
    """Convolutions over encoder frames. Immutable, safe to share."""

    layers: tuple[tuple[torch.Tensor, torch.Tensor], ...]  # (weight (out, in, KERNEL or 1), bias (out,))
    encoder: NDArray[np.float32]  # what the encoder it was trained on makes of `probe_sound`, (width,)

    def fits(self, answer: NDArray[np.float32]) -> bool:
        """Whether an encoder's `answer` to `probe_sound` shows that the head was trained on it."""
        if answer.shape != self.encoder.shape:
            return False
        lengths = float(np.linalg.norm(answer) * np.linalg.norm(self.encoder))
        return lengths > 0 and float(answer @ self.encoder) / lengths >= _SAME_ENCODER

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
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            phones = tuple(str(phone) for phone in stored["phones"])
            count = int(stored["layers"])
            layers = tuple(
                (
                    torch.from_numpy(stored[f"weight{i}"].astype(np.float32)),
                    torch.from_numpy(stored[f"bias{i}"].astype(np.float32)),
                )
                for i in range(count)
            )
            encoder = np.asarray(stored["encoder"], dtype=np.float32)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as exc:
        raise SurveyError(
            f"{path}: not a usable phone model; train it with scripts/train_phones.py, "
            "or set hearing.phones to null"
        ) from exc
    if phones != PHONES:
        raise SurveyError(f"{path}: was trained on other phones; train it again with scripts/train_phones.py")
    return PhoneHead(layers=layers, encoder=encoder)


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
