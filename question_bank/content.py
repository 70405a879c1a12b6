"""What every paper must contain, and in which order things may come."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from decision_hook.contract import FactSource, Hypothesis
from question_bank.belief import SOURCES
from question_bank.index import Flags, Floats, Integers, PaperIndex

if TYPE_CHECKING:
    from question_bank.paper import PaperPolicy, PaperState

HARD_FOR_THIEVES = frozenset({FactSource.BANK, FactSource.BUREAU})  # the form is what gets stolen
FORM = frozenset({FactSource.FORM})
_IS_HARD: Flags = np.array([source in HARD_FOR_THIEVES for source in SOURCES])
_IS_FORM: Flags = np.array([source in FORM for source in SOURCES])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Content:
    """Of the k questions that may still be asked."""

    owed: Sequence[Flags]  # each (k,): one content constraint still open, and what serves it
    due: Flags | None  # (k,) what should come now, so that not everything of a kind comes in one block
    off_topic: Flags  # (k,) not of the topic that has had its run
    mild: Flags  # (k,) not too intimate this early
    credit_s: Floats  # (k,) seconds that an open constraint would cost anyway

    def narrowed(self, *, decided: bool, mixed: bool) -> Flags:
        """(k,) Applies one wish after the other; a wish that would leave nothing is let go."""
        kept: Flags = np.ones(len(self.mild), dtype=np.bool_)
        wishes = [self.off_topic]
        if decided and self.owed:
            wishes.append(np.logical_or.reduce(self.owed))
        if self.due is not None and mixed and not decided:
            wishes.append(self.due)
        wishes.append(self.mild)
        for wish in wishes:
            if (kept & wish).any():
                kept = kept & wish
        return kept


def content_of(
    index: PaperIndex, state: "PaperState", policy: "PaperPolicy", rows: Integers, sources: Integers
) -> Content:
    asked = _asked(index, state)
    topics = index.topics[asked]
    hard, form, life = _IS_HARD[sources], _IS_FORM[sources], index.life[rows]
    seen = np.zeros(len(index.questions), dtype=np.bool_)
    seen[topics] = True  # there are no more topics than questions
    new_topic = ~seen[index.topics[rows]]
    missing = [
        (policy.min_hard_facts - _judged(index, state, asked, HARD_FOR_THIEVES), hard),
        (_form_facts(state, policy) - _judged(index, state, asked, FORM), form),
        (_life_owed(index, asked, policy), life),
        (policy.min_topics - len(set(topics.tolist())), new_topic),
    ]
    costs = index.costs_s[rows]
    owed, credit = [], np.zeros(len(rows))
    for count, serves in missing:
        if count > 0 and serves.any():
            owed.append(serves)
            credit = np.maximum(credit, serves * costs[serves].min())
    run = topics[-policy.max_topic_run :]
    ran = len(run) == policy.max_topic_run and (run == run[0]).all()
    return Content(
        owed=owed,
        due=form if len(asked) % 2 and any(serves is form for serves in owed) else None,
        off_topic=index.topics[rows] != run[0] if ran else np.ones(len(rows), dtype=np.bool_),
        mild=index.sensitivity[rows] <= 1 + len(asked) // 2,
        credit_s=np.minimum(credit, costs),
    )


def _form_facts(state: "PaperState", policy: "PaperPolicy") -> int:
    """How many of them a paper must hold."""
    p = state.beliefs.probabilities()
    doubt = 1 - p[Hypothesis.GENUINE]
    if doubt < 0.5 or p[Hypothesis.COACHED] < policy.prompted_share * doubt:
        return policy.min_form_facts
    return max(policy.min_form_facts, policy.min_form_facts_doubted)


def open_questions_owed(index: PaperIndex, state: "PaperState", policy: "PaperPolicy") -> int:
    """How many questions about the life behind the facts the paper still lacks. Follow-ups count."""
    return _life_owed(index, _asked(index, state), policy)


def _asked(index: PaperIndex, state: "PaperState") -> list[int]:
    return [index.row[question_id] for question_id in state.asked if question_id in index.row]


def _life_owed(index: PaperIndex, asked: Sequence[int], policy: "PaperPolicy") -> int:
    return max(0, policy.min_life - int(index.life[asked].sum()))


def _judged(
    index: PaperIndex, state: "PaperState", asked: Sequence[int], sources: frozenset[FactSource]
) -> int:
    """How many facts of these sources were asked and understood."""
    keys = [index.questions[row].fact_keys[0] for row in asked if index.questions[row].fact_keys]
    return sum(key in state.beliefs.judged and state.facts[key].source in sources for key in keys)


def rested(
    index: PaperIndex, state: "PaperState", policy: "PaperPolicy", fits: Flags, sources: Integers
) -> Flags:
    """(n,) Of the questions that fit, those not worn, and of the others what a paper cannot do without."""
    assert state.exposure is not None
    worn = fits & state.exposure.worn(index, policy.max_share)
    fresh: Flags = fits & ~worn
    if not worn.any():
        return fresh
    wear, asked = state.exposure.wear, _asked(index, state)
    had = [
        (policy.enough_hard_facts - _judged(index, state, asked, HARD_FOR_THIEVES), _IS_HARD[sources]),
        (_form_facts(state, policy) - _judged(index, state, asked, FORM), _IS_FORM[sources]),
        (_life_owed(index, asked, policy), index.life),
    ]
    for wanted, serves in had:
        there = np.flatnonzero(fresh & serves)
        facts = {int(index.first[n]) for n in there} if not index.life[there].any() else set(there.tolist())
        for n in np.flatnonzero(worn & serves)[np.argsort(wear[worn & serves], kind="stable")]:
            if len(facts) >= wanted:
                break
            fresh[n] = True
            facts.add(int(n) if index.life[n] else int(index.first[n]))
    return fresh
