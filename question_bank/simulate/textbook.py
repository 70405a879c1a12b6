"""Selectors of the catsim library (bench extra) on the same terms.

A question becomes a two-parameter logistic item on a scale where the applicant stands at +1 and an impostor
at -1; the ability estimate is the expectation of the shared beliefs on that scale.
"""

import random
from collections.abc import Callable

import numpy as np
from catsim import ItemBank, NoItemsAvailableError
from catsim.selection import AStratSelector, MaxInfoSelector, RandomesqueSelector
from catsim.selection.base import BaseSelector

from decision_hook.contract import Grade, Hypothesis
from question_bank.bank import Bank
from question_bank.index import GRADES, Floats, PaperIndex
from question_bank.paper import Ask, Offer, PaperPolicy, PaperState, Stop, ask, offer
from question_bank.simulate.interview import Method

BIN = 5  # of the randomesque selector, as first published
TEST_SIZE = 16  # strata of the a-stratified one: about as long as the papers are
_RIGHT = [GRADES.index(grade) for grade in (Grade.MATCH, Grade.PARTIAL, Grade.FREE)]


def textbook() -> list[Method]:
    return [
        _method("catsim_max_info", MaxInfoSelector),
        _method("catsim_randomesque", lambda: RandomesqueSelector(BIN)),
        _method("catsim_a_stratified", lambda: AStratSelector(TEST_SIZE)),
    ]


def _method(name: str, selector: Callable[[], BaseSelector]) -> Method:
    selects = selector()

    def choose(bank: Bank, state: PaperState, policy: PaperPolicy, rng: random.Random) -> Ask | Stop:
        found = offer(bank, state, policy, mixed=False)
        if isinstance(found, Stop):
            return found
        p = state.beliefs.probabilities()
        ability = 2 * p[Hypothesis.GENUINE] - 1
        try:
            place = _selected(selects, items(bank.index, found), ability, len(state.asked), rng)
        except NoItemsAvailableError:  # a stratum without questions that fit: any
            place = rng.randrange(len(found.rows))
        return ask(bank.index, int(found.rows[place]), state)

    return Method(name=name, choose=choose)


def _selected(selects: BaseSelector, bank: ItemBank, ability: float, asked: int, rng: random.Random) -> int:
    """The item's place among those on offer. What was asked is not among them, so it is only counted:
    the a-stratified selector takes its stratum from the count."""
    chosen = selects.select(
        item_bank=bank,
        administered_items=[-1] * min(asked, TEST_SIZE - 1),
        est_theta=ability,
        rng=np.random.default_rng(rng.getrandbits(32)),
    )
    if chosen is None:
        raise NoItemsAvailableError
    return int(chosen)


def items(index: PaperIndex, found: Offer) -> ItemBank:
    """2PL items of the questions on offer."""
    likelihoods = index.likelihoods[found.sources, found.rows]
    right: Floats = np.clip(likelihoods[:, :, _RIGHT].sum(axis=-1), 0.01, 0.99)
    logits = np.log(right / (1 - right))
    a = np.maximum((logits[:, 0] - logits[:, 1]) / 2, 0.05)
    b = -(logits[:, 0] + logits[:, 1]) / 2 / a
    # its check prints a line on stdout for every bank, good ones too
    return ItemBank(np.column_stack([a, np.clip(b, -4, 4)]), validate=False)
