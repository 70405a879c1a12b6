"""Trains the intent classifier from its grammar: `OMP_NUM_THREADS=1 python -m scripts.train_intent`.

A tiny BERT from its configuration, random at first. Sentences come from scripts/intent_grammar.yaml; half are
misheard: characters are replaced by ones that sound alike, as the recogniser does. Every fifth template
of an intent is never trained on and makes the report. Reproducible by its seed.
"""

import argparse
import json
import random
import re
import time
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import torch
import yaml
from transformers import BertConfig, BertForSequenceClassification

from dialogue.answer.intent.classify import SURE
from dialogue.answer.intent.intent import Intent
from dialogue.answer.intent.model import VOCABULARY_FILE
from dialogue.answer.intent.rules import by_rule
from dialogue.answer.intent.tokens import SPECIAL, Vocabulary, tokens
from dialogue.answer.sound import syllables
from dialogue.answer.tables import Tables, read_tables

LABELS = tuple(Intent)
WEIGHTS = {"answer": 8.0}  # most replies are answers; the others count alike
GRAMMAR = yaml.safe_load(Path(__file__).with_name("intent_grammar.yaml").read_text(encoding="utf-8"))
SLOTS: dict[str, list[str]] = GRAMMAR["slots"]
TEMPLATES: dict[str, list[str]] = GRAMMAR["templates"]
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"<(\w+)>")
Example = tuple[str, int]  # text, label


def said(template: str, rng: random.Random) -> str:
    """One sentence of a template."""
    filled = _CHOICE.sub(lambda m: rng.choice(m[1].split("|")), template)
    return _SLOT.sub(lambda m: rng.choice(SLOTS[m[1]]), filled)


@cache
def common_characters() -> tuple[str, ...]:
    """The 3,755 of GB 2312's first level."""
    found = []
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:  # the last row is not full
                continue
    return tuple(found)


@cache
def alike() -> dict[tuple[str, str], tuple[str, ...]]:
    """Characters by toneless sound, dialect mergers folded together."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for character in common_characters():
        for syllable in syllables(character):
            groups[_folded(syllable.initial, syllable.final)].append(character)
    return {sound: tuple(characters) for sound, characters in groups.items()}


def _folded(initial: str, final: str) -> tuple[str, str]:
    initial = {"zh": "z", "ch": "c", "sh": "s", "n": "l"}.get(initial, initial)
    return initial, {"ing": "in", "eng": "en", "ang": "an"}.get(final, final)


def misheard(text: str, share: float, rng: random.Random) -> str:
    """Some characters replaced by others that sound alike; now and then one is lost."""
    out = []
    for character in text:
        draw = rng.random()
        sound = syllables(character)
        if draw < share and sound:
            out.append(rng.choice(alike().get(_folded(sound[0].initial, sound[0].final), (character,))))
        elif draw < share * 1.15:
            continue
        else:
            out.append(character)
    return "".join(out)


def phrases(tables: Tables) -> dict[str, list[str]]:
    """The wordings of the tables, so that the model knows them misheard."""
    found = {name: list(table.phrases) for name, table in tables.intents.items()}
    for phrase, meaning in tables.yes_no.meanings.items():
        if meaning is not None:
            found.setdefault(meaning[0], []).append(phrase)
    return found


def examples(
    n: int, known: dict[str, list[str]], *, held_out: bool, noise: float, rng: random.Random
) -> list[Example]:
    """n sentences, intents by weight; held out: of templates that are never trained on, and of no table."""
    pools = {
        intent: [t for i, t in enumerate(templates) if (i % 5 == 4) is held_out]
        for intent, templates in TEMPLATES.items()
    }
    names = list(pools)
    chosen = rng.choices(names, weights=[WEIGHTS.get(name, 1.0) for name in names], k=n)
    found = []
    for name in chosen:
        text = said(rng.choice(pools[name]), rng)
        if not held_out and name in known and rng.random() < 0.3:
            text = said(f"<hum>{rng.choice(known[name])}<end>", rng)
        if rng.random() < 0.1:
            text = said("<hum>", rng) + text
        if noise and rng.random() < 0.6:
            text = misheard(text, rng.uniform(0.05, noise), rng)
        if text.strip():
            found.append((text, LABELS.index(Intent(name))))
    return found


def batch(part: list[Example], vocabulary: Vocabulary) -> dict[str, torch.Tensor]:
    numbers = [vocabulary.encode(text) for text, _ in part]
    longest = max(map(len, numbers))
    return {
        "input_ids": torch.tensor([n + [0] * (longest - len(n)) for n in numbers]),
        "attention_mask": torch.tensor([[1] * len(n) + [0] * (longest - len(n)) for n in numbers]),
        "token_type_ids": torch.tensor([vocabulary.segments(n) + [0] * (longest - len(n)) for n in numbers]),
        "labels": torch.tensor([label for _, label in part]),
    }


def measured(
    model: BertForSequenceClassification, vocabulary: Vocabulary, part: list[Example], tables: Tables
) -> dict[str, object]:
    """Accuracy alone and behind the rules, and how often an answer is taken for something else."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    with_rules = answers = lost = 0
    with torch.inference_mode():
        for at in range(0, len(part), 64):
            chunk = part[at : at + 64]
            shares = torch.softmax(model(**batch(chunk, vocabulary)).logits, dim=-1)
            for (text, label), row in zip(chunk, shares, strict=True):
                name = LABELS[label].value
                total[name] += 1
                right[name] += int(row.argmax()) == label
                rule = by_rule(text, tables)
                sure = LABELS[int(row.argmax())] if float(row.max()) >= SURE else Intent.ANSWER
                final = rule.intent if rule is not None else sure
                with_rules += final is LABELS[label]
                if LABELS[label] is Intent.ANSWER:
                    answers += 1
                    lost += final not in {Intent.ANSWER, Intent.YES, Intent.NO}
    return {
        "n": len(part),
        "accuracy_model": round(sum(right.values()) / len(part), 4),
        "accuracy_rules_then_model": round(with_rules / len(part), 4),
        "answers_taken_for_something_else": round(lost / max(answers, 1), 4),
        "recall_model": {name: round(right[name] / total[name], 3) for name in sorted(total)},
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=20_261)
    arguments.add_argument("--sentences", type=int, default=40_000)
    arguments.add_argument("--epochs", type=int, default=3)
    arguments.add_argument("--tables", type=Path, default=Path("config/tables"))
    arguments.add_argument("--out", type=Path, default=Path("config/models/intent"))
    chosen = arguments.parse_args()
    started = time.process_time()
    rng = random.Random(chosen.seed)
    torch.manual_seed(chosen.seed)
    tables = read_tables(chosen.tables)
    known = phrases(tables)
    train = examples(chosen.sentences, known, held_out=False, noise=0.35, rng=rng)
    sounds = {t for character in common_characters() for t in tokens(character)[3:-1]}
    characters = {*common_characters(), *"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ？"}
    vocabulary = Vocabulary(
        ids={w: i for i, w in enumerate((*SPECIAL, *sorted(characters), *sorted(sounds)))}
    )
    config = BertConfig(
        vocab_size=len(vocabulary.ids),
        hidden_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=192,
        max_position_embeddings=64,
        num_labels=len(LABELS),
        id2label={i: label.value for i, label in enumerate(LABELS)},
        label2id={label.value: i for i, label in enumerate(LABELS)},
    )
    model = BertForSequenceClassification(config)
    steps = chosen.epochs * len(train) // 64
    optimizer = torch.optim.AdamW(model.parameters(), lr=1.5e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.5e-3, total_steps=steps + 2)
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=0.05)
    model.train()
    for epoch in range(chosen.epochs):
        rng.shuffle(train)
        # Sentences of like length together: less padding.
        order = sorted(range(len(train)), key=lambda i: len(train[i][0]) + rng.random() * 4)
        chunks = [order[at : at + 64] for at in range(0, len(order) - 63, 64)]
        rng.shuffle(chunks)
        losses = []
        for chunk in chunks:
            inputs = batch([train[i] for i in chunk], vocabulary)
            labels = inputs.pop("labels")
            loss = loss_of(model(**inputs).logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        print(f"epoch {epoch + 1}: loss {sum(losses) / len(losses):.3f}", flush=True)
    model.eval()
    report = {
        "seed": chosen.seed,
        "trained_on": len(train),
        "templates": "every fifth of an intent held out, measured below; the tables' words were trained on",
        "clean": measured(
            model, vocabulary, examples(3_000, known, held_out=True, noise=0.0, rng=rng), tables
        ),
        "misheard": measured(
            model, vocabulary, examples(3_000, known, held_out=True, noise=0.35, rng=rng), tables
        ),
        "core_seconds": round(time.process_time() - started),
    }
    chosen.out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(chosen.out, safe_serialization=True)
    (chosen.out / "model.safetensors").chmod(0o644)  # written readable by its maker alone
    (chosen.out / VOCABULARY_FILE).write_text(
        json.dumps(list(vocabulary.ids), ensure_ascii=False), encoding="utf-8"
    )
    (chosen.out / "report.json").write_text(
        json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
