"""What one call's page shows, made from a verdict. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from math import exp

from config.derivations import completed
from decision_hook.console import labels
from decision_hook.contract import (
    AnswerEvidence,
    Application,
    CallVerdict,
    Fact,
    FactKind,
    FactSource,
    Hypothesis,
    kind_of,
)

BAR_LLR = 4.0  # |llr| that fills half a bar; stronger evidence is shown full
NEUTRAL_LLR = 0.05  # less than this speaks for nobody
SHOWN_ORDER = (Hypothesis.GENUINE, Hypothesis.COACHED, Hypothesis.IMPOSTOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    key: str  # as staff read it
    value: str
    source: str  # form, bank, bureau, derived
    asked: bool  # did an answer speak about it?


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    number: int  # from 1
    answer: AnswerEvidence
    on_file: FactView | None  # what it was judged against; None: nothing on file
    bar_percent: float  # width of the evidence bar, 0..50
    supports: str  # for, against, none
    beliefs: dict[Hypothesis, float]  # after this answer, from even odds, by the answers' evidence alone


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPage:
    name: str  # the applicant's; "": not on file
    beliefs: dict[Hypothesis, float]  # of the verdict, in the order shown; {}: no conversation
    answers: tuple[AnswerView, ...]
    facts: dict[FactSource, tuple[FactView, ...]]  # sources without facts are left out


def call_page(verdict: CallVerdict, application: Application | None) -> CallPage:
    asked = {answer.fact_key for answer in verdict.answers}
    facts = {} if application is None else _facts(application, asked)
    views = {key: _fact(key, fact, key in asked) for key, fact in facts.items()}
    shown: list[AnswerView] = []
    log_odds = dict.fromkeys(SHOWN_ORDER, 0.0)
    for number, answer in enumerate(verdict.answers, start=1):
        for part in answer.parts:
            for hypothesis, value in part.log_likelihood.items():
                log_odds[hypothesis] += value
        shown.append(
            AnswerView(
                number=number,
                answer=answer,
                on_file=views.get(answer.fact_key or ""),
                bar_percent=min(50.0, abs(answer.llr) / BAR_LLR * 50.0),
                supports="none" if abs(answer.llr) < NEUTRAL_LLR else "for" if answer.llr > 0 else "against",
                beliefs=_normalised(log_odds),
            )
        )
    grouped = {
        source: tuple(views[key] for key, fact in facts.items() if fact.source is source)
        for source in FactSource
    }
    return CallPage(
        name=views["full_name"].value if "full_name" in views else "",
        beliefs={h: verdict.beliefs[h] for h in SHOWN_ORDER if h in verdict.beliefs},
        answers=tuple(shown),
        facts={source: group for source, group in grouped.items() if group},
    )


def _facts(application: Application, asked: Collection[str | None]) -> dict[str, Fact]:
    """What is on file, and of what follows from it only what was asked."""
    whole = completed(application).facts
    return {key: fact for key, fact in whole.items() if key in application.facts or key in asked}


def _fact(key: str, fact: Fact, asked: bool) -> FactView:
    return FactView(key=labels.fact(key), value=_value(key, fact), source=fact.source.value, asked=asked)


def _value(key: str, fact: Fact) -> str:
    """As staff write it: yuan with separators, 是 or 否."""
    match kind_of(key, fact):
        case FactKind.AMOUNT if fact.value.isdecimal():
            return f"{int(fact.value):,} 元"
        case FactKind.YES_NO:
            return {"yes": "是", "no": "否"}.get(fact.value, fact.value)
        case _:
            return fact.value


def _normalised(log_odds: dict[Hypothesis, float]) -> dict[Hypothesis, float]:
    highest = max(log_odds.values())
    weights = {hypothesis: exp(value - highest) for hypothesis, value in log_odds.items()}
    total = sum(weights.values())
    return {hypothesis: weight / total for hypothesis, weight in weights.items()}
