"""Trains the classifier that reads sounds: a tiny BERT over phones, random at first, reproducible by seed."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertForSequenceClassification

from decision_hook.contract import FactKind
from dialogue.answer.intent.intent import Intent
from dialogue.answer.intent.phone_model import VOCABULARY, VOCABULARY_FILE, embedded
from dialogue.answer.intent.soft_phones import LONGEST
from dialogue.answer.intent.training.confusions import Confusions
from dialogue.answer.intent.training.sentences import LABELS
from dialogue.hearing.phones import phone_ids

_BATCH = 64
_RATE = 1.5e-3
_WIDTH = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One sentence, what it is, and what was asked for."""

    text: str
    asked: FactKind
    intent: Intent


def train_phones(
    draw: Callable[[random.Random], Reply],
    confusions: Confusions,
    *,
    steps: int,
    seed: int,
    progress: Callable[[int, int, float], None],
) -> BertForSequenceClassification:
    """Every sentence is drawn anew and misheard anew. Blocks: some twenty steps a second.

    `progress`: step, of how many, loss.
    """
    rng = random.Random(seed)
    torch.manual_seed(seed)
    model = _untrained()
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=_RATE, total_steps=steps + 1)
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=0.05)
    model.train()
    for step in range(1, steps + 1):
        replies = [draw(rng) for _ in range(_BATCH)]
        heard = [confusions.imitate(phone_ids(reply.text), rng)[:LONGEST] for reply in replies]
        logits = model(**embedded(model, heard, [reply.asked for reply in replies])).logits
        loss = loss_of(logits, torch.tensor([LABELS.index(reply.intent) for reply in replies]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        progress(step, steps, loss.item())
    model.eval()
    return model


def probabilities(
    model: BertForSequenceClassification, replies: Sequence[NDArray[np.float32]], asked: Sequence[FactKind]
) -> NDArray[np.float32]:
    """(replies, LABELS). `replies`: rows of soft phones, each."""
    with torch.inference_mode():
        rows = [
            torch.softmax(model(**embedded(model, [reply], [kind])).logits[0], dim=-1).numpy()
            for reply, kind in zip(replies, asked, strict=True)
        ]
    return np.stack(rows)


def write_phones(model: BertForSequenceClassification, report: dict[str, object], out: Path) -> None:
    """config.json, model.safetensors, vocab.json and report.json."""
    out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(out, safe_serialization=True)
    (out / "model.safetensors").chmod(0o644)  # written readable by its maker alone
    (out / VOCABULARY_FILE).write_text(json.dumps(VOCABULARY, ensure_ascii=False), encoding="utf-8")
    (out / "report.json").write_text(
        json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def _untrained() -> BertForSequenceClassification:
    return BertForSequenceClassification(
        BertConfig(
            vocab_size=len(VOCABULARY),
            hidden_size=_WIDTH,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=2 * _WIDTH,
            max_position_embeddings=LONGEST + 1,
            num_labels=len(LABELS),
            id2label={i: label.value for i, label in enumerate(LABELS)},
            label2id={label.value: i for i, label in enumerate(LABELS)},
        )
    )
