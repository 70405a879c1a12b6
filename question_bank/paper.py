"""Which question next? The one that tells most about who is speaking, per second of call."""

import random
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from decision_hook.contract import Application, FactKind, FactSource, Grade, Hypothesis, kind_of
from question_bank.bank import SOURCES, Bank, Floats, information
from question_bank.belief import HYPOTHESES, Beliefs, prior
from question_bank.question import Question, Role

HARD_FOR_THIEVES = frozenset({FactSource.BANK, FactSource.BUREAU})  # the form is what gets stolen
FORM = frozenset({FactSource.FORM})
_SOURCE_ROW = {source: row for row, source in enumerate(SOURCES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPolicy:
    """When to stop, and what every paper must contain as far as the facts on file allow."""

    max_survey_s: float = 180.0
    min_net_speech_s: float = 10.0  # of the caller, for the voiceprint
    decided_at: float = 0.95  # belief at which the survey may stop
    # Not genuine is decided: impostor or coached, both go to a person, so less is needed between them.
    which_other_at: float = 0.6
    min_hard_facts: int = 3  # of the bank's or bureau's
    # Of the form. They tell thief from owner little, but a prompter is heard only where he knows the answer.
    min_form_facts: int = 4
    min_life: int = 2
    min_topics: int = 3
    max_topic_run: int = 2
    near_best: float = 0.6  # choose among questions worth at least this share of the best
    max_choices: int = 6  # among how many near-best ones
    max_questions: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class FactOnFile:
    source: FactSource
    kind: FactKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperState:
    """The survey so far. Frozen: each answer makes a new one."""

    beliefs: Beliefs
    facts: Mapping[str, FactOnFile]
    asked: tuple[str, ...] = ()  # question ids in order
    grades: tuple[Grade, ...] = ()  # of `asked`
    net_speech_s: float = 0.0
    elapsed_s: float = 0.0  # of the survey
    voice_consent: bool = False  # without it no speech is needed for the voiceprint
    seed: int = 0  # picks the wording of each question

    def answered(
        self, question_id: str, grade: Grade, beliefs: Beliefs, *, net_speech_s: float, elapsed_s: float
    ) -> "PaperState":
        """The state after one more answer."""
        return replace(
            self,
            beliefs=beliefs,
            asked=(*self.asked, question_id),
            grades=(*self.grades, grade),
            net_speech_s=net_speech_s,
            elapsed_s=elapsed_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    question_id: str
    phrasing: int


class Why(StrEnum):
    DECIDED = "decided"
    TIME_UP = "time_up"
    NOTHING_LEFT = "nothing_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    question: Question
    source: FactSource | None


def begin(application: Application, *, voice_consent: bool = False, seed: int = 0) -> PaperState:
    """The paper before its first question."""
    return PaperState(
        beliefs=prior(application.risk_score),
        facts={
            key: FactOnFile(source=fact.source, kind=kind_of(key, fact))
            for key, fact in application.facts.items()
        },
        voice_consent=voice_consent,
        seed=seed,
    )


def choose(bank: Bank, state: PaperState, policy: PaperPolicy, rng: random.Random) -> Ask | Stop:
    """The next question, or why there is none. Pure but for `rng`, which picks among the near-best."""
    found = _worth(bank, state, policy)
    if isinstance(found, Stop):
        return found
    ranked, worth = found
    good = [w for w in worth[: policy.max_choices] if w >= policy.near_best * worth[0]]
    picked = rng.choices(ranked[: len(good)], weights=good)[0]
    return _ask(picked, state)


def likely_next(bank: Bank, state: PaperState, policy: PaperPolicy, k: int) -> tuple[Ask, ...]:
    """The up to `k` questions `choose` is likeliest to pick now, for rendering ahead."""
    found = _worth(bank, state, policy)
    if isinstance(found, Stop):
        return ()
    return tuple(_ask(question, state) for question in found[0][:k])


def _ask(question: Question, state: PaperState) -> Ask:
    """The wording depends on call and question only, so that it is known before the turn comes."""
    number = zlib.crc32(f"{state.seed}|{question.id}".encode())
    return Ask(question_id=question.id, phrasing=number % len(question.phrasings))


def _worth(bank: Bank, state: PaperState, policy: PaperPolicy) -> tuple[list[Question], list[float]] | Stop:
    """Questions that may come next with their worth per second, best first; or why none may."""
    eligible = _eligible(bank, state)
    owed = _owed(bank, state, policy, eligible)
    probabilities = state.beliefs.probabilities()
    needs_speech = state.voice_consent and state.net_speech_s < policy.min_net_speech_s
    decided = _decided(probabilities, policy)
    if decided and not owed and not needs_speech:
        return Stop(why=Why.DECIDED)
    if not eligible:
        return Stop(why=Why.NOTHING_LEFT)
    affordable = [c for c in eligible if state.elapsed_s + c.question.cost_s <= policy.max_survey_s]
    if not affordable or len(state.asked) >= policy.max_questions:
        return Stop(why=Why.TIME_UP)
    narrowed = _narrow(bank, state, policy, affordable, owed, decided)
    worth = _worth_per_s(bank, narrowed, np.array([probabilities[h] for h in HYPOTHESES]))
    order = np.argsort(-worth, kind="stable")
    return [narrowed[i].question for i in order], [float(worth[i]) for i in order]


def _decided(p: Mapping[Hypothesis, float], policy: PaperPolicy) -> bool:
    likeliest = max(p.values())
    if likeliest >= policy.decided_at:
        return True
    return p[Hypothesis.GENUINE] <= 1 - policy.decided_at and likeliest >= policy.which_other_at


def _worth_per_s(bank: Bank, candidates: Sequence[_Candidate], p: Floats) -> Floats:
    rows = np.array([bank.index.row[c.question.id] for c in candidates])
    sources = np.array([_SOURCE_ROW[c.source] for c in candidates])
    # a little for every question, so that those without information differ by their length
    worth: Floats = (information(bank.index, sources, rows, p) + 1e-6) / bank.index.costs_s[rows]
    return worth


def _eligible(bank: Bank, state: PaperState) -> list[_Candidate]:
    """Not asked, its fact on file in the kind it expects, and nothing it rests on judged already."""
    asked, facts, judged = set(state.asked), state.facts, state.beliefs.judged
    found = []
    for question in bank.index.questions:
        if question.id in asked or not judged.isdisjoint(question.fact_keys):
            continue
        if any(key not in facts for key in question.requires):
            continue
        if not question.fact_keys:
            found.append(_Candidate(question=question, source=None))
        elif (fact := facts.get(question.fact_keys[0])) is not None and fact.kind is question.kind:
            found.append(_Candidate(question=question, source=fact.source))
    return found


Serves = Callable[[_Candidate], bool]


def _owed(bank: Bank, state: PaperState, policy: PaperPolicy, eligible: Sequence[_Candidate]) -> list[Serves]:
    """What the paper still must contain and still can: one test per content constraint."""
    asked = [bank.questions[question_id] for question_id in state.asked]
    topics = {question.topic for question in asked}
    constraints: list[tuple[bool, Serves]] = [
        (_judged(asked, state, HARD_FOR_THIEVES) < policy.min_hard_facts, _is_hard),
        (_judged(asked, state, FORM) < policy.min_form_facts, _is_form),
        (_life_asked(bank, state) < policy.min_life, _is_life),
        (len(topics) < policy.min_topics, lambda c: c.question.topic not in topics),
    ]
    return [serves for missing, serves in constraints if missing and any(serves(c) for c in eligible)]


def _is_hard(candidate: _Candidate) -> bool:
    return candidate.source in HARD_FOR_THIEVES


def _is_form(candidate: _Candidate) -> bool:
    return candidate.source in FORM


def _is_life(candidate: _Candidate) -> bool:
    return candidate.question.role is Role.LIFE


def _judged(asked: Sequence[Question], state: PaperState, sources: frozenset[FactSource]) -> int:
    """How many facts of these sources were asked and understood."""
    keys = [question.fact_keys[0] for question in asked if question.fact_keys]
    return sum(key in state.beliefs.judged and state.facts[key].source in sources for key in keys)


def _narrow(
    bank: Bank,
    state: PaperState,
    policy: PaperPolicy,
    candidates: list[_Candidate],
    owed: Sequence[Serves],
    decided: bool,
) -> list[_Candidate]:
    """Applies one wish after the other; a wish that would leave nothing is let go."""
    run = [bank.questions[question_id].topic for question_id in state.asked[-policy.max_topic_run :]]
    sensitivity = 1 + len(state.asked) // 2  # harmless ones first
    # form and life come between the facts that decide, not in a block at the end
    due = None if decided else {1: _is_form, 3: _is_life}.get(len(state.asked) % 4)
    wishes: list[tuple[bool, Serves]] = [
        (
            len(run) == policy.max_topic_run and len(set(run)) == 1,
            lambda c: c.question.topic != run[0],
        ),
        (decided and bool(owed), lambda c: any(serves(c) for serves in owed)),
        (due in owed, lambda c: due is not None and due(c)),
        (True, lambda c: c.question.sensitivity <= sensitivity),
    ]
    for wanted, serves in wishes:
        if wanted and (kept := [c for c in candidates if serves(c)]):
            candidates = kept
    return candidates


def _life_asked(bank: Bank, state: PaperState) -> int:
    return sum(1 for question_id in state.asked if bank.questions[question_id].role is Role.LIFE)
