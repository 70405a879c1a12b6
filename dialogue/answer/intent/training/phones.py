"""Trains the classifier that reads sounds: a tiny BERT over phones, random at first, reproducible by seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import torch
from transformers import BertForSequenceClassification

from decision_hook.contract import FactKind
from dialogue.answer.intent.intent import Intent
from dialogue.answer.intent.phone_model import VOCABULARY, embedded
from dialogue.answer.intent.soft_phones import LONGEST
from dialogue.answer.intent.training.classifier import untrained
from dialogue.answer.intent.training.confusions import Confusions
from dialogue.answer.intent.training.sentences import LABELS
from dialogue.hearing.phones import phone_ids

_BATCH = 64
_RATE = 1.5e-3


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
    model = untrained(words=len(VOCABULARY), longest=LONGEST + 1)
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
