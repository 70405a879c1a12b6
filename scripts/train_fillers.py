"""Trains config/models/fillers: `python -m scripts.train_fillers`, on what scripts/filler_set.py made.

Figures are from sentences that were left out. Some minutes of one core.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertForTokenClassification

from dialogue.answer.delivery.filler_model import LONGEST, VOCABULARY, embedded
from dialogue.answer.delivery.told_sounds import ToldSounds
from dialogue.answer.intent.training.classifier import Report, write_classifier

BATCH, RATE = 64, 2e-3
DROPPED = 0.06  # of the sounds, so that no sentence is known by heart


def read_rows(path: Path) -> tuple[list[ToldSounds], list[NDArray[np.bool_]], NDArray[np.bool_]]:
    """Answers, what is filled in each, and which are held out."""
    stored = np.load(path)
    ends = np.cumsum(stored["lengths"])
    rows, labels = [], []
    soft, times, filled = stored["soft"].astype(np.float32), stored["times"], stored["labels"]
    for start, end in zip([0, *ends], ends, strict=False):
        part = slice(start, end)
        rows.append(ToldSounds(soft=soft[part], first=times[part, 0], end=times[part, 1]))
        labels.append(filled[part])
    return rows, labels, stored["held_out"]


def untrained() -> BertForTokenClassification:
    return BertForTokenClassification(
        BertConfig(
            vocab_size=len(VOCABULARY),
            hidden_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=128,
            max_position_embeddings=LONGEST,
            num_labels=2,
        )
    )


def thinned(
    told: ToldSounds, filled: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[ToldSounds, NDArray[np.bool_]]:
    """Some sounds were not told, or those at the beginning: the same answer, heard otherwise."""
    kept = rng.random(len(filled)) >= DROPPED
    if rng.random() < 0.2:
        kept[: int(rng.integers(0, 3))] = False
    if not kept.any():
        return told, filled
    return told.part(kept), filled[kept]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--set", type=Path, default=Path("var/fit/fillers.npz"))
    arguments.add_argument("--epochs", type=int, default=30)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", type=Path, default=Path("config/models/fillers"))
    chosen = arguments.parse_args()
    rows, labels, held_out = read_rows(chosen.set)
    usable = [i for i, row in enumerate(rows) if len(row)]
    train, test = [i for i in usable if not held_out[i]], [i for i in usable if held_out[i]]
    torch.manual_seed(chosen.seed)
    rng = np.random.default_rng(chosen.seed)
    model = untrained()
    steps = chosen.epochs * -(-len(train) // BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=RATE, total_steps=steps + 1)
    model.train()
    for epoch in range(chosen.epochs):
        total = 0.0
        order = rng.permutation(train)
        for start in range(0, len(order), BATCH):
            some = [thinned(rows[i], labels[i], rng) for i in order[start : start + BATCH]]
            batch = embedded(model, [row for row, _ in some])
            wanted = torch.full(batch["attention_mask"].shape, -100)
            for i, (_, filled) in enumerate(some):
                wanted[i, : len(filled)] = torch.from_numpy(filled.astype(np.int64))
            logits = model(**batch).logits
            loss = torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), wanted.flatten(), ignore_index=-100, label_smoothing=0.02
            )
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch
            optimizer.step()
            schedule.step()
            total += loss.item()
        done = f"epoch {epoch + 1} of {chosen.epochs}, loss {total / -(-len(order) // BATCH):.3f}"
        print(f"\r{done}", end="", file=sys.stderr)
    model.eval()
    report: Report = {"seed": chosen.seed, "answers": len(train), "epochs": chosen.epochs} | _report(
        model, [rows[i] for i in test], [labels[i] for i in test]
    )
    report = write_classifier(model, VOCABULARY, report, chosen.out)
    print(json.dumps(report))


def _report(
    model: torch.nn.Module, rows: list[ToldSounds], labels: list[NDArray[np.bool_]]
) -> dict[str, float | int]:
    """Sounds of held-out answers, at even odds."""
    right = reported = there = 0
    with torch.inference_mode():
        for row, filled in zip(rows, labels, strict=True):
            found = model(**embedded(model, [row])).logits[0].argmax(-1).numpy() == 1
            right += int((found & filled).sum())
            reported, there = reported + int(found.sum()), there + int(filled.sum())
    return {
        "held_out": len(rows),
        "sounds_precision": round(right / max(1, reported), 3),
        "sounds_recall": round(right / max(1, there), 3),
    }


if __name__ == "__main__":
    main()
