"""Fits config/tables/heard_intents.yaml: `python -m scripts.fit_intents --write`. What kind of reply is it?

What the phone model, the words, the tables' wordings and the phrases in the sounds say of recorded replies
(scripts/phone_set.py --replies, other ones than the phone model was trained on) and answers
(scripts/match_set.py) becomes one conditional logit. What is reported is from sentences left out of the fit.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray

from config.settings import Settings
from decision_hook.contract import Fact, FactKind
from dialogue.answer.heard_grade import unlike
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.intent.intent import ANSWERED, Intent
from dialogue.answer.intent.phone_model import PhoneIntentModel
from dialogue.answer.intent.witnesses import FEATURES
from dialogue.answer.match import plan
from dialogue.answer.phone_evidence import PhoneEvidence
from dialogue.answer.sounds import Listener, Sounds
from dialogue.answer.tables import Tables, read_tables
from dialogue.answer.truth import truth_of
from dialogue.answer.values import AskedQuestion
from dialogue.hearing.context import context_of
from dialogue.hearing.engine import ToTranscribe
from dialogue.hearing.engines import build_engine
from dialogue.hearing.port import Transcript, Utterance
from scripts.match_set import KINDS, TODAY
from scripts.match_values import asked_for, draw_value
from scripts.train_phone_intents import spoken_answers, spoken_replies

INTENTS = tuple(Intent)
FOLDS = 5
RIDGE = 0.01
FALSELY_FOUND = 0.01  # of answers about a fact
FALSELY_ASIDE = 0.005  # more of them, where no harm is done
TRIED = np.arange(0.5, 0.98, 0.01)
ASIDES_TRIED = np.arange(0.3, 0.98, 0.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One recording."""

    sentence: int
    features: NDArray[np.float64]  # (intents, FEATURES)
    intent: Intent
    about_fact: bool
    fact: PhoneEvidence | None
    phrase_score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Puts a question to every recording: the one that was answered, or any about a fact."""

    tables: Tables
    listener: Listener

    def row(
        self, sentence: int, heard: Transcript, intent: Intent, asked: AskedQuestion | None
    ) -> Row | None:
        """`asked`: None for an open question."""
        if heard.phones is None:
            return None
        fact, kind = None, FactKind.FREE
        if asked is not None:
            fact, kind = self._fact(heard, asked), asked.kind
        witnesses = self.listener.witnesses(fact, heard.text, heard.phones, kind)
        features = np.array([witnesses.features(intent) for intent in INTENTS])
        return Row(
            sentence=sentence,
            features=features,
            intent=intent,
            about_fact=asked is not None,
            fact=fact,
            phrase_score=witnesses.phrase.score if witnesses.phrase is not None else None,
        )

    def _fact(self, heard: Transcript, asked: AskedQuestion) -> PhoneEvidence | None:
        truth = truth_of(asked, today=TODAY)
        assert truth is not None
        assert heard.phones is not None
        examples = context_of(asked.kind, "")
        made = plan(truth, heard, self.tables, examples=examples, asked=asked.asked)
        return self.listener.listen(made, heard.text, heard.phones, asked.kind).fact


def drawn_question(rng: random.Random, tables: Tables) -> AskedQuestion:
    kind, key, _ = rng.choice(KINDS)
    return asked_for(kind, key, draw_value(kind, key, tables, rng))


def recordings(
    chosen: argparse.Namespace, tables: Tables, hear: Callable[[NDArray[np.int16]], Transcript]
) -> Iterator[tuple[int, Transcript, Intent, AskedQuestion | None]]:
    rng = random.Random(4)
    for samples, entry in spoken_replies(chosen.replies, 2, 5):
        intent = Intent(entry["intent"])
        asked = None if intent is Intent.ANSWER else drawn_question(rng, tables)
        yield int(entry["file"][:5]), hear(samples), intent, asked
    for sentence, (samples, entry) in enumerate(spoken_answers(chosen.answers)):
        kind, key = FactKind(entry["kind"]), entry["key"]
        asked = asked_for(kind, key, entry["value"])
        if rng.random() < 0.5:
            other = draw_value(kind, key, tables, rng)
            assert asked.expected is not None
            asked = replace(asked, expected=Fact(value=other, source=asked.expected.source))
        yield -1 - sentence, hear(samples), Intent.ANSWER, asked


def fitted(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Weights, (FEATURES,): every intent counts alike."""
    x = torch.from_numpy(np.stack([row.features for row in rows]))
    y = torch.tensor([INTENTS.index(row.intent) for row in rows])
    counts = torch.bincount(y, minlength=len(INTENTS)).clamp(min=1)
    share = len(rows) / (len(INTENTS) * counts[y])
    beta = torch.zeros(len(FEATURES), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([beta], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = (torch.nn.functional.cross_entropy(x @ beta, y, reduction="none") * share).mean()
        value = value + RIDGE * beta.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return beta.detach().numpy()


def posteriors(rows: Sequence[Row], beta: NDArray[np.float64]) -> NDArray[np.float64]:
    scores = np.stack([row.features for row in rows]) @ beta
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: NDArray[np.float64] = shares / shares.sum(axis=1, keepdims=True)
    return found


def left_out(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Each by a fit without its fold; all recordings of a sentence are in one."""
    p = np.zeros((len(rows), len(INTENTS)))
    folds = np.array([row.sentence % FOLDS for row in rows])
    for fold in range(FOLDS):
        beta = fitted([row for row, f in zip(rows, folds, strict=True) if f != fold])
        p[folds == fold] = posteriors([row for row, f in zip(rows, folds, strict=True) if f == fold], beta)
    return p


def graded(rows: Sequence[Row], p: NDArray[np.float64], above: float, aside_above: float) -> list[Intent]:
    """As the judge does."""
    found = []
    for row, shares in zip(rows, p, strict=True):
        intents = dict(zip(INTENTS, shares.tolist(), strict=True))
        sounds = Sounds(
            fact=row.fact,
            intents=intents,
            sure_above=above,
            aside_above=aside_above,
            length=0,
            phrase_score=row.phrase_score,
        )
        intent = sounds.guess(open_answer=False).intent
        aside = intent is Intent.OFF_TOPIC and row.fact is not None and not unlike(row.fact)
        found.append(Intent.ANSWER if aside else intent)
    return found


def falsely_found(rows: Sequence[Row], found: Sequence[Intent]) -> float:
    """Share of answers about a fact that are taken for something else."""
    return float(
        np.mean(
            [
                f not in ANSWERED
                for f, row in zip(found, rows, strict=True)
                if row.intent is Intent.ANSWER and row.about_fact
            ]
        )
    )


def sure_above(rows: Sequence[Row], p: NDArray[np.float64]) -> float:
    """The least at which few answers about a fact are taken for something else."""
    for above in TRIED:
        if falsely_found(rows, graded(rows, p, float(above), float(above))) <= FALSELY_FOUND:
            return float(above)
    return float(TRIED[-1])


def aside_above(rows: Sequence[Row], p: NDArray[np.float64], above: float) -> float:
    """The least at which few more are."""
    before = falsely_found(rows, graded(rows, p, above, above))
    for aside in ASIDES_TRIED:
        if falsely_found(rows, graded(rows, p, above, float(aside))) - before <= FALSELY_ASIDE:
            return min(float(aside), above)
    return above


def report(rows: Sequence[Row], p: NDArray[np.float64], above: float, aside: float) -> None:
    found = graded(rows, p, above, aside)
    print(f"{len(rows)} recordings; sure from {above:.2f} on, asides from {aside:.2f}")
    print(f"answers taken for something else: {falsely_found(rows, found):.2%}")
    for intent in INTENTS:
        those = [f for f, row in zip(found, rows, strict=True) if row.intent is intent]
        if those:
            told = np.mean([f is intent for f in those])
            other = np.mean([f not in ANSWERED and f is not intent for f in those])
            print(f"  {intent}: {len(those)}, told {told:.0%}, as another {other:.0%}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--replies", type=Path, default=Path("var/fit/replies/41"))
    arguments.add_argument("--answers", type=Path, default=Path("var/bench/match3"))
    arguments.add_argument("--models", type=Path, default=Path("var/models"))
    arguments.add_argument("--tables", type=Path, default=Path("config/tables"))
    arguments.add_argument("--write", action="store_true")
    chosen = arguments.parse_args()
    settings = Settings(models=chosen.models)
    tables = read_tables(chosen.tables)
    engine = build_engine(settings)
    words = IntentClassifier(tables, model_folder=settings.answer.intent_model)
    phones = PhoneIntentModel(settings.answer.phone_intent_model)
    asker = Asker(tables=tables, listener=Listener(tables, words, phones))

    def hear(samples: NDArray[np.int16]) -> Transcript:
        return engine.transcribe_many([ToTranscribe(utterance=Utterance(samples=samples))])[0]

    rows = []
    for one in recordings(chosen, tables, hear):
        if (row := asker.row(*one)) is not None:
            rows.append(row)
        print(f"\r{len(rows)}", end="", file=sys.stderr)
    p = left_out(rows)
    above = sure_above(rows, p)
    aside = aside_above(rows, p, above)
    report(rows, p, above, aside)
    if chosen.write:
        write(chosen.tables / "heard_intents.yaml", rows, above, aside)


def write(path: Path, rows: Sequence[Row], above: float, aside: float) -> None:
    weights = {name: round(float(b), 3) for name, b in zip(FEATURES, fitted(rows), strict=True)}
    table: dict[str, object] = {"source": "simulated", "n": len(rows), "weights": weights}
    table |= {"sure_above": round(above, 2), "aside_above": round(aside, 2)}
    header = "# Made by scripts/fit_intents.py: what kind of reply it is, by its words and its sounds.\n"
    path.write_text(header + yaml.safe_dump(table, allow_unicode=True, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
