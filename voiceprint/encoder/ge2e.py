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
STEP_FRAMES = 77  # 1.3 windows a second, as the published encoder steps
MIN_COVERAGE = 0.75  # a last window emptier than this is left out, unless it is the only one
MIN_SAMPLES = RATE_HZ // 2
LEVEL_DBFS = -30.0  # the network sees power, so the level must be the one it was trained at


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
        return cls(network, EncoderId(model="ge2e", checksum=checksum))

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
        starts = list(range(0, max(1, len(bands) - WINDOW_FRAMES + STEP_FRAMES + 1), STEP_FRAMES))
        if len(starts) > 1 and (len(bands) - starts[-1]) / WINDOW_FRAMES < MIN_COVERAGE:
            starts.pop()
        missing = max(0, starts[-1] + WINDOW_FRAMES - len(bands))
        bands = torch.nn.functional.pad(bands, (0, 0, 0, missing))
        return torch.stack([bands[start : start + WINDOW_FRAMES] for start in starts])
