"""From papers to figures: error, undecided, seconds, exposure, overlap, with intervals."""

import random
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from decision_hook.contract import Hypothesis
from decision_hook.contract.verdict import APPROVE_AT, NOT_GENUINE_AT
from question_bank.bank import Bank
from question_bank.simulate.interview import Played

PAIRS = 20_000  # drawn for the overlap


def is_error(paper: Played) -> bool:
    """An impostor or coached caller approved, or an honest one taken for somebody else."""
    if paper.truth is Hypothesis.GENUINE:
        return paper.genuine <= NOT_GENUINE_AT
    return paper.genuine >= APPROVE_AT


def is_undecided(paper: Played) -> bool:
    """Goes to a person as it is."""
    return NOT_GENUINE_AT < paper.genuine < APPROVE_AT


def interval(hits: int, n: int) -> tuple[float, float]:
    """95 % score interval of a share (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    z, p = 1.96, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """95 %, of the mean."""
    mean = statistics.fmean(values)
    half = 1.96 * statistics.stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0
    return mean - half, mean + half


def quantile(values: Iterable[float], q: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))] if ordered else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """Shares of the papers."""

    questions: dict[str, float]
    facts: dict[str, float]
    overlap: float  # mean share of a paper's questions that another paper has too; of the shorter one
    overlap_facts: float


def exposed(bank: Bank, papers: Sequence[Played], *, seed: int = 0) -> Exposed:
    """Of the survey's questions; notice, consent and warm-up are not among them."""
    asked = [frozenset(paper.asked) for paper in papers]
    facts = [_facts(bank, one) for one in asked]
    return Exposed(
        questions=_shares(asked),
        facts=_shares(facts),
        overlap=_overlap(asked, seed),
        overlap_facts=_overlap(facts, seed),
    )


def _facts(bank: Bank, asked: Iterable[str]) -> frozenset[str]:
    return frozenset(key for question_id in asked for key in bank.questions[question_id].fact_keys)


def _shares(papers: Sequence[frozenset[str]]) -> dict[str, float]:
    counted = Counter(name for paper in papers for name in paper)
    return {name: count / len(papers) for name, count in counted.most_common()}


def _overlap(papers: Sequence[frozenset[str]], seed: int) -> float:
    rng = random.Random(seed)
    shared = []
    for _ in range(PAIRS if len(papers) > 1 else 0):
        one, other = rng.sample(papers, 2)
        shorter = min(len(one), len(other))
        shared.append(len(one & other) / shorter if shorter else 0.0)
    return statistics.fmean(shared) if shared else 0.0


def of_population(papers: Sequence[Played]) -> dict[str, object]:
    """Error, undecided, seconds and questions of one population's papers."""
    n = len(papers)
    errors, undecided = sum(map(is_error, papers)), sum(map(is_undecided, papers))
    seconds = [paper.seconds for paper in papers]
    return {
        "n": n,
        "error": round(errors / n, 4),
        "ci95": _rounded(interval(errors, n)),
        "undecided": round(undecided / n, 4),
        "undecided_ci95": _rounded(interval(undecided, n)),
        "seconds_mean": round(statistics.fmean(seconds), 1),
        "seconds_ci95": _rounded(mean_interval(seconds)),
        "seconds_p95": round(quantile(seconds, 0.95), 1),
        "questions_mean": round(statistics.fmean(len(paper.asked) for paper in papers), 2),
        "questions_p95": quantile((len(paper.asked) for paper in papers), 0.95),
    }


def of_method(bank: Bank, papers: Sequence[Played]) -> dict[str, object]:
    """The whole report of one way of choosing."""
    names = dict.fromkeys(paper.population for paper in papers)
    seconds = [paper.seconds for paper in papers]
    took = [ms for paper in papers for ms in paper.choose_ms]
    shown = exposed(bank, papers)
    return {
        "seconds_mean": round(statistics.fmean(seconds), 1),
        "seconds_ci95": _rounded(mean_interval(seconds)),
        "seconds_p95": round(quantile(seconds, 0.95), 1),
        "questions_mean": round(statistics.fmean(len(paper.asked) for paper in papers), 2),
        "questions_p95": quantile((len(paper.asked) for paper in papers), 0.95),
        "by_population": {
            name: of_population([paper for paper in papers if paper.population == name]) for name in names
        },
        "error_mean": round(mean_error(papers), 4),
        "max_exposure": round(max([*shown.questions.values(), *shown.facts.values()], default=0.0), 4),
        "max_exposure_question": round(max(shown.questions.values(), default=0.0), 4),
        "max_exposure_fact": round(max(shown.facts.values(), default=0.0), 4),
        "overlap": round(max(shown.overlap, shown.overlap_facts), 4),
        "overlap_questions": round(shown.overlap, 4),
        "overlap_facts": round(shown.overlap_facts, 4),
        "choose_ms_p50": round(quantile(took, 0.5), 3),
        "choose_ms_p99": round(quantile(took, 0.99), 3),
    }


def mean_error(papers: Sequence[Played]) -> float:
    """Over the populations, each counting alike."""
    names = dict.fromkeys(paper.population for paper in papers)
    return statistics.fmean(
        statistics.fmean(is_error(paper) for paper in papers if paper.population == name) for name in names
    )


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(value, 4) for value in values]
