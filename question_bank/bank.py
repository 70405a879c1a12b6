"""A loaded question bank: questions, script, and the tables from which papers are chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import Application, FactSource, Grade
from question_bank.belief import HYPOTHESES
from question_bank.question import Question, Retired, Role
from question_bank.responses.features import applicant_features
from question_bank.responses.model import ResponseModel
from question_bank.script import Script

GRADES = tuple(Grade)
SOURCES: tuple[FactSource | None, ...] = (None, *FactSource)  # None: no fact on file, or none needed
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaperIndex:
    """The survey's questions as columns. s sources, n questions, h hypotheses, g grades."""

    questions: tuple[Question, ...]  # (n,)
    row: Mapping[str, int]  # question id -> n
    likelihoods: Floats  # (s, n, h, g): P(grade | hypothesis)
    certainty: Floats  # (s, n, h): sum over grades of P ln P
    costs_s: Floats  # (n,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bank:
    """Immutable; a running call keeps the one it began with."""

    version: str  # hash of the files' contents
    questions: Mapping[str, Question]  # the survey's, by id
    script: Script
    index: PaperIndex = field(repr=False)
    retired: Mapping[str, Retired] = field(default_factory=dict)  # by id; never asked
    responses: ResponseModel | None = field(default=None, repr=False)  # None: the files' statistics hold

    def question(self, question_id: str) -> Question:
        """Of the survey or of the script. KeyError if there is none."""
        if (found := self.questions.get(question_id)) is not None:
            return found
        return {question.id: question for question in self.script.questions()}[question_id]

    def of_role(self, role: Role) -> tuple[Question, ...]:
        return tuple(question for question in self.questions.values() if question.role is role)


def build_bank(
    *,
    version: str,
    questions: Sequence[Question],
    script: Script,
    retired: Mapping[str, Retired] | None = None,
    responses: ResponseModel | None = None,
) -> Bank:
    """Puts a bank together. The ids must differ."""
    return Bank(
        version=version,
        questions={question.id: question for question in questions},
        script=script,
        index=_index_of(questions),
        retired=retired or {},
        responses=responses,
    )


def bank_for(bank: Bank, application: Application) -> Bank:
    """The bank as this applicant is asked: with the statistics learnt for people like this. Some 20 ms."""
    if bank.responses is None:
        return bank
    tuned = bank.responses.tuned(bank.index.questions, applicant_features(application))
    return replace(bank, questions={question.id: question for question in tuned}, index=_index_of(tuned))


def _index_of(questions: Sequence[Question]) -> PaperIndex:
    likelihoods = np.zeros((len(SOURCES), len(questions), len(HYPOTHESES), len(GRADES)))
    for s, source in enumerate(SOURCES):
        for n, question in enumerate(questions):
            table = question.statistics_for(source).table
            for h, hypothesis in enumerate(HYPOTHESES):
                for g, grade in enumerate(GRADES):
                    likelihoods[s, n, h, g] = table[hypothesis].get(grade, 0.0)
    return PaperIndex(
        questions=tuple(questions),
        row={question.id: n for n, question in enumerate(questions)},
        likelihoods=likelihoods,
        certainty=_p_ln_p(likelihoods).sum(axis=-1),
        costs_s=np.array([question.cost_s for question in questions]),
    )


def _p_ln_p(p: Floats) -> Floats:
    out: Floats = p * np.log(np.where(p > 0, p, 1.0))
    return out


def information(index: PaperIndex, sources: NDArray[np.int64], rows: NDArray[np.int64], p: Floats) -> Floats:
    """Mutual information between the hypotheses and the next grade, in nats, shape (k,).

    `rows` are the questions looked at, `sources` the row of SOURCES for each, `p` the beliefs (h,).
    """
    marginal: Floats = p @ index.likelihoods[sources, rows]  # (k, g)
    gained: Floats = index.certainty[sources, rows] @ p - _p_ln_p(marginal).sum(axis=-1)
    return np.maximum(gained, 0.0)
