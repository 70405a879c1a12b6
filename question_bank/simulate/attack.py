"""A ring that calls again and again: what does it gain from what it has heard, or from a leaked bank?

Every call is made in a fresh identity from a fresh number. The ring's members share everything: before a call
they look up, for that identity, the facts they expect to be asked about and do not hold. What they expect
comes from the questions heard in the ring's earlier calls and from the leaked part of the bank.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
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
# What a ring gains: its first call knowing nothing, and its twentieth with half of the bank.
FIRST, LATER = ("none", 1), ("half", 20)

Tell = Callable[[int, int], None]  # done, of


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
    rings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where the attack takes place: after a stream of ordinary calls."""

    setting: Setting
    method: Method
    papers: Sequence[Played]
    exposure: Exposure | None


def attack(
    ground: Ground, ring: Ring, *, rings: int, compared: int, seed: int, tell: Tell
) -> dict[str, dict[str, Success]]:
    """By leak and number of calls. `compared`: rings of FIRST and LATER, whose ratio is wanted closely."""
    cells = {(leak, calls): rings for leak in LEAKS for calls in CALLS}
    cells |= {FIRST: compared, LATER: compared}
    found: dict[str, dict[str, Success]] = {leak: {} for leak in LEAKS}
    played = 0
    for (leak, calls), count in cells.items():
        found[leak][str(calls)] = _success(ground, ring, LEAKS[leak], calls, rings=count, seed=seed)
        played += count
        tell(played, sum(cells.values()))
    return found


def gain(found: Mapping[str, Mapping[str, Success]]) -> tuple[float, tuple[float, float]] | None:
    """How many times as often LATER succeeds as FIRST, with the 95 % interval of Katz et al. (1978).

    None: one of them never did.
    """
    first, later = (found[leak][str(calls)] for leak, calls in (FIRST, LATER))
    if not first.approved or not later.approved:
        return None
    ratio = later.approved / first.approved
    spread = math.sqrt(sum((1 - s.approved) / (s.approved * s.rings) for s in (first, later)))
    return ratio, (ratio * math.exp(-1.96 * spread), ratio * math.exp(1.96 * spread))


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
    return Success(approved=approved / rings, ci95=interval(approved, rings), rings=rings)


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
