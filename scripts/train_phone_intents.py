"""Trains config/models/phone_intent: `python -m scripts.train_phone_intents`. What is a reply, by its sounds?

How sounds are misheard is taken from recordings of known words (scripts/phone_set.py --replies over made
lines, scripts/match_set.py as recorded); sentences come from the grammar of intents and from drawn values,
each misheard anew. Every fifth template of an intent is left out. About a quarter of an hour of one core.
"""

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.settings import Settings
from decision_hook.contract import FactKind
from dialogue.answer.intent.intent import Intent
from dialogue.answer.intent.phone_model import VOCABULARY
from dialogue.answer.intent.training.classifier import write_classifier
from dialogue.answer.intent.training.confusions import Confusions, Recording
from dialogue.answer.intent.training.phones import Reply, train_phones
from dialogue.answer.intent.training.sentences import (
    GRAMMAR_FILE,
    Example,
    Source,
    phrases,
    read_grammar,
    said,
)
from dialogue.answer.tables import Tables, read_tables
from dialogue.hearing.engine import ToTranscribe
from dialogue.hearing.engines import build_engine
from dialogue.hearing.phones import phone_ids
from dialogue.hearing.port import Utterance
from dialogue.line import Samples
from ivr.simulator.channel import to_float
from scripts.match_set import KINDS, SENTENCES, said_form
from scripts.match_values import asked_for, draw_value
from scripts.phone_features import Sentence, another_person, on_a_line

NUMBERS = frozenset(
    {FactKind.AMOUNT, FactKind.COUNT, FactKind.DATE, FactKind.YEAR, FactKind.MONTH, FactKind.DIGITS}
)
NAMES = frozenset({FactKind.NAME, FactKind.PLACE, FactKind.COMPANY})
FACTS = tuple(NUMBERS | NAMES)
OPENERS = ("", "", "", "嗯，", "呃，", "那个，")
VALUES = 0.3  # share of sentences that are answers to a question about a fact
ASIDES = 0.08  # share of the others that answer no question about a fact
ASIDE = 0.25  # share of answers that are put to another question
NUMERALS = re.compile(r"[0-9零〇幺一二两三四五六七八九十百千万年月号]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """Draws what people say, with what they were asked for."""

    source: Source
    tables: Tables

    def draw(self, rng: random.Random) -> Reply:
        while True:
            if rng.random() < VALUES:
                return self._value(rng)
            if rng.random() < ASIDES:
                return self._aside(rng)
            if examples := self.source.draw(1, held_out=False, noise=0.0, rng=rng):
                return self._reply(examples[0], rng)

    def _reply(self, example: Example, rng: random.Random) -> Reply:
        """A story is an answer where one was asked for; the other kinds may follow any question."""
        asked = FactKind.FREE if example.intent is Intent.ANSWER else rng.choice(tuple(FactKind))
        if example.intent is Intent.OFF_TOPIC and asked is FactKind.FREE:
            asked = rng.choice(FACTS)
        if example.intent is Intent.ANSWER and rng.random() < ASIDE and not NUMERALS.search(example.text):
            return Reply(text=example.text, asked=rng.choice(tuple(NUMBERS)), intent=Intent.OFF_TOPIC)
        return Reply(text=example.text, asked=asked, intent=example.intent)

    def _aside(self, rng: random.Random) -> Reply:
        grammar = self.source.grammar
        text = said(rng.choice(grammar.asides), grammar, rng)
        if rng.random() < ASIDE:
            return Reply(text=text, asked=FactKind.FREE, intent=Intent.ANSWER)
        return Reply(text=text, asked=rng.choice(FACTS), intent=Intent.OFF_TOPIC)

    def _value(self, rng: random.Random) -> Reply:
        kind, key, _ = rng.choice(KINDS)
        while (
            form := said_form(asked_for(kind, key, draw_value(kind, key, self.tables, rng)), self.tables, rng)
        ) is None:
            pass
        text = rng.choice(OPENERS) + rng.choice(SENTENCES).format(form.text)
        if rng.random() < ASIDE and kind in NUMBERS | NAMES:
            other = rng.choice(tuple(NAMES if kind in NUMBERS else NUMBERS))
            return Reply(text=text, asked=other, intent=Intent.OFF_TOPIC)
        return Reply(text=text, asked=kind, intent=Intent.ANSWER)


def spoken_replies(folder: Path, copies: int, seed: int) -> Iterator[tuple[Samples, dict[str, str]]]:
    """Each so many times, as another person on another line."""
    rng = np.random.default_rng(seed)
    entries = [json.loads(line) for line in (folder / "index.jsonl").open(encoding="utf-8")]
    clean = [to_float(np.load(folder / entry["file"])) for entry in entries]
    sentences = [Sentence(text=e["text"], clean=c) for e, c in zip(entries, clean, strict=True)]
    for entry, sound in zip(entries, clean, strict=True):
        for _ in range(copies):
            yield on_a_line(another_person(sound, rng), sentences, rng), entry


def spoken_answers(folder: Path) -> Iterator[tuple[Samples, dict[str, str]]]:
    """As recorded, with `words` said and the `kind` asked for."""
    for line in (folder / "index.jsonl").open(encoding="utf-8"):
        entry = json.loads(line)
        yield np.load(folder / entry["file"]), {**entry, "text": entry["words"]}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--replies", type=Path, default=Path("var/fit/replies/31"))
    arguments.add_argument("--answers", type=Path, default=Path("var/bench/match2"))
    arguments.add_argument("--steps", type=int, default=18_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--models", type=Path, default=Path("var/models"))
    arguments.add_argument("--tables", type=Path, default=Path("config/tables"))
    arguments.add_argument("--out", type=Path, default=Path("config/models/phone_intent"))
    chosen = arguments.parse_args()
    tables = read_tables(chosen.tables)
    source = Source(grammar=read_grammar(GRAMMAR_FILE), known=phrases(tables))
    engine = build_engine(Settings(models=chosen.models))

    def sounds(samples: Samples) -> NDArray[np.float32] | None:
        return engine.transcribe_many([ToTranscribe(utterance=Utterance(samples=samples))])[0].phones

    recordings = []
    for samples, entry in (*spoken_replies(chosen.replies, 2, chosen.seed), *spoken_answers(chosen.answers)):
        if (phones := sounds(samples)) is not None:
            recordings.append(Recording(log_posteriors=phones, said=phone_ids(entry["text"])))
        print(f"\r{len(recordings)} recordings heard", end="", file=sys.stderr)
    losses: list[float] = []

    def progress(step: int, steps: int, loss: float) -> None:
        losses.append(loss)
        if step % 100 == 0:
            print(f"\r{step} of {steps}, loss {np.mean(losses[-100:]):.3f}   ", end="", file=sys.stderr)

    model = train_phones(
        Replies(source=source, tables=tables).draw,
        Confusions(recordings),
        steps=chosen.steps,
        seed=chosen.seed,
        progress=progress,
    )
    report: dict[str, object] = {
        "seed": chosen.seed,
        "recordings": len(recordings),
        "steps": chosen.steps,
        "templates": "every fifth of an intent is left out; scripts/fit_intents.py measures on recordings",
    }
    write_classifier(model, VOCABULARY, report, chosen.out)


if __name__ == "__main__":
    main()
