"""Trains config/models/fillers.npz: `python -m scripts.train_fillers`, on what scripts/filler_set.py made.

Figures are from sentences that were left out. Some minutes of one core.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from dialogue.hearing.ctranslate2_whisper import CTranslate2Whisper
from dialogue.hearing.encoder_probe import answer_of
from dialogue.hearing.features import log_mel
from dialogue.hearing.filler_head import DILATIONS

WIDTH = 96
HIDDEN = 0.3  # share of the encoder's features that are hidden from an answer while learning
DROPOUT = 0.1
SMOOTHED = 0.02  # nobody can say to the frame where a hesitation ends
BATCH, RATE = 32, 2e-3


class Trained(nn.Module):
    """The head as it is learnt; dialogue.hearing.filler_head runs it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(width, WIDTH, 1)
        self.inner = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 3, dilation=d, padding=d) for d in DILATIONS)
        self.last = nn.Conv1d(WIDTH, 1, 1)
        self.hide, self.dropout = nn.Dropout1d(HIDDEN), nn.Dropout(DROPOUT)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, frames, width) to logits (batch, frames)."""
        x = nn.functional.layer_norm(x, (x.shape[2],)).transpose(1, 2)
        x = nn.functional.gelu(self.first(self.hide(x)))
        for layer in self.inner:
            x = x + self.dropout(nn.functional.gelu(layer(x)))
        logits: torch.Tensor = self.last(x)[:, 0]
        return logits


class Answers:
    """Encoder frames, and which of them are filled."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.rows: list[NDArray[np.float16]] = []
        self.labels: list[NDArray[np.bool_]] = []
        self.held_out: list[bool] = []
        for file in files:
            stored = np.load(file)
            ends = np.cumsum(stored["lengths"])[:-1]
            self.rows += np.split(stored["rows"], ends)
            self.labels += np.split(stored["labels"], ends)
            self.held_out += stored["held_out"].tolist()

    def batches(self, chosen: Sequence[int], rng: random.Random) -> list[Sequence[int]]:
        """Of alike length, so that little is padding; in random order."""
        ordered = sorted(chosen, key=lambda i: len(self.rows[i]) + rng.randint(0, 50))
        made: list[Sequence[int]] = [
            ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)
        ]
        rng.shuffle(made)
        return made

    def tensors(self, batch: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Frames, what is filled, and where an answer is, (batch, longest, …)."""
        longest = max(len(self.rows[i]) for i in batch)
        x = torch.zeros(len(batch), longest, self.rows[0].shape[1])
        filled, there = torch.zeros(2, len(batch), longest)
        for row, i in enumerate(batch):
            n = len(self.rows[i])
            x[row, :n] = torch.from_numpy(self.rows[i].astype(np.float32))
            filled[row, :n] = torch.from_numpy(self.labels[i].astype(np.float32))
            there[row, :n] = 1.0
        return x, filled, there


def told(head: Trained, answers: Answers, chosen: Sequence[int]) -> str:
    """Frames of answers that were left out, at even odds."""
    right = reported = filled_frames = 0.0
    head.eval()
    with torch.inference_mode():
        for start in range(0, len(chosen), BATCH):
            x, filled, there = answers.tensors(chosen[start : start + BATCH])
            found = (head(x) > 0).float() * there
            right += float((found * filled).sum())
            reported, filled_frames = reported + float(found.sum()), filled_frames + float(filled.sum())
    head.train()
    return f"precision {right / max(1, reported):.3f}, recall {right / max(1, filled_frames):.3f}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sets", type=Path, nargs="+", default=[Path("var/fit/fillers.npz")])
    arguments.add_argument("--epochs", type=int, default=8)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--models", type=Path, default=Path("var/models"))
    arguments.add_argument("--out", type=Path, default=Path("config/models/fillers.npz"))
    chosen = arguments.parse_args()
    torch.manual_seed(chosen.seed)
    torch.set_num_threads(chosen.threads)
    rng = random.Random(chosen.seed)
    answers = Answers(chosen.sets)
    learnt = [i for i, held in enumerate(answers.held_out) if not held]
    held = [i for i, held in enumerate(answers.held_out) if held]
    head = Trained(answers.rows[0].shape[1])
    steps = chosen.epochs * -(-len(learnt) // BATCH)
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=RATE, total_steps=steps + 1)
    for epoch in range(chosen.epochs):
        losses = []
        for batch in answers.batches(learnt, rng):
            x, filled, there = answers.tensors(batch)
            wanted = filled * (1 - 2 * SMOOTHED) + SMOOTHED
            losses_by_frame = nn.functional.binary_cross_entropy_with_logits(
                head(x), wanted, reduction="none"
            )
            loss = (losses_by_frame * there).sum() / there.sum()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        print(
            f"epoch {epoch + 1} of {chosen.epochs}: loss {np.mean(losses):.4f}, left out: "
            f"{told(head, answers, held)}",
            file=sys.stderr,
        )
    save(head, chosen)


def save(head: Trained, chosen: argparse.Namespace) -> None:
    stored: dict[str, NDArray[np.generic]] = {}
    for i, layer in enumerate((head.first, *head.inner, head.last)):
        assert isinstance(layer, nn.Conv1d)
        assert layer.bias is not None
        stored[f"weight{i}"] = layer.weight.detach().numpy().astype(np.float16)
        stored[f"bias{i}"] = layer.bias.detach().numpy().astype(np.float16)
    model = CTranslate2Whisper(chosen.models / "whisper-base", threads=1)
    encoder = answer_of(lambda utterance: model.encode(log_mel(utterance, mels=model.mels)[None])[0])
    np.savez_compressed(chosen.out, encoder=encoder, **stored)  # type: ignore[arg-type]  # its stubs


if __name__ == "__main__":
    main()
