"""GE2E speaker encoder: three LSTM layers over mel bands, rebuilt for the published Resemblyzer weights.

Wan et al., "Generalized end-to-end loss for speaker verification" (2018).
"""

import hashlib
import pickle
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from decision_hook.contract import SurveyError
from voiceprint.audio import FULL_SCALE, RATE_HZ, Samples, checked
from voiceprint.encoder.mel import BANDS, MelBands, upsampled
from voiceprint.voiceprint import EncoderId, Vector, Vectors

HIDDEN = 256
DIMENSIONS = 256
LAYERS = 3
WINDOW_FRAMES = 160  # 1.6 s: the length the network was trained on
STEP_FRAMES = 40  # 2.5 windows a second; the published encoder takes 1.3, and is worse by it
VERSION = "2"  # 1: 1.3 windows a second at -30 dBFS
MIN_SAMPLES = RATE_HZ // 2
LEVEL_DBFS = -26.0  # the network sees power, not its logarithm: trained at -30, better on the telephone here


class Ge2eNetwork(torch.nn.Module):
    """(b, 160, 40) mel power -> (b, 256), non-negative, length 1."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(BANDS, HIDDEN, LAYERS, batch_first=True)
        self.linear = torch.nn.Linear(HIDDEN, DIMENSIONS)

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        _, (hidden, _) = self.lstm(windows)
        raw = torch.relu(self.linear(hidden[-1]))
        unit: torch.Tensor = torch.nn.functional.normalize(raw, dim=1)
        return unit


class Ge2eEncoder:
    """SpeakerEncoder over `Ge2eNetwork`: windows of 1.6 s, averaged. Shared; thread-safe."""

    def __init__(self, network: Ge2eNetwork, encoder_id: EncoderId) -> None:
        self._network = network.eval()
        self._mel = MelBands().eval()
        self._id = encoder_id

    @classmethod
    def load(cls, path: Path) -> "Ge2eEncoder":
        """Reads the weights (17 MB, about 50 ms). Raises SurveyError if they are missing or broken."""
        try:
            checksum = hashlib.sha256(path.read_bytes()).hexdigest()
            stored = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
            network = Ge2eNetwork()
            network.load_state_dict({name: stored[name] for name in network.state_dict()})
        except OSError as exc:
            raise SurveyError(
                f'{path}: speaker encoder is missing ({exc.strerror}); run "shengwen models gather"'
            ) from exc
        except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError, TypeError, ValueError) as exc:
            raise SurveyError(
                f'{path}: not the speaker encoder\'s weights; delete it and run "shengwen models gather"'
            ) from exc
        return cls(network, EncoderId(model="ge2e", version=VERSION, checksum=checksum))

    @property
    def id(self) -> EncoderId:
        return self._id

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    def embed(self, samples: Samples) -> Vector:
        vector: Vector = self.embed_many([samples])[0]
        return vector

    def embed_many(self, batch: Sequence[Samples]) -> Vectors:
        with torch.inference_mode():
            windows = [self._windows(samples) for samples in batch]
            voices = self._network(torch.cat(windows))
            means = [part.mean(dim=0) for part in voices.split([len(part) for part in windows])]
            vectors: Vectors = torch.nn.functional.normalize(torch.stack(means), dim=1).numpy()
        if not np.isfinite(vectors).all() or not np.linalg.norm(vectors, axis=1).all():
            raise SurveyError("voiceprint: the encoder gave no direction; the audio holds no voice")
        return vectors

    def _windows(self, samples: Samples) -> torch.Tensor:
        """(k, 160, 40): the mel windows of one voice."""
        if len(checked(samples)) < MIN_SAMPLES:
            raise SurveyError(
                f"voiceprint: {len(samples) / RATE_HZ:.1f} s of audio; pass at least 0.5 s of speech"
            )
        wave = torch.from_numpy(samples.astype(np.float32) / FULL_SCALE)
        power = float(wave.square().mean())
        if power < 1e-10:  # under -100 dBFS: digital silence
            raise SurveyError("voiceprint: the audio is silent; pass speech")
        wave = upsampled(wave * (10 ** (LEVEL_DBFS / 20) / power**0.5), RATE_HZ)
        bands = self._mel(wave)
        missing = max(0, WINDOW_FRAMES - len(bands))
        bands = torch.nn.functional.pad(bands, (0, 0, 0, missing))
        spare = len(bands) - WINDOW_FRAMES
        count = round(spare / STEP_FRAMES) + 1  # spread evenly, so that no end is left out
        starts = np.linspace(0, spare, count).round().astype(int)
        return torch.stack([bands[start : start + WINDOW_FRAMES] for start in starts])
