"""Fits config/tables/match.yaml on the set of scripts/match_set.py: `python -m scripts.fit_match`.

Each spoken answer is judged against the fact it says, against a value close to it and against one drawn
anew. What the words settle by themselves gives `text_equal`; the rest a logistic regression per family.
Everything reported is from answers left out of the fit (five folds).
"""

import argparse
import json
import random
import sys
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from config.settings import Settings
from decision_hook.contract import FactKind
from dialogue.answer.forms import near_wrong
from dialogue.answer.match import FAMILIES, Plan, features, phone_features, plan
from dialogue.answer.phone_evidence import weigh_phones
from dialogue.answer.sayable import sayable
from dialogue.answer.tables import Tables, read_tables
from dialogue.answer.tolerance import tolerance_of
from dialogue.answer.truth import Truth, truth_of
from dialogue.answer.values import Agreement
from dialogue.hearing.context import context_of
from dialogue.hearing.engine import HearingEngine, ToScore, ToTranscribe
from dialogue.hearing.engines import build_engine
from dialogue.hearing.port import Transcript, Utterance
from dialogue.line import Samples
from ivr.simulator.channel import active_rms, coded, gain, street_noise, to_float, to_pcm, unit, white_noise
from ivr.simulator.persona import Codec
from scripts.match_set import TODAY
from scripts.match_values import asked_for, draw_value, one_off
from scripts.phone_features import another_person

Floats = NDArray[np.float64]
SOUNDED = (
    *("phone_fit", "phone_worst", "phone_lead", "rival_fit"),
    *("agreeing", "opposing", "sound", "equal", "part", "stated_other"),
)
SCORED = ("gain", "over_rival", "sound", "sound_lead", "stated_other", "agreeing")
RIDGE = 1.0
FOLDS = 5
WRONGLY_ACCEPTED, WRONGLY_REFUSED = 0.012, 0.02  # half of what is allowed: unheard lines are worse


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One answer judged against one value."""

    answer: int
    kind: str
    family: str
    said: bool  # whether the value is what was said
    near: bool
    agreement: str
    echo: bool
    found: dict[str, float]
    words: str
    heard: str
    expected: str


def cases(chosen: argparse.Namespace, tables: Tables) -> list[Case]:
    hearing = {} if chosen.phones else {"phones": None}
    engine = build_engine(Settings.model_validate({"models": chosen.models, "hearing": hearing}))
    rng, line_rng = random.Random(3), np.random.default_rng(3)
    made: list[Case] = []
    entries = [
        (f, json.loads(line)) for f in chosen.set for line in (f / "index.jsonl").open(encoding="utf-8")
    ]
    for number, (folder, entry) in enumerate(entries[: chosen.limit]):
        samples = np.load(folder / entry["file"])
        versions = [samples, *(worse(samples, line_rng) for _ in range(chosen.worse))]
        for version in versions:
            made += judged_all(engine, number, entry, version, tables, rng)
        print(f"\r{number + 1} of {len(entries)}", end="", file=sys.stderr)
    return made


def dumped(file: Path) -> list[Case]:
    """Cases written by --dump. Answers of two files are different answers."""
    offset = zlib.crc32(file.name.encode()) * FOLDS
    lines = file.read_text(encoding="utf-8").splitlines()
    return [Case(**(one | {"answer": one["answer"] + offset})) for one in map(json.loads, lines)]


def worse(samples: Samples, rng: np.random.Generator) -> Samples:
    """The same answer by another person over a worse line."""
    person = another_person(to_float(samples), rng)
    noise = unit(white_noise(person.size, rng) + street_noise(person.size, rng))
    level = active_rms(person) * gain(-float(rng.uniform(5, 20)))
    return coded(to_pcm(person + noise * np.float32(level)), Codec(rng.choice(["alaw", "ulaw", "gsm"])))


def judged_all(
    engine: HearingEngine,
    number: int,
    entry: dict[str, Any],
    samples: Samples,
    tables: Tables,
    rng: random.Random,
) -> list[Case]:
    """One answer against what was said, a value close to it and one drawn anew."""
    kind, key, words = FactKind(entry["kind"]), entry["key"], entry["words"]
    utterance = Utterance(samples=samples)
    question = asked_for(kind, key, entry["value"])
    context = context_of(kind, question.asked)
    transcript = engine.transcribe_many([ToTranscribe(utterance=utterance, context=context)])[0]
    truth = truth_of(question, today=TODAY)
    if truth is None or not transcript.text:
        return []
    likely = near_wrong(truth, tables)[:10]
    near = (
        one_off(kind, entry["value"], rng) or rng.choice(likely) if rng.random() < 0.6 else rng.choice(likely)
    )
    far = draw_value(kind, key, tables, rng)
    made = []
    for value, said, close in ((entry["value"], True, False), (near, False, True), (far, False, False)):
        other = truth_of(asked_for(kind, key, value), today=TODAY)
        if other is None or (
            not said and (value == entry["value"] or same_value(truth, other, tables, words))
        ):
            continue  # a tolerance makes the wrong value right
        plan_made, found = judged(engine, utterance, context, transcript, other, tables)
        made.append(
            Case(
                answer=number,
                kind=kind,
                family=FAMILIES.get(kind, "words") + ("_phones" if "phone_fit" in found else ""),
                said=said,
                near=close,
                agreement=plan_made.reading.agreement,
                echo=plan_made.echo,
                found=found,
                words=words,
                heard=transcript.text,
                expected=value,
            )
        )
    return made


def same_value(truth: Truth, other: Truth, tables: Tables, words: str) -> bool:
    """Whether the words that were really spoken would also count as the other value."""
    return plan(other, Transcript(text=words), tables).reading.agreement in {Agreement.EQUAL, Agreement.PART}


def judged(
    engine: HearingEngine,
    utterance: Utterance,
    context: str,
    transcript: Transcript,
    truth: Truth,
    tables: Tables,
) -> tuple[Plan, dict[str, float]]:
    examples = context_of(truth.kind, "")
    asked = context.removeprefix(examples)
    made = plan(truth, transcript, tables, examples=examples, asked=asked)
    if transcript.phones is not None:
        said = sayable(made.sides, tables)
        sounds = weigh_phones(said, transcript.phones, tolerance_of(tables.sound))
        return made, phone_features(made, sounds) if sounds is not None else {}
    if not made.wordings:
        return made, features(made, ())
    wordings = tuple(w.text for w in made.wordings)
    scores = engine.score_many([ToScore(utterance=utterance, wordings=wordings, context=context)])[0]
    return made, features(made, [score.total_sounds if made.by_sound else score.total for score in scores])


def logistic(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Ridge logistic regression by Newton's method; the last coefficient is the bias."""
    design = np.column_stack([x, np.ones(len(x))])
    beta = np.zeros(design.shape[1])
    penalty = np.diag([RIDGE] * x.shape[1] + [1e-3])
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        gradient = design.T @ (weights * (p - y)) + penalty @ beta
        curvature = (design * (weights * p * (1 - p))[:, None]).T @ design + penalty
        beta = beta - np.linalg.solve(curvature, gradient)
    return beta


def auc(p: Floats, y: Floats) -> float:
    right, wrong = p[y == 1], p[y == 0]
    if not len(right) or not len(wrong):
        return float("nan")
    return float(np.mean((right[:, None] > wrong[None]) + 0.5 * (right[:, None] == wrong[None])))


def fitted(part: Sequence[Case], names: Sequence[str]) -> tuple[Floats, Floats]:
    """Coefficients of all, and each case's probability from the folds without its answer."""
    x = np.array([[c.found[n] for n in names] for c in part])
    y = np.array([float(c.said) for c in part])
    # Right and wrong weigh alike: how many there are of each is the set's choice, not the callers'.
    weights = np.where(y == 1, len(y) / (2 * max(y.sum(), 1)), len(y) / (2 * max((1 - y).sum(), 1)))
    folds = np.array([c.answer % FOLDS for c in part])
    p = np.zeros(len(y))
    for fold in range(FOLDS):
        inside = folds != fold
        beta = logistic(x[inside], y[inside], weights[inside])
        z = np.column_stack([x[~inside], np.ones((~inside).sum())]) @ beta
        p[~inside] = 1 / (1 + np.exp(-z))
    return logistic(x, y, weights), p


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--set", type=Path, nargs="+", default=[Path("var/bench/match")])
    arguments.add_argument("--models", type=Path, default=Path("var/models"))
    arguments.add_argument("--tables", type=Path, default=Path("config/tables"))
    arguments.add_argument("--limit", type=int, default=100_000)
    arguments.add_argument(
        "--worse", type=int, default=1, help="further versions of each answer, on worse lines"
    )
    arguments.add_argument("--phones", action=argparse.BooleanOptionalAction, default=True)
    arguments.add_argument("--dump", type=Path, default=None, help="write every case here, as JSON lines")
    arguments.add_argument("--cases", type=Path, nargs="+", help="dumped ones, instead of listening again")
    arguments.add_argument("--write", action="store_true", help="replace match.yaml in --tables")
    chosen = arguments.parse_args()
    tables = read_tables(chosen.tables)
    found = (
        [case for file in chosen.cases for case in dumped(file)] if chosen.cases else cases(chosen, tables)
    )
    if chosen.dump:
        lines = [json.dumps({n: getattr(c, n) for n in Case.__slots__}, ensure_ascii=False) for c in found]
        chosen.dump.write_text("\n".join(lines), encoding="utf-8")
    table = fit_all(found, tables)
    if chosen.write:
        header = (
            "# Made by scripts/fit_match.py. P(said the fact) = 1 / (1 + exp(-(bias + weights . features)))\n"
            "# n: answers behind each fit. text_equal: how often words that say the fact were right.\n"
        )
        text = header + yaml.safe_dump(table, allow_unicode=True, sort_keys=False)
        (chosen.tables / "match.yaml").write_text(text, encoding="utf-8")


def fit_all(found: Sequence[Case], tables: Tables) -> dict[str, object]:
    families: dict[str, object] = {}
    groups: defaultdict[str, list[Case]] = defaultdict(list)
    for case in found:
        groups[case.family].append(case)
    for family, group in sorted(groups.items()):
        sounds = family.endswith("_phones")
        names = SOUNDED if sounds else SCORED
        equal = [c for c in group if c.agreement == Agreement.EQUAL and not c.echo]
        hits, misses = sum(c.said for c in equal), sum(not c.said for c in equal)
        # One right and one wrong value are put to each answer, so a false equal counts half.
        text_equal = (hits + 1) / (hits + misses / 2 + 1.5)
        undecided = {Agreement.OTHER, Agreement.NONE}
        part = [c for c in group if sounds or (c.agreement in undecided and not c.echo)]
        part = [c for c in part if all(n in c.found for n in names)]
        said = [c for c in group if c.said]
        print(
            f"{family}: {len(said)} answers; words alone say the fact in {hits / len(said):.1%}, "
            f"falsely {misses} of {len(group) - len(said)}"
        )
        beta, p = fitted(part, names)
        families[family] = {
            "source": "simulated",
            "n": len({c.answer for c in part}),
            "bias": round(float(beta[-1]), 3),
            "weights": {n: round(float(b), 3) for n, b in zip(names, beta[:-1], strict=True)},
            "text_equal": round(min(0.995, text_equal), 3),
            **thresholds(part, p),
        }
        report(part, p, **thresholds(part, p))
    # Engines that cannot score are other engines than the one measured here: theirs stay as they are.
    kept = {name: fit.model_dump() for name, fit in tables.match.families.items() if name not in families}
    return {"families": families | kept}


def thresholds(part: Sequence[Case], p: Floats) -> dict[str, float]:
    """Where so few wrong values are taken for right, and right ones for wrong."""
    y = np.array([c.said for c in part])
    high, low = np.quantile(p[~y], 1 - WRONGLY_ACCEPTED), np.quantile(p[y], WRONGLY_REFUSED)
    return {
        "match_above": round(float(np.clip(high, 0.6, 0.97)), 3),
        "mismatch_below": round(float(np.clip(low, 0.03, 0.4)), 3),
    }


def report(part: Sequence[Case], p: Floats, match_above: float, mismatch_below: float) -> None:
    y = np.array([float(c.said) for c in part])
    near = np.array([c.near for c in part])
    print(f"  {int(y.sum())} right, {int((1 - y).sum())} wrong; AUC {auc(p, y):.3f}")
    for name, those in (("right", y == 1), ("near wrong", near), ("far wrong", (y == 0) & ~near)):
        match, mismatch = np.mean(p[those] >= match_above), np.mean(p[those] <= mismatch_below)
        print(f"  {name}: match {match:.1%}, mismatch {mismatch:.1%}, between {1 - match - mismatch:.1%}")


if __name__ == "__main__":
    main()
