"""Past calls as the response model reads them: final answers, and who it was by everything else."""

from collections.abc import Iterable
from math import exp, log

from config.derivations import completed
from decision_hook.contract import AnswerEvidence, Application, CallVerdict, Hypothesis
from decision_hook.contract.evidence import FACT_PART
from question_bank.responses.features import applicant_features
from question_bank.responses.history import PastAnswer

SCRIPT_TOPICS = frozenset({"opening", "consent", "warmup"})
_LEAST = 1e-6  # no belief is certain


def past_answers(
    concluded: Iterable[tuple[CallVerdict, Application]], *, simulated: bool
) -> list[PastAnswer]:
    """One row per question and call: its last answer. `simulated`: synthetic applicants spoke."""
    rows: list[PastAnswer] = []
    for verdict, filed in concluded:
        application = completed(filed)
        features = applicant_features(application)
        last: dict[str, AnswerEvidence] = {answer.question: answer for answer in verdict.answers}
        for answer in last.values():
            if answer.topic in SCRIPT_TOPICS or not verdict.beliefs:
                continue
            fact = application.facts.get(answer.fact_key or "")
            rows.append(
                PastAnswer(
                    call=str(verdict.call),
                    question=answer.question,
                    grade=answer.grade,
                    source=fact.source if fact is not None else None,
                    who=who_by_the_rest(verdict.beliefs, answer),
                    applicant=features,
                    seconds=_seconds(answer),
                    simulated=simulated,
                )
            )
    return rows


def who_by_the_rest(beliefs: dict[Hypothesis, float], answer: AnswerEvidence) -> dict[Hypothesis, float]:
    """The beliefs without what this answer itself said of the fact: it may not be its own witness."""
    logs = {h: log(max(beliefs.get(h, 0.0), _LEAST)) for h in Hypothesis}
    for part in answer.parts:
        if part.name == FACT_PART:
            logs = {h: value - part.log_likelihood.get(h, 0.0) for h, value in logs.items()}
    top = max(logs.values())
    weights = {h: exp(value - top) for h, value in logs.items()}
    total = sum(weights.values())
    return {h: weight / total for h, weight in weights.items()}


def _seconds(answer: AnswerEvidence) -> float | None:
    if answer.latency_ms is None:
        return None
    return min(600.0, max(0.0, (answer.latency_ms + answer.ended_ms - answer.started_ms) / 1_000))
