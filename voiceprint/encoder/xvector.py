"""Any x-vector model of `transformers` (WavLM, wav2vec 2.0, UniSpeech), from a folder or a hub name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from decision_hook.contract import SurveyError
from voiceprint.audio import Samples
from voiceprint.encoder.folder import checksum, unit_rows, waves
from voiceprint.voiceprint import EncoderId, Vector, Vectors

VERSION = "1"


class XVectorEncoder:
    """SpeakerEncoder over AutoModelForAudioXVector. Shared; thread-safe."""

    def __init__(self, model: Any, encoder_id: EncoderId) -> None:
        self._model = model.eval()
        self._id = encoder_id

    @classmethod
    def load(cls, source: str) -> "XVectorEncoder":
        """`source`: a folder with config.json and weights. Raises SurveyError if it cannot be loaded."""
        from transformers import AutoModelForAudioXVector

        folder = Path(source)
        if not folder.is_dir():
            raise SurveyError(f"{source}: no such folder; fetch the x-vector model into one first")
        try:
            model = AutoModelForAudioXVector.from_pretrained(folder, local_files_only=True)
        except (OSError, RuntimeError, ValueError, KeyError) as exc:
            raise SurveyError(
                f"{source}: not an x-vector model of transformers ({type(exc).__name__}); "
                "set voiceprint.encoder_source to its folder"
            ) from exc
        return cls(model, EncoderId(model="xvector", version=VERSION, checksum=checksum(folder)))

    @property
    def id(self) -> EncoderId:
        return self._id

    @property
    def dimensions(self) -> int:
        return int(self._model.config.xvector_output_dim)

    def embed(self, samples: Samples) -> Vector:
        vector: Vector = self.embed_many([samples])[0]
        return vector

    def embed_many(self, batch: Sequence[Samples]) -> Vectors:
        # One by one: padding changes what these models hear.
        with torch.inference_mode():
            rows = [self._one(wave) for wave in waves(batch)]
        return np.concatenate([unit_rows(row) for row in rows])

    def _one(self, wave: torch.Tensor) -> torch.Tensor:
        scaled = (wave - wave.mean()) / (wave.std() + 1e-7)  # as their feature extractors do
        embedded: torch.Tensor = self._model(scaled[None]).embeddings
        return embedded
