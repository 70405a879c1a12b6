"""Fits config/tables/phrases.yaml: `python -m scripts.fit_phrases`. When is a request told by its sounds?

Replies of scripts/phone_set.py --replies over two lines each, and the answers of scripts/match_set.py, in
which no phrase was said. Everything reported is from replies left out of the fit (five folds).
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml

from config.settings import Settings
from dialogue.answer.heard_phrases import Phrases, hear_phrase
from dialogue.answer.intent.intent import Intent
from dialogue.answer.tables import read_tables
from dialogue.answer.tolerance import tolerance_of
from dialogue.hearing.engine import ToTranscribe
from dialogue.hearing.engines import build_engine
from dialogue.hearing.port import Utterance
from dialogue.line import Samples
from ivr.simulator.channel import to_float
from scripts.fit_match import FOLDS, auc, logistic
from scripts.phone_features import Sentence, another_person, on_a_line

NAMES = ("fit", "worst", "lead", "share")
FALSELY_FOUND = 0.005  # of answers in which no phrase was said


def recordings(chosen: argparse.Namespace) -> Iterator[tuple[Samples, Intent | None]]:
    """With what they mean; None: an answer."""
    rng = np.random.default_rng(4)
    entries = [json.loads(line) for line in (chosen.replies / "index.jsonl").open(encoding="utf-8")]
    clean = [to_float(np.load(chosen.replies / entry["file"])) for entry in entries]
    sentences = [Sentence(text=e["text"], clean=c) for e, c in zip(entries, clean, strict=True)]
    for entry, sound in zip(entries, clean, strict=True):
        for _ in range(2):
            meant = Intent(entry["intent"])
            person = another_person(sound, rng)
            yield on_a_line(person, sentences, rng), None if meant is Intent.ANSWER else meant
    for folder in chosen.answers:
        for line in (folder / "index.jsonl").open(encoding="utf-8"):
            yield np.load(folder / json.loads(line)["file"]), None


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--replies", type=Path, default=Path("var/fit/replies/31"))
    arguments.add_argument("--answers", type=Path, nargs="+", default=[Path("var/bench/match")])
    arguments.add_argument("--models", type=Path, default=Path("var/models"))
    arguments.add_argument("--tables", type=Path, default=Path("config/tables"))
    arguments.add_argument("--write", action="store_true")
    chosen = arguments.parse_args()
    tables = read_tables(chosen.tables)
    phrases, tolerance = Phrases.of(tables.spoken_phrases()), tolerance_of(tables.sound)
    engine = build_engine(Settings(models=chosen.models))
    rows, right, meant = [], [], []
    for number, (samples, intent) in enumerate(recordings(chosen)):
        transcript = engine.transcribe_many([ToTranscribe(utterance=Utterance(samples=samples))])[0]
        if transcript.phones is not None and (found := hear_phrase(phrases, transcript.phones, tolerance)):
            rows.append([found.features()[name] for name in NAMES])
            right.append(found.intent is intent)
            meant.append(intent)
        print(f"\r{number + 1}", end="", file=sys.stderr)
    x, y = np.array(rows), np.array(right, dtype=np.float64)
    weights = np.where(y == 1, len(y) / (2 * y.sum()), len(y) / (2 * (1 - y).sum()))
    folds, p = np.arange(len(y)) // 2 % FOLDS, np.zeros(len(y))
    for fold in range(FOLDS):
        inside = folds != fold
        beta = logistic(x[inside], y[inside], weights[inside])
        p[~inside] = 1 / (1 + np.exp(-np.column_stack([x[~inside], np.ones((~inside).sum())]) @ beta))
    answers = np.array([intent is None for intent in meant])
    above = float(np.clip(np.quantile(p[answers], 1 - FALSELY_FOUND), 0.5, 0.99))
    print(f"{int(y.sum())} right of {len(y)}; AUC {auc(p, y):.3f}; said from {above:.2f} on")
    for intent in sorted({i for i in meant if i is not None}):
        those = np.array([i is intent for i in meant])
        told, wrong = (np.mean((p > above)[those] & (y[those] == side)) for side in (1, 0))
        print(f"  {intent}: {those.sum()}, told {told:.0%}, as another {wrong:.0%}")
    print(f"  answers: {answers.sum()}, taken for a request {np.mean(p[answers] > above):.1%}")
    beta = logistic(x, y, weights)
    if chosen.write:
        table = {
            "source": "simulated",
            "n": len(y),
            "bias": round(float(beta[-1]), 3),
            "weights": {n: round(float(b), 3) for n, b in zip(NAMES, beta[:-1], strict=True)},
            "said_above": round(above, 3),
        }
        header = "# Made by scripts/fit_phrases.py: was the phrase that explains a reply best really said?\n"
        text = header + yaml.safe_dump(table, allow_unicode=True, sort_keys=False)
        (chosen.tables / "phrases.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
