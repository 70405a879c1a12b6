"""Fits config/tables/slots.yaml on the set of scripts/slot_set.py: `python -m scripts.fit_slots [--write]`.

A slot is right if it sounds like what was said: the value on the persona's mind, a part of it, or the words
spoken. Everything reported is from answers left out of the fit (five folds).
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from decision_hook.contract import FactKind
from dialogue.answer.fold import bare, simplified
from dialogue.answer.normalise import read_amount
from dialogue.answer.slots import MIN_AGREEING, features, found_in
from dialogue.answer.sound import align
from dialogue.answer.tables import Tables, read_tables
from dialogue.hearing.context import context_of
from dialogue.hearing.port import Transcript
from question_bank.bank import Bank
from question_bank.load import load_bank

NAMES = ("agreeing", "log_prob", "listed", "short")
RIDGE = 1.0
FOLDS = 5
HEARD_AS = 0.08  # per syllable: what two clerks would not notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    question: str
    value: str  # the slot
    words: str  # what was said
    right: bool
    found: dict[str, float]


def cases(paths: Sequence[Path], bank: Bank, tables: Tables) -> tuple[list[Case], int]:
    """The slots found, and how many answers there were."""
    made, answers = [], 0
    for line in (line for path in paths for line in path.open(encoding="utf-8")):
        row = json.loads(line)
        question = bank.questions[row["question"]]
        key = question.fact_keys[0]
        transcript = Transcript(
            text=row["heard"], alternatives=tuple(row["alternatives"]), log_prob=row["log_prob"]
        )
        answers += 1
        first = found_in(transcript.text, question.kind, key, tables)
        if first is None or first.value in context_of(question.kind, question.phrasings[0]):
            continue
        found = features(first, transcript, question.kind, key, tables)
        if found["agreeing"] < MIN_AGREEING:
            continue
        made.append(
            Case(
                question=question.id,
                value=first.value,
                words=row["words"],
                right=was_said(first.value, row["words"], question.kind, tables),
                found=found,
            )
        )
    return made, answers


def was_said(value: str, words: str, kind: FactKind, tables: Tables) -> bool:
    if kind is FactKind.AMOUNT:
        said = read_amount(simplified(words))
        return said is not None and said.low == said.high == int(value)
    return align(bare(value), bare(words), tables.sound).distance <= HEARD_AS


def fitted(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Bias and weights by Newton's method; the bias is not pulled to zero."""
    rows = np.hstack([np.ones((len(x), 1)), x])
    w = np.zeros(rows.shape[1])
    pull = RIDGE * np.diag([0.0, *([1.0] * x.shape[1])])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(rows @ w, -30, 30)))
        gradient = rows.T @ (p - y) + pull @ w
        hessian = rows.T @ (rows * (p * (1 - p))[:, None]) + pull + 1e-6 * np.eye(len(w))
        w -= np.linalg.solve(hessian, gradient)
    return w


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--set", type=Path, nargs="+", default=[Path("var/bench/slots.jsonl")])
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--show", action="store_true", help="print every wrong slot")
    chosen = arguments.parse_args()
    tables, bank = read_tables(Path("config/tables")), load_bank(Path("config/banks/zh"))
    made, answers = cases(chosen.set, bank, tables)
    x = np.array([[case.found[name] for name in NAMES] for case in made])
    y = np.array([case.right for case in made], dtype=float)
    p = np.zeros(len(y))
    for fold in range(FOLDS):
        out = np.arange(len(y)) % FOLDS == fold
        w = fitted(x[~out], y[~out])
        p[out] = 1 / (1 + np.exp(-(w[0] + x[out] @ w[1:])))
    print(f"{answers} answers, {len(made)} slots, {int((1 - y).sum())} of them wrong")
    for above in (0.5, 0.7, 0.8, 0.84, 0.86, 0.88, 0.9, 0.92, 0.95):
        kept = p >= above
        wrong = int((1 - y[kept]).sum())
        print(f"above {above}: {kept.sum()} repeated, {wrong} wrong ({wrong / max(1, kept.sum()):.1%})")
    if chosen.show:
        for case, probability in zip(made, p, strict=True):
            if not case.right:
                print(f"{probability:.2f} {case.question} {case.value} | {case.words} | {case.found}")
    w = fitted(x, y)
    if chosen.write:
        table = Path("config/tables/slots.yaml")
        head = "".join(line for line in table.open(encoding="utf-8") if line.startswith("#"))
        body = {
            "source": "simulated",
            "n": len(made),
            "bias": round(float(w[0]), 3),
            "weights": {name: round(float(v), 3) for name, v in zip(NAMES, w[1:], strict=True)},
        }
        table.write_text(head + yaml.safe_dump(body, sort_keys=False), encoding="utf-8")
    print("bias", w[0].round(3), dict(zip(NAMES, w[1:].round(3).tolist(), strict=True)))


if __name__ == "__main__":
    main()
