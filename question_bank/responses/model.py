"""The response model at work: an editor's table, moved by what was learnt. Numpy only; no training here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from decision_hook.contract import FactSource
from question_bank.belief import HYPOTHESES
from question_bank.index import GRADES
from question_bank.question import Question, Statistics
from question_bank.responses.features import Floats, applicant_vector, text_matrix


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResponseModel:
    """ln P(grade | hypothesis) = ln of the table + topic + question + text and applicant weights, normalised.

    h hypotheses and g grades, in the order of their enums. All zeros: exactly the editor's table.
    """

    version: str  # hash of history and seed
    source: str  # where the history came from: calls, simulated
    topics: Mapping[str, Floats]  # topic -> (h, g)
    questions: Mapping[str, Floats]  # question id -> (h, g)
    answers: Mapping[str, int]  # question id -> how many answers were learnt from
    text: Floats  # (h, 64, g)
    applicant: Floats  # (h, 4, g)

    def tuned(self, questions: tuple[Question, ...], features: dict[str, float]) -> tuple[Question, ...]:
        """The same questions with the statistics of this applicant. A new question gets topic and text."""
        texts = np.einsum("nd,hdg->nhg", text_matrix(questions), self.text)
        person = np.einsum("f,hfg->hg", applicant_vector(features), self.applicant)
        return tuple(
            self._tuned(question, texts[i] + person + self._own(question))
            for i, question in enumerate(questions)
        )

    def _own(self, question: Question) -> Floats:
        zero = np.zeros((len(HYPOTHESES), len(GRADES)))
        effect: Floats = self.topics.get(question.topic, zero) + self.questions.get(question.id, zero)
        return effect

    def _tuned(self, question: Question, effect: Floats) -> Question:
        n = self.answers.get(question.id, 0)
        by_source = {
            source: self._moved(question.statistics_for(source), effect, n)
            for source in (FactSource if question.statistics_by_source else ())
        }
        return replace(
            question,
            statistics=self._moved(question.statistics, effect, n),
            statistics_by_source=by_source,
        )

    def _moved(self, table: Statistics, effect: Floats, n: int) -> Statistics:
        moved = {}
        for h, hypothesis in enumerate(HYPOTHESES):
            row = table.table[hypothesis]
            known = [(g, grade) for g, grade in enumerate(GRADES) if row.get(grade, 0.0) > 0]
            logits = np.array([np.log(row[grade]) + effect[h, g] for g, grade in known])
            weights = np.exp(logits - logits.max())
            shares = weights / weights.sum()
            moved[hypothesis] = {grade: float(p) for (_, grade), p in zip(known, shares, strict=True)}
        return Statistics(table=moved, n=table.n + n, source=self.source)
