"""Trains a small ECAPA-TDNN and saves it in SpeechBrain's format: `python -m scripts.train_ecapa OUT`.

On the human voices of scripts/voices.py over random lines, a few minutes. It shows that the loader and the
road to an own encoder work; for real use train on thousands of speakers, or take published weights.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from speechbrain.lobes.features import Fbank
from speechbrain.lobes.models.ECAPA_TDNN import ECAPA_TDNN
from speechbrain.processing.features import InputNormalization

from voiceprint.audio import Samples
from voiceprint.encoder.folder import waves

CUT_S = 1.0
BATCH = 24
HYPERPARAMS = """# ECAPA-TDNN, small; made by scripts/train_ecapa.py
n_mels: 40
compute_features: !new:speechbrain.lobes.features.Fbank
    n_mels: !ref <n_mels>
mean_var_norm: !new:speechbrain.processing.features.InputNormalization
    norm_type: sentence
    std_norm: False
embedding_model: !new:speechbrain.lobes.models.ECAPA_TDNN.ECAPA_TDNN
    input_size: !ref <n_mels>
    channels: [{c}, {c}, {c}, {c}, {c3}]
    kernel_sizes: [5, 3, 3, 3, 1]
    dilations: [1, 2, 3, 4, 1]
    attention_channels: 32
    lin_neurons: {d}
modules:
    compute_features: !ref <compute_features>
    mean_var_norm: !ref <mean_var_norm>
    embedding_model: !ref <embedding_model>
    classifier: !new:torch.nn.Identity
pretrainer: !new:speechbrain.utils.parameter_transfer.Pretrainer
    loadables:
        embedding_model: !ref <embedding_model>
"""


def train(
    voices: Mapping[str, Sequence[Samples]],
    out: Path,
    *,
    steps: int,
    channels: int = 64,
    dimensions: int = 64,
    seed: int = 0,
) -> float:
    """Writes `out`; returns the last mean loss. About 0.1 s a step on one core with 64 channels."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    features, norm = Fbank(n_mels=40), InputNormalization(norm_type="sentence", std_norm=False)
    model = ECAPA_TDNN(
        40,
        channels=[channels] * 4 + [3 * channels],
        kernel_sizes=[5, 3, 3, 3, 1],
        dilations=[1, 2, 3, 4, 1],
        attention_channels=32,
        lin_neurons=dimensions,
    )
    centres = torch.nn.Parameter(torch.randn(len(voices), dimensions))
    optimizer = torch.optim.AdamW([*model.parameters(), centres], lr=4e-3, weight_decay=1e-3)
    heard = [torch.cat(waves(list(clips))) for clips in voices.values()]
    cut = int(16_000 * CUT_S)
    losses = []
    for _ in range(steps):
        who = rng.integers(0, len(heard), BATCH)
        starts = [int(rng.integers(0, max(1, len(heard[i]) - cut))) for i in who]
        batch = torch.stack([heard[i][s : s + cut] for i, s in zip(who, starts, strict=True)])
        lengths = torch.ones(BATCH)
        made = model(norm(features(batch), lengths), lengths)[:, 0]
        cosines = torch.nn.functional.normalize(made, dim=1) @ torch.nn.functional.normalize(centres, dim=1).T
        right = torch.nn.functional.one_hot(torch.from_numpy(who), len(heard))
        loss = torch.nn.functional.cross_entropy(20 * (cosines - 0.1 * right), torch.from_numpy(who))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(float(loss))
    out.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), out / "embedding_model.ckpt")
    text = HYPERPARAMS.replace("{c}", str(channels)).replace("{c3}", str(3 * channels))
    (out / "hyperparams.yaml").write_text(text.replace("{d}", str(dimensions)), encoding="utf-8")
    return float(np.mean(losses[-10:]))


def main() -> None:
    from scripts.telephone import TelephoneLine
    from scripts.voices import human

    rng = np.random.default_rng(0)
    voices = {
        name: [TelephoneLine.drawn(rng).carry(np.concatenate(clips[i::4]), rng) for i in range(4)]
        for name, clips in human(Path("var/voiceprint_fit")).items()
    }
    print(f"loss {train(voices, Path(sys.argv[1]), steps=1_500):.3f}", file=sys.stderr)


if __name__ == "__main__":
    main()
