"""Trains the intent classifier: a tiny BERT from its configuration, random at first, reproducible by seed.

Every fifth template of an intent is never trained on and makes the report.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import BertForSequenceClassification

from decision_hook.contract import SurveyError
from dialogue.answer.intent.classify import SURE
from dialogue.answer.intent.intent import ANSWERED, Intent
from dialogue.answer.intent.rules import by_rule
from dialogue.answer.intent.tokens import SPECIAL, Vocabulary, tokens
from dialogue.answer.intent.training.classifier import Report, untrained, write_classifier
from dialogue.answer.intent.training.sentences import LABELS, Example, Source, common_characters
from dialogue.answer.tables import Tables

_BATCH = 64
_NOISE = 0.35  # share of characters misheard at most; a quarter of the syllables is, at 12 dB
_RATE = 1.5e-3
_LONGEST = 64  # characters and syllables of a reply

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long to train, on what, and how much to measure."""

    seed: int
    sentences: int = 48_000
    epochs: int = 3
    measured: int = 3_000  # held-out sentences, clean and again misheard


def train(source: Source, tables: Tables, plan: Plan, out: Path, progress: Progress) -> Report:
    """Writes config.json, model.safetensors, vocab.json and report.json into `out`; returns the report.

    Blocks: about three minutes of one core. Raises SurveyError if `out` cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise SurveyError(f"{out}: cannot be made ({exc.strerror}); name another folder with --out") from exc
    started_s = time.process_time()
    rng = random.Random(plan.seed)
    torch.manual_seed(plan.seed)
    part = source.draw(plan.sentences, held_out=False, noise=_NOISE, rng=rng)
    vocabulary = _vocabulary()
    model = untrained(words=len(vocabulary.ids), longest=_LONGEST)
    _fit(model, vocabulary, part, plan, rng, progress)
    model.eval()
    clean = source.draw(plan.measured, held_out=True, noise=0.0, rng=rng)
    noisy = source.draw(plan.measured, held_out=True, noise=_NOISE, rng=rng)
    report: Report = {
        "seed": plan.seed,
        "trained_on": len(part),
        "templates": "every fifth of an intent held out, measured below; the tables' words were trained on",
        "clean": _measured(model, vocabulary, clean, tables),
        "misheard": _measured(model, vocabulary, noisy, tables),
        "core_seconds": round(time.process_time() - started_s),
    }
    return write_classifier(model, list(vocabulary.ids), report, out)


def _vocabulary() -> Vocabulary:
    sounds = {t for character in common_characters() for t in tokens(character)[3:-1]}
    characters = {*common_characters(), *"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ？"}
    words = (*SPECIAL, *sorted(characters), *sorted(sounds))
    return Vocabulary.of(words)


def _fit(
    model: BertForSequenceClassification,
    vocabulary: Vocabulary,
    part: list[Example],
    plan: Plan,
    rng: random.Random,
    progress: Progress,
) -> None:
    steps = plan.epochs * (len(part) // _BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=_RATE, total_steps=steps + 2)
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=0.05)
    model.train()
    done = 0
    for _ in range(plan.epochs):
        rng.shuffle(part)
        # Sentences of like length together: less padding.
        order = sorted(range(len(part)), key=lambda i: len(part[i].text) + rng.random() * 4)
        chunks = [order[at : at + _BATCH] for at in range(0, len(order) - _BATCH + 1, _BATCH)]
        rng.shuffle(chunks)
        for chunk in chunks:
            inputs = _batch([part[i] for i in chunk], vocabulary)
            labels = torch.tensor([LABELS.index(part[i].intent) for i in chunk])
            loss = loss_of(model(**inputs).logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            done += 1
            progress(done, steps)


def _batch(part: Sequence[Example], vocabulary: Vocabulary) -> dict[str, torch.Tensor]:
    numbers = [vocabulary.encode(example.text) for example in part]
    longest = max(map(len, numbers))
    return {
        "input_ids": torch.tensor([n + [0] * (longest - len(n)) for n in numbers]),
        "attention_mask": torch.tensor([[1] * len(n) + [0] * (longest - len(n)) for n in numbers]),
        "token_type_ids": torch.tensor([vocabulary.segments(n) + [0] * (longest - len(n)) for n in numbers]),
    }


def _measured(
    model: BertForSequenceClassification, vocabulary: Vocabulary, part: Sequence[Example], tables: Tables
) -> Report:
    """Accuracy alone and behind the rules, and how often an answer is taken for something else."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    with_rules = answers = lost = 0
    with torch.inference_mode():
        for at in range(0, len(part), _BATCH):
            chunk = part[at : at + _BATCH]
            shares = torch.softmax(model(**_batch(chunk, vocabulary)).logits, dim=-1)
            for example, row in zip(chunk, shares, strict=True):
                name = example.intent.value
                guess = LABELS[int(row.argmax())]
                total[name] += 1
                right[name] += guess is example.intent
                rule = by_rule(example.text, tables)
                sure = guess if float(row.max()) >= SURE else Intent.ANSWER
                final = rule.intent if rule is not None else sure
                with_rules += final is example.intent
                if example.intent is Intent.ANSWER:
                    answers += 1
                    lost += final not in ANSWERED
    return {
        "n": len(part),
        "accuracy_model": round(sum(right.values()) / len(part), 4),
        "accuracy_rules_then_model": round(with_rules / len(part), 4),
        "answers_taken_for_something_else": round(lost / max(answers, 1), 4),
        "recall_model": {name: round(right[name] / total[name], 3) for name in sorted(total)},
    }
