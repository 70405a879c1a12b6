"""Measures every contestant on the same lists and probes."""

import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict, TypeVar

import numpy as np

from voiceprint.backend import Backend
from voiceprint.bench.contestants import Contestant, Ours, parts, peers
from voiceprint.bench.population import Population

Given = TypeVar("Given")
Got = TypeVar("Got")
CANDIDATES_PER_1000_CALLS = 20.0
BATCH = 32
CHANGED = 200  # voices added and removed, one at a time, while the clock runs
SLOW_S = 20.0  # what takes longer is measured on fewer probes or removals, at least MIN_TIMES
MIN_TIMES = 100
PEERS_UP_TO = 2_000_000  # voices; beyond, 32-bit vectors do not fit beside ours


class Measured(TypedDict):
    setting: str  # how it was made to reach the recall
    searches: int
    p50_ms: float
    p99_ms: float
    batched_p50_ms: float  # a search, in batches of 32
    batched_p99_ms: float
    recall_at_1: float
    missed_per_10000: float  # probes decided otherwise than by the exact search, at the list's threshold
    bytes_per_voice: float
    build_s: float
    adds_per_s: float
    removes_per_s: float
    p99_ms_while_adding: float


class Report(TypedDict):
    sizes: dict[str, Measured]
    peers: dict[str, dict[str, Measured]]
    machine: dict[str, object]
    not_installed: list[str]


def run(
    backend: Backend,
    sizes: Sequence[int],
    populate: Callable[[int], Population],
    tell: Callable[[str], None],
    peers_up_to: int,
) -> Report:
    """Blocks: a minute per million voices for ours, more for others, ten for hnswlib and Milvus Lite."""
    state: dict[str, object] = {
        "cores": len(os.sched_getaffinity(0)),
        "load_average": [round(load, 2) for load in os.getloadavg()],
    }
    limits = {"hnswlib": peers_up_to, "milvus_lite": peers_up_to}
    report = Report(sizes={}, peers={}, machine=state, not_installed=[])
    with tempfile.TemporaryDirectory() as folder:
        others = peers(Path(folder))
        report["not_installed"] = sorted({"hnswlib", "milvus_lite"} - others.keys())
        for size in sizes:
            tell(f"{size:,} voices: drawing")
            population = populate(size)
            threshold = backend.operating_point(size, CANDIDATES_PER_1000_CALLS).threshold
            truth = _truth(population)
            for name, make in ({"ours": Ours} | others).items():
                if name != "ours" and size > limits.get(name, PEERS_UP_TO):
                    continue
                tell(f"{size:,} voices: {name}")
                measured = _measure(make(), population, truth, threshold)
                if name == "ours":
                    report["sizes"][str(size)] = measured
                else:
                    report["peers"].setdefault(name, {})[str(size)] = measured
    return report


def _truth(population: Population) -> tuple[np.ndarray, np.ndarray]:
    best = np.full(len(population.probes), -np.inf, dtype=np.float32)
    where = np.zeros(len(population.probes), dtype=np.int64)
    for start, part in parts(population.listed):
        products = population.probes @ part.T
        nearest = products.argmax(axis=1)
        value = products[np.arange(len(products)), nearest]
        better = value > best
        best[better], where[better] = value[better], nearest[better] + start
    return where, best


def _measure(
    contestant: Contestant, population: Population, truth: tuple[np.ndarray, np.ndarray], threshold: float
) -> Measured:
    started = time.perf_counter()
    contestant.build(population.listed)
    build_s = time.perf_counter() - started
    where, best = truth
    setting = contestant.aim(population.probes, where)
    for probe in population.probes[:5]:
        contestant.nearest(probe)  # threads and caches are warm in a service
    found, took_ms = _timed(contestant.nearest, list(population.probes))
    batches = np.split(population.probes, range(BATCH, len(population.probes), BATCH))
    _, batched_ms = _timed(contestant.nearest_of_many, batches, at_least=3)
    batched_ms = [took / len(batch) for took, batch in zip(batched_ms, batches, strict=False)]
    keys, products = np.array([key for key, _ in found]), np.array([product for _, product in found])
    where, best = where[: len(found)], best[: len(found)]
    # Within the rounding of 16-bit vectors of the threshold, neither decision is the right one.
    clear = np.abs(best - threshold) > 1e-3
    otherwise = clear & (
        ((best >= threshold) & (keys != where)) | ((products >= threshold) != (best >= threshold))
    )
    bytes_held = contestant.bytes_held
    while_adding, adds_per_s = _adding(contestant, population)
    first = len(population.listed)
    _, removed_ms = _timed(lambda key: contestant.remove(np.array([key])), range(first, first + CHANGED))
    return Measured(
        setting=setting,
        searches=len(found),
        p50_ms=round(float(np.percentile(took_ms, 50)), 3),
        p99_ms=round(float(np.percentile(took_ms, 99)), 3),
        batched_p50_ms=round(float(np.percentile(batched_ms, 50)), 3),
        batched_p99_ms=round(float(np.percentile(batched_ms, 99)), 3),
        recall_at_1=round(float(np.mean((keys == where) | (np.abs(products - best) < 1e-5))), 4),
        missed_per_10000=round(10_000 * float(otherwise.mean()), 1),
        bytes_per_voice=round(bytes_held / len(population.listed), 1),
        build_s=round(build_s, 2),
        adds_per_s=round(adds_per_s, 1),
        removes_per_s=round(1_000 / float(np.mean(removed_ms)), 1),
        p99_ms_while_adding=while_adding,
    )


def _timed(
    work: Callable[[Given], Got], given: Sequence[Given], *, at_least: int = MIN_TIMES
) -> tuple[list[Got], list[float]]:
    """What each piece of work gave, and its milliseconds. Ends early when SLOW_S are over."""
    got, took_ms = [], []
    begun = time.perf_counter()
    for one in given:
        started = time.perf_counter()
        got.append(work(one))
        took_ms.append(1_000 * (time.perf_counter() - started))
        if len(got) >= at_least and time.perf_counter() - begun > SLOW_S:
            break
    return got, took_ms


def _adding(contestant: Contestant, population: Population) -> tuple[float, float]:
    """p99 of searches while another thread adds voices one by one; and how many it adds a second."""
    first, rows = len(population.listed), population.probes
    added_s: list[float] = []

    def add() -> None:
        started = time.perf_counter()
        for number in range(CHANGED):
            row = rows[number % len(rows)][None]
            contestant.add(np.array([first + number]), row)
        added_s.append(time.perf_counter() - started)

    adder = threading.Thread(target=add, name="adds")
    adder.start()
    took_ms = []
    for number in range(100):
        started = time.perf_counter()
        contestant.nearest(rows[number % len(rows)])
        took_ms.append(1_000 * (time.perf_counter() - started))
    adder.join()
    return round(float(np.percentile(took_ms, 99)), 3), CHANGED / added_s[0]
