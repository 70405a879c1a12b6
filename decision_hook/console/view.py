"""What one call's page shows, made from a verdict. Pure."""

from dataclasses import dataclass
from math import exp

from decision_hook.contract import AnswerEvidence, Application, CallVerdict, Hypothesis

BAR_LLR = 4.0  # |llr| that fills half a bar; stronger evidence is shown full


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    answer: AnswerEvidence
    on_file: str  # the value it was judged against; "": none
    source: str  # form, bank, bureau, derived; "": none
    bar_percent: float  # width of the evidence bar, 0..50
    supports: str  # for, against, none
    beliefs: dict[Hypothesis, float]  # after this answer, by its evidence alone


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPage:
    answers: tuple[AnswerView, ...]
    facts: tuple[tuple[str, str, str], ...]  # key, value, source


def call_page(verdict: CallVerdict, application: Application | None) -> CallPage:
    facts = {} if application is None else application.facts
    shown: list[AnswerView] = []
    log_odds = dict.fromkeys(Hypothesis, 0.0)
    for answer in verdict.answers:
        for part in answer.parts:
            for hypothesis, value in part.log_likelihood.items():
                log_odds[hypothesis] += value
        fact = facts.get(answer.fact_key or "")
        shown.append(
            AnswerView(
                answer=answer,
                on_file="" if fact is None else fact.value,
                source="" if fact is None else fact.source.value,
                bar_percent=min(50.0, abs(answer.llr) / BAR_LLR * 50.0),
                supports="none" if abs(answer.llr) < 0.05 else "for" if answer.llr > 0 else "against",
                beliefs=_normalised(log_odds),
            )
        )
    listed = tuple((key, fact.value, fact.source.value) for key, fact in sorted(facts.items()))
    return CallPage(answers=tuple(shown), facts=listed)


def _normalised(log_odds: dict[Hypothesis, float]) -> dict[Hypothesis, float]:
    highest = max(log_odds.values())
    weights = {hypothesis: exp(value - highest) for hypothesis, value in log_odds.items()}
    total = sum(weights.values())
    return {hypothesis: weight / total for hypothesis, weight in weights.items()}
