"""The bound: our way of choosing without exposure control, by somebody who knows the true response model."""

import random
from collections.abc import Mapping, Sequence

import numpy as np

from decision_hook.contract import Application, Fact, Hypothesis
from question_bank.bank import Bank
from question_bank.belief import DELIVERY_CAP_NATS, HYPOTHESES, SECOND_VOICE_CAP_NATS, capped, prior
from question_bank.index import GRADES, Floats
from question_bank.paper import Ask, PaperPolicy, PaperState, Stop, ask, offer, worth_s
from question_bank.simulate.applicants import source_of
from question_bank.simulate.interview import Method, put
from question_bank.simulate.people import TRUTH, Population, Respondent, draw_person

DRAWS = 120
_COLUMN = {grade: g for g, grade in enumerate(GRADES)}
_OF: Floats = np.array([[float(TRUTH[p] is h) for h in HYPOTHESES] for p in Population])


def true_tables(bank: Bank, seed: int, draws: int = DRAWS) -> Floats:
    """P(grade that stands | population), (populations, n, g), counted over people drawn for this alone."""
    counts = np.full((len(Population), len(bank.index.questions), len(GRADES)), 0.05)
    for number, population in enumerate(Population):
        for row, question in enumerate(bank.index.questions):
            keys = question.fact_keys[:1]
            facts = {key: Fact(value="1", source=source_of(key), kind=question.kind) for key in keys}
            application = Application(id="true-model", phone="17000000000", facts=facts)
            for draw in range(draws):
                person = draw_person(application, population, f"true|{seed}|{row}|{draw}")
                counts[number, row, _COLUMN[put(person, question)[0].grade]] += 1
    tables: Floats = counts / counts.sum(axis=-1, keepdims=True)
    return tables


def counted_tables(bank: Bank, people: Sequence[Respondent]) -> Floats:
    """The same for people given by a file: counted over these very people, population by truth."""
    counts = np.full((len(Population), len(bank.index.questions), len(GRADES)), 0.05)
    places = {h: [n for n, p in enumerate(Population) if TRUTH[p] is h] for h in Hypothesis}
    for person in people:
        for row, question in enumerate(bank.index.questions):
            if not question.fact_keys or question.fact_keys[0] in person.application.facts:
                grade = put(person, question)[0].grade
                counts[places[person.truth], row, _COLUMN[grade]] += 1
    tables: Floats = counts / counts.sum(axis=-1, keepdims=True)
    return tables


def bound(bank: Bank, tables: Floats) -> Method:
    """`tables`: see true_tables. Knows the populations too; delivery and second voices weigh as in calls."""
    logs = np.log(tables)
    start = np.log(_OF @ list(prior(None).probabilities().values()) / (_OF @ _OF.sum(axis=0)))

    def weights(state: PaperState) -> Floats:
        rows = [bank.index.row[question_id] for question_id in state.asked]
        columns = [_COLUMN[grade] for grade in state.grades]
        beside = np.array(capped(state.beliefs.delivery, DELIVERY_CAP_NATS))
        beside = beside + capped(state.beliefs.second_voice, SECOND_VOICE_CAP_NATS)
        found = start + logs[:, rows, columns].sum(axis=1) + _OF @ beside
        p: Floats = np.exp(found - found.max())
        p /= p.sum()
        return p

    def believe(state: PaperState) -> Mapping[Hypothesis, float]:
        return dict(zip(HYPOTHESES, (weights(state) @ _OF).tolist(), strict=True))

    def choose(bank: Bank, state: PaperState, policy: PaperPolicy, rng: random.Random) -> Ask | Stop:
        found = offer(bank, state, policy, believe(state))
        if isinstance(found, Stop):
            return found
        p = weights(state)
        worth = worth_s(bank.index, found, _information(tables[:, found.rows], p))
        return ask(bank.index, int(found.rows[int(np.argmax(worth))]), state)

    return Method(name="bound", choose=choose, believe=believe, follows_up=True)


def _information(tables: Floats, p: Floats) -> Floats:
    """Between hypotheses and grade, (k,). `tables`: (populations, k, g); `p`: (populations,)."""
    of = (_OF * p[:, None]).T  # (h, populations)
    shares = of.sum(axis=1)
    expected = np.einsum("hp,pkg->hkg", of / np.maximum(shares, 1e-300)[:, None], tables)
    marginal = np.einsum("h,hkg->kg", shares, expected)
    gained: Floats = np.einsum("h,hkg->k", shares, expected * np.log(np.maximum(expected, 1e-300)))
    gained -= (marginal * np.log(np.maximum(marginal, 1e-300))).sum(axis=-1)
    return gained
