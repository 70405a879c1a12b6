"""A bank's questions as columns, so that a choice among a thousand takes a millisecond or two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import FactKind, Grade
from question_bank.belief import HYPOTHESES, SOURCES
from question_bank.question import Question, Role

GRADES = tuple(Grade)
KIND_CODE = {kind: code for code, kind in enumerate(FactKind)}
# What an answer adds to the speech for the voiceprint, in seconds. A guess, as `cost_s` is.
TALK_S, WORD_S = 4.0, 1.2
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperIndex:
    """s sources, n questions, h hypotheses, g grades, f fact keys."""

    questions: tuple[Question, ...]  # (n,)
    row: Mapping[str, int]  # question id -> n
    key: Mapping[str, int]  # fact key -> f
    likelihoods: Floats  # (s, n, h, g): P(grade | hypothesis)
    costs_s: Floats  # (n,)
    speech_s: Floats  # (n,) expected of the answer
    first: Integers  # (n,) the fact it is judged against; f (one past the last): none
    kinds: Integers  # (n,) KIND_CODE of the answer
    rests_on: NDArray[np.float32]  # (n, f) 1: needs to know that fact
    requires: NDArray[np.float32]  # (n, f) 1: that fact must be on file
    topics: Integers  # (n,)
    sensitivity: Integers  # (n,)
    life: Flags  # (n,)
    caps: Floats  # (n,) share of the calls that may ask it


def index_of(questions: Sequence[Question]) -> PaperIndex:
    keys = dict.fromkeys(key for q in questions for key in (*q.fact_keys, *q.requires))
    key = {name: f for f, name in enumerate(keys)}
    topic = {name: t for t, name in enumerate(dict.fromkeys(q.topic for q in questions))}
    rests_on = np.zeros((len(questions), len(key)), dtype=np.float32)
    requires = np.zeros_like(rests_on)
    likelihoods = np.zeros((len(SOURCES), len(questions), len(HYPOTHESES), len(GRADES)))
    for n, question in enumerate(questions):
        rests_on[n, [key[name] for name in question.fact_keys]] = 1
        requires[n, [key[name] for name in question.requires]] = 1
        for s, source in enumerate(SOURCES):
            table = question.statistics_for(source).table
            for h, hypothesis in enumerate(HYPOTHESES):
                for g, grade in enumerate(GRADES):
                    likelihoods[s, n, h, g] = table[hypothesis].get(grade, 0.0)
    return PaperIndex(
        questions=tuple(questions),
        row={question.id: n for n, question in enumerate(questions)},
        key=key,
        likelihoods=likelihoods,
        costs_s=np.array([question.cost_s for question in questions]),
        speech_s=np.array([expected_speech_s(question) for question in questions]),
        first=np.array([key[q.fact_keys[0]] if q.fact_keys else len(key) for q in questions], dtype=np.int64),
        kinds=np.array([KIND_CODE[question.kind] for question in questions], dtype=np.int64),
        rests_on=rests_on,
        requires=requires,
        topics=np.array([topic[question.topic] for question in questions], dtype=np.int64),
        sensitivity=np.array([question.sensitivity for question in questions], dtype=np.int64),
        life=np.array([question.role is Role.LIFE for question in questions], dtype=np.bool_),
        caps=np.array([_cap(question) for question in questions], dtype=np.float64),
    )


def expected_speech_s(question: Question) -> float:
    return WORD_S if question.fact_keys else TALK_S


def _cap(question: Question) -> float:
    return 1.0 if question.exposure_cap is None else question.exposure_cap


def information(index: PaperIndex, sources: Integers, rows: Integers, p: Floats, like: Floats) -> Floats:
    """Mutual information between the hypotheses and the next grade, in nats, shape (k,).

    `rows` are the questions looked at, `sources` the row of SOURCES for each; `p` (h,) and `like`
    (sources, h, h): see Beliefs.outlook. An answer that nothing on file can judge tells nothing: 0.
    """
    expected: Floats = like[sources] @ index.likelihoods[sources, rows]  # (k, h, g)
    marginal: Floats = p @ expected  # (k, g)
    gained: Floats = _p_ln_p(expected).sum(axis=-1) @ p - _p_ln_p(marginal).sum(axis=-1)
    return np.where(sources > 0, np.maximum(gained, 0.0), 0.0)


def _p_ln_p(p: Floats) -> Floats:
    out: Floats = p * np.log(np.where(p > 0, p, 1.0))
    return out
