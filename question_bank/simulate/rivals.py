"""Other ways of choosing, on the same terms: same statistics, seconds, content, beliefs and stopping."""

import random
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import numpy as np

from question_bank.bank import Bank
from question_bank.belief import SOURCES, prior
from question_bank.index import Floats, Integers, information
from question_bank.paper import Ask, Offer, PaperPolicy, PaperState, Stop, Why, ask, choose, offer
from question_bank.question import Role
from question_bank.simulate.applicants import source_of
from question_bank.simulate.interview import Method

Pick = Callable[[Bank, PaperState, Offer, random.Random], int]  # a row of the index

# A fixed paper: how many of the hard facts, the form's (derived ones with them), and the life behind them.
FIXED = {10: (4, 4, 2), 20: (10, 6, 4)}


def ours() -> Method:
    return Method(name="ours", choose=choose, spares=True, follows_up=True)


def rivals() -> list[Method]:
    return [
        *(method_of(f"fixed_{length}", _fixed(length), at_most=length) for length in FIXED),
        method_of("random", lambda bank, state, found, rng: int(rng.choice(found.rows))),
        method_of("greedy_kl", _greedy(per_second=False)),
        method_of("greedy_kl_per_s", _greedy(per_second=True)),
        # the same, but worn questions rest as they do in ours: what that rest costs a rival
        replace(method_of("greedy_kl_per_s_resting", _greedy(per_second=True)), spares=True),
    ]


def method_of(name: str, pick: Pick, *, at_most: int | None = None) -> Method:
    """A way of picking among what is on offer. `at_most`: the paper's length; None: as the policy says."""

    def chosen(bank: Bank, state: PaperState, policy: PaperPolicy, rng: random.Random) -> Ask | Stop:
        found = offer(bank, state, policy, mixed=False)
        if isinstance(found, Stop):
            return found
        if at_most is not None and len(state.asked) >= at_most:
            return Stop(why=Why.NOTHING_LEFT)
        return ask(bank.index, pick(bank, state, found, rng), state)

    return Method(name=name, choose=chosen)


def _greedy(*, per_second: bool) -> Pick:
    """The expected Kullback-Leibler divergence from the beliefs now to those after the answer."""

    def pick(bank: Bank, state: PaperState, found: Offer, rng: random.Random) -> int:
        told = information(bank.index, found.sources, found.rows, *state.beliefs.outlook())
        costs_s = bank.index.costs_s[found.rows]
        worth = told / costs_s if per_second else told
        # what tells nothing, as the open question that every paper owes: the shortest
        return int(found.rows[int(np.argmax(worth - 1e-9 * costs_s))])

    return pick


def _fixed(length: int) -> Pick:
    """The same questions for all, the most informative of a kind first; where one does not fit, the next."""

    def pick(bank: Bank, state: PaperState, found: Offer, rng: random.Random) -> int:
        place = _places(bank, length)
        return int(min(found.rows, key=lambda row: place[row]))

    return pick


@lru_cache(maxsize=8)
def _places(bank: Bank, length: int) -> tuple[float, ...]:
    """Of every question its place in the paper."""
    index = bank.index
    rows: Integers = np.arange(len(index.questions))
    sources = np.array(
        [SOURCES.index(source_of(q.fact_keys[0])) if q.fact_keys else 0 for q in index.questions]
    )
    told: Floats = information(index, sources, rows, *prior(0.7).outlook())
    kinds = [
        [n for n in rows if sources[n] in (2, 3)],
        [n for n in rows if sources[n] in (1, 4)],
        [n for n in rows if index.questions[n].role is Role.LIFE],
    ]
    place = [float(len(rows))] * len(rows)
    for group, (quota, members) in enumerate(zip(FIXED[length], kinds, strict=True)):
        for rank, n in enumerate(sorted(members, key=lambda n: -told[n])):
            place[n] = (rank + 0.5 + 0.1 * group) / quota  # spread each kind evenly over the paper
    return tuple(place)
