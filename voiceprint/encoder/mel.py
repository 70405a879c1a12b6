"""The spectrum the GE2E network was trained on: power mel bands of 16 kHz audio, librosa's defaults.

Rebuilt on torchaudio; the tests recompute it in numpy from the published formulas.
"""

import torch
from torchaudio.functional import resample
from torchaudio.transforms import MelSpectrogram

MODEL_RATE_HZ = 16_000
BANDS = 40
WINDOW = 400  # 25 ms
HOP = 160  # 10 ms


class MelBands(torch.nn.Module):
    """(n,) float in -1..1 at 16 kHz -> (1 + n // 160, 40) power, not logarithm."""

    def __init__(self) -> None:
        super().__init__()
        self._bands = MelSpectrogram(
            sample_rate=MODEL_RATE_HZ,
            n_fft=WINDOW,
            hop_length=HOP,
            n_mels=BANDS,
            power=2.0,
            center=True,
            pad_mode="constant",
            norm="slaney",
            mel_scale="slaney",
        )

    def forward(self, wave: torch.Tensor) -> torch.Tensor:
        bands: torch.Tensor = self._bands(wave)
        return bands.transpose(-1, -2)


def upsampled(wave: torch.Tensor, rate_hz: int) -> torch.Tensor:
    """The wave at the model's rate. Above 4 kHz a telephone voice stays empty."""
    doubled: torch.Tensor = resample(wave, rate_hz, MODEL_RATE_HZ)
    return doubled
