"""A ring that calls again and again: what does it gain from what it has heard, or from a leaked bank?

Every call is made in a fresh identity from a fresh number. The ring's members share everything: before a call
they look up, for that identity, the facts they expect to be asked about and do not hold. What they expect
comes from the questions heard in the ring's earlier calls and from the leaked part of the bank.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from decision_hook.contract.verdict import APPROVE_AT
from question_bank.bank import Bank
from question_bank.exposure import Exposure
from question_bank.paper import begin
from question_bank.question import Role
from question_bank.simulate.applicants import draw_application
from question_bank.simulate.figures import interval
from question_bank.simulate.interview import Method, Played, Setting, play
from question_bank.simulate.people import Person, Population, draw_person

CALLS = (1, 5, 20, 100)
LEAKS: Mapping[str, float] = {"none": 0.0, "half": 0.5, "all": 1.0}  # share of the bank's questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Expert's guesses; the report repeats them."""

    population: Population = Population.IMPOSTOR_80  # what its members hold to begin with
    looked_up: int = 6  # facts per identity
    found: float = 0.5  # share of them that the search brings
    imagined: int = 2  # without a hint it guesses among so many times the facts there are


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """Of the ring's n-th call."""

    approved: float
    ci95: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where the attack takes place: after a stream of ordinary calls."""

    setting: Setting
    method: Method
    papers: Sequence[Played]
    exposure: Exposure | None


def attack(ground: Ground, ring: Ring, *, rings: int, seed: int) -> dict[str, dict[str, Success]]:
    """By leak and number of calls."""
    return {
        leak: {str(calls): _success(ground, ring, share, calls, rings=rings, seed=seed) for calls in CALLS}
        for leak, share in LEAKS.items()
    }


def _success(ground: Ground, ring: Ring, share: float, calls: int, *, rings: int, seed: int) -> Success:
    bank = ground.setting.bank
    approved = 0
    for number in range(rings):
        rng = random.Random(f"{seed}|{share}|{calls}|{number}")
        heard = [paper.asked for paper in rng.choices(ground.papers, k=calls - 1)]
        leaked = rng.sample(list(bank.questions), round(share * len(bank.questions)))
        victim = draw_application(bank, number, random.Random(f"{seed}|victim|{number}"))
        caller = draw_person(victim, ring.population, f"{seed}|ring|{number}")
        prepared = prepare(bank, ring, caller, heard, leaked, rng)
        state = begin(victim, voice_consent=True, seed=number, exposure=ground.exposure)
        played = play(ground.setting, ground.method, prepared, state, random.Random(f"{seed}|{number}"))
        approved += played.genuine >= APPROVE_AT
    return Success(approved=approved / rings, ci95=interval(approved, rings))


def prepare(
    bank: Bank,
    ring: Ring,
    caller: Person,
    heard: Iterable[Sequence[str]],
    leaked: Iterable[str],
    rng: random.Random,
) -> Person:
    """The caller after the search for what will most likely be asked."""
    expected = Counter(
        key for paper in heard for question_id in paper for key in bank.questions[question_id].fact_keys[:1]
    )
    for question_id in leaked:
        expected.update(bank.questions[question_id].fact_keys[:1])
    keys = sorted({question.fact_keys[0] for question in bank.of_role(Role.FACT)})
    universe = keys if expected else keys + [""] * (len(keys) * (ring.imagined - 1))
    wanted = [key for key in universe if key not in caller.has]
    rng.shuffle(wanted)
    wanted.sort(key=lambda key: -expected[key])
    found = {key for key in wanted[: ring.looked_up] if rng.random() < ring.found}
    return replace(caller, has=caller.has | found & set(caller.application.facts))
