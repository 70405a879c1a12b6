"""Trains the phone model: `python -m scripts.train_phones --features FILE… --out config/models/phones.npz`.

Connectionist temporal classification (Graves et al., 2006) over the frames of the recogniser's own encoder,
which has heard real speech in quantity; only two convolutions are learnt here.
"""

import argparse
import random
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from dialogue.hearing.ctranslate2_whisper import CTranslate2Whisper
from dialogue.hearing.encoder_probe import answer_of
from dialogue.hearing.features import log_mel
from dialogue.hearing.phone_head import KERNEL
from dialogue.hearing.phones import BLANK, FIRST_FINAL, PHONES

WIDTH = 320
DROPOUT = 0.3
MASKED = 0.12  # share of frames hidden while learning, in stretches (Park et al., SpecAugment, 2019)
MASK_FRAMES = 8  # the longest stretch
HELD_OUT = 20  # every so many-th sentence, in all its versions
BATCH_FRAMES = 4_000


class Trained(nn.Module):
    """The head as it is learnt; dialogue.hearing.phone_head runs it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(width, WIDTH, KERNEL, padding=KERNEL // 2)
        self.second = nn.Conv1d(WIDTH, WIDTH, KERNEL, padding=KERNEL // 2)
        self.last = nn.Conv1d(WIDTH, len(PHONES), 1)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, frames, width) to log-probabilities (frames, batch, phones)."""
        x = nn.functional.layer_norm(x, (x.shape[2],)).transpose(1, 2)
        if self.training:
            x = x * kept(x.shape[0], x.shape[2])
        x = self.dropout(nn.functional.gelu(self.first(self.dropout(x))))
        x = self.dropout(nn.functional.gelu(self.second(x)))
        return self.last(x).permute(2, 0, 1).log_softmax(dim=-1)


def kept(batch: int, frames: int) -> torch.Tensor:
    """0 where frames are hidden, else 1: (batch, 1, frames)."""
    mask = torch.ones(batch, 1, frames)
    for row in range(batch):
        for _ in range(round(frames * MASKED / (MASK_FRAMES / 2))):
            first = int(torch.randint(frames, ()))
            mask[row, 0, first : first + int(torch.randint(1, MASK_FRAMES + 1, ()))] = 0.0
    return mask


class Examples:
    """Encoder frames of all versions, and what is said in each."""

    def __init__(self, files: Sequence[Path]) -> None:
        stored = [np.load(file) for file in files]
        self.rows = np.concatenate([s["rows"] for s in stored])
        self.lengths = np.concatenate([s["lengths"] for s in stored])
        self.targets = np.concatenate([s["targets"] for s in stored])
        self.target_lengths = np.concatenate([s["target_lengths"] for s in stored])
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)[:-1]])
        self.target_starts = np.concatenate([[0], np.cumsum(self.target_lengths)[:-1]])

    def frames(self, i: int) -> NDArray[np.float16]:
        return self.rows[self.starts[i] : self.starts[i] + self.lengths[i]]

    def target(self, i: int) -> NDArray[np.int16]:
        return self.targets[self.target_starts[i] : self.target_starts[i] + self.target_lengths[i]]

    def held_out(self, i: int) -> bool:
        return zlib.crc32(self.target(i).tobytes()) % HELD_OUT == 0

    def batches(self, chosen: Sequence[int], rng: random.Random) -> list[list[int]]:
        """Of alike length, so that little is padding; in random order."""
        ordered = sorted(chosen, key=lambda i: int(self.lengths[i]) + rng.randint(0, 20))
        made, batch = [], []
        for i in ordered:
            batch.append(i)
            if len(batch) * int(self.lengths[i]) >= BATCH_FRAMES:
                made.append(batch)
                batch = []
        made += [batch] if batch else []
        rng.shuffle(made)
        return made

    def tensors(self, batch: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        longest = int(max(self.lengths[i] for i in batch))
        x = torch.zeros(len(batch), longest, self.rows.shape[1])
        for row, i in enumerate(batch):
            x[row, : int(self.lengths[i])] = torch.from_numpy(self.frames(i).astype(np.float32))
        return (
            x,
            torch.tensor([int(self.lengths[i]) for i in batch]),
            torch.from_numpy(np.concatenate([self.target(i) for i in batch]).astype(np.int64)),
            torch.tensor([int(self.target_lengths[i]) for i in batch]),
        )


def errors(head: Trained, examples: Examples, chosen: Sequence[int]) -> tuple[float, float]:
    """Phone error rate of the best path, with tones and without."""
    wrong = toneless_wrong = total = 0
    head.eval()
    with torch.inference_mode():
        for i in chosen:
            x = torch.from_numpy(examples.frames(i).astype(np.float32))[None]
            best = head(x)[:, 0].argmax(dim=-1).tolist()
            read = [p for p, before in zip(best, [BLANK, *best], strict=False) if p not in (BLANK, before)]
            truth = [int(p) for p in examples.target(i)]
            wrong += edits(read, truth)
            toneless_wrong += edits([toneless(p) for p in read], [toneless(p) for p in truth])
            total += len(truth)
    return wrong / total, toneless_wrong / total


def toneless(phone: int) -> str:
    return PHONES[phone].rstrip("12345") if phone >= FIRST_FINAL else PHONES[phone]


def edits(a: Sequence[object], b: Sequence[object]) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--features", type=Path, nargs="+", required=True)
    arguments.add_argument("--test", type=Path, nargs="*", default=[])
    arguments.add_argument("--epochs", type=int, default=9)
    arguments.add_argument("--models", type=Path, default=Path("var/models"))
    arguments.add_argument("--out", type=Path, default=Path("config/models/phones.npz"))
    arguments.add_argument("--threads", type=int, default=2)
    chosen = arguments.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(chosen.threads)
    rng = random.Random(1)
    examples = Examples(chosen.features)
    usable = [
        i for i in range(len(examples.lengths)) if examples.lengths[i] > 1.6 * examples.target_lengths[i]
    ]
    rng.shuffle(usable)
    learnt = [i for i in usable if not examples.held_out(i)]
    held = [i for i in usable if examples.held_out(i)]
    head = Trained(examples.rows.shape[1])
    per_epoch = len(examples.batches(learnt, rng))
    optimiser = torch.optim.AdamW(head.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=2e-3, total_steps=chosen.epochs * per_epoch + chosen.epochs
    )
    loss_of = nn.CTCLoss(blank=BLANK, zero_infinity=True)
    for epoch in range(chosen.epochs):
        head.train()
        began, losses = time.monotonic(), []
        for batch in examples.batches(learnt, rng):
            x, lengths, targets, target_lengths = examples.tensors(batch)
            loss = loss_of(head(x), targets, lengths, target_lengths)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(head.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        with_tones, without = errors(head, examples, held[:300])
        print(
            f"epoch {epoch + 1}: loss {np.mean(losses):.3f}, phone error {with_tones:.1%}, "
            f"without tones {without:.1%}, {time.monotonic() - began:.0f} s",
            flush=True,
        )
    save(head, chosen)
    for file in chosen.test:
        test = Examples([file])
        with_tones, without = errors(head, test, range(len(test.lengths)))
        print(f"{file}: phone error {with_tones:.1%}, without tones {without:.1%}")


def save(head: Trained, chosen: argparse.Namespace) -> None:
    layers = (head.first, head.second, head.last)
    stored: dict[str, NDArray[np.generic]] = {}
    for i, layer in enumerate(layers):
        stored[f"weight{i}"] = layer.weight.detach().numpy().astype(np.float16)
        stored[f"bias{i}"] = layer.bias.detach().numpy().astype(np.float16)  # type: ignore[union-attr]  # has one
    model = CTranslate2Whisper(chosen.models / "whisper-base", threads=1)
    encoder = answer_of(lambda utterance: model.encode(log_mel(utterance, mels=model.mels)[None])[0])
    np.savez_compressed(
        chosen.out, phones=np.array(PHONES), layers=np.array(len(layers)), encoder=encoder, **stored
    )


if __name__ == "__main__":
    main()
