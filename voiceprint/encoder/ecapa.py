"""ECAPA-TDNN by SpeechBrain's own loader, from a folder or a hub name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from decision_hook.contract import SurveyError
from voiceprint.audio import Samples
from voiceprint.encoder.folder import checksum, padded, unit_rows, waves
from voiceprint.voiceprint import EncoderId, Vector, Vectors

VERSION = "1"


class EcapaEncoder:
    """SpeakerEncoder over SpeechBrain's EncoderClassifier. Shared; thread-safe."""

    def __init__(self, classifier: Any, encoder_id: EncoderId, dimensions: int) -> None:
        self._classifier = classifier
        self._id = encoder_id
        self._dimensions = dimensions

    @classmethod
    def load(cls, source: str, cache: Path) -> "EcapaEncoder":
        """`source`: a folder in SpeechBrain's format, or a hub name, which is fetched into `cache` once.

        Raises SurveyError if it cannot be loaded.
        """
        from speechbrain.inference.classifiers import EncoderClassifier
        from speechbrain.utils.fetching import LocalStrategy

        folder = Path(source)
        home = folder if folder.is_dir() else cache
        try:
            classifier = EncoderClassifier.from_hparams(
                source=source,
                savedir=str(home),
                run_opts={"device": "cpu"},
                local_strategy=LocalStrategy.NO_LINK,
            )
            if classifier is None:
                raise SurveyError(f"{source}: speaker encoder cannot be loaded; fetch it into a folder first")
            with torch.inference_mode():
                tried = classifier.encode_batch(torch.ones(1, 16_000) * 1e-3)
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, ImportError) as exc:
            raise SurveyError(
                f"{source}: not a speaker encoder in SpeechBrain's format ({type(exc).__name__}); "
                "set voiceprint.encoder_source to its folder"
            ) from exc
        encoder_id = EncoderId(model="ecapa", version=VERSION, checksum=checksum(home))
        return cls(classifier, encoder_id, int(tried.shape[-1]))

    @property
    def id(self) -> EncoderId:
        return self._id

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def embed(self, samples: Samples) -> Vector:
        vector: Vector = self.embed_many([samples])[0]
        return vector

    def embed_many(self, batch: Sequence[Samples]) -> Vectors:
        with torch.inference_mode():
            together, shares = padded(waves(batch))
            return unit_rows(self._classifier.encode_batch(together, shares)[:, 0])
