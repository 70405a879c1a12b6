"""From a grade to log-likelihoods: what an answer says about who is speaking."""

from math import log

from decision_hook.contract import EvidencePart, Grade, Hypothesis
from question_bank.question import Statistics

# Grades that speak about a fact. The others concern the line or the conversation and weigh nothing.
WEIGHING = frozenset(
    {Grade.MATCH, Grade.PARTIAL, Grade.MISMATCH, Grade.DONT_KNOW, Grade.REFUSAL, Grade.DENIAL}
)
_OTHER_SIDE = {Grade.MATCH: Grade.MISMATCH, Grade.MISMATCH: Grade.MATCH, Grade.PARTIAL: Grade.MISMATCH}
_FLOOR = 1e-3  # no single answer is impossible under any hypothesis


def fact_part(grade: Grade, confidence: float | None, statistics: Statistics, *, note: str) -> EvidencePart:
    """ln P(heard | hypothesis), mixed over what the answer really was when the grade may be wrong.

    `unclear`, `repeat` and the like have the same likelihood everywhere: zero weight.
    """
    source = f"statistics:{statistics.source}"
    if grade not in WEIGHING or any(h not in statistics.table for h in Hypothesis):
        return EvidencePart(
            name="fact", log_likelihood={h: 0.0 for h in Hypothesis}, source=source, n=statistics.n, note=note
        )
    sure = 1.0 if confidence is None else confidence
    likelihood = {}
    for hypothesis in Hypothesis:
        row = statistics.table[hypothesis]
        p = max(row.get(grade, 0.0), _FLOOR)
        if (other := _OTHER_SIDE.get(grade)) is not None:
            p = sure * p + (1 - sure) * max(row.get(other, 0.0), _FLOOR)
        likelihood[hypothesis] = log(p)
    return EvidencePart(name="fact", log_likelihood=likelihood, source=source, n=statistics.n, note=note)


def llr(parts: tuple[EvidencePart, ...]) -> float:
    """ln P(answer | genuine) - ln P(answer | impostor), summed over parts."""
    return sum(
        part.log_likelihood.get(Hypothesis.GENUINE, 0.0) - part.log_likelihood.get(Hypothesis.IMPOSTOR, 0.0)
        for part in parts
    )
