"""What encoders from a folder share: which weights these are, and audio at their rate."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from decision_hook.contract import SurveyError
from voiceprint.audio import FULL_SCALE, RATE_HZ, Samples, checked
from voiceprint.encoder.mel import upsampled
from voiceprint.voiceprint import Vectors

MIN_SAMPLES = RATE_HZ // 2
WEIGHTS = ("*.ckpt", "*.bin", "*.safetensors", "*.pt")


def checksum(folder: Path) -> str:
    """SHA-256 over the names and contents of all weights. Raises SurveyError if there are none."""
    files = sorted(path for pattern in WEIGHTS for path in folder.glob(pattern))
    if not files:
        raise SurveyError(f"{folder}: holds no weights; set voiceprint.encoder_source to the model's folder")
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def waves(batch: Sequence[Samples]) -> list[torch.Tensor]:
    """float (n,) at 16 kHz, -1..1. Raises SurveyError for silence and for under 0.5 s."""
    made = []
    for samples in batch:
        if len(checked(samples)) < MIN_SAMPLES or not samples.any():
            raise SurveyError(
                f"voiceprint: {len(samples) / RATE_HZ:.1f} s of audio, silent or too short; "
                "pass at least 0.5 s of speech"
            )
        made.append(upsampled(torch.from_numpy(samples.astype(np.float32) / FULL_SCALE), RATE_HZ))
    return made


def padded(made: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """(b, longest), and each one's share of it."""
    lengths = torch.tensor([len(wave) for wave in made], dtype=torch.float32)
    return torch.nn.utils.rnn.pad_sequence(list(made), batch_first=True), lengths / lengths.max()


def unit_rows(raw: torch.Tensor) -> Vectors:
    """(b, d) of length 1. Raises SurveyError if one is no direction."""
    vectors: Vectors = torch.nn.functional.normalize(raw, dim=1).numpy().astype(np.float32)
    if not np.isfinite(vectors).all() or not np.linalg.norm(vectors, axis=1).all():
        raise SurveyError("voiceprint: the encoder gave no direction; the audio holds no voice")
    return vectors
