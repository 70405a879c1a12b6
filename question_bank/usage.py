"""How a bank's questions fared in past calls: how often asked, what was answered, how long it took. Pure."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from decision_hook.contract import Grade, Hypothesis
from question_bank.bank import Bank
from question_bank.question import Question
from question_bank.responses.history import PastAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One question."""

    id: str
    answers: int
    exposure: float  # share of the history's calls it was in
    grades: dict[Grade, float]  # seen, as shares
    foretold: dict[Grade, float]  # by the table, for the callers who answered; {}: never asked
    seconds: float | None  # median from the prompt's end to the answer's; None: not measured
    n: int  # answers behind the statistics in use
    source: str


def usage(bank: Bank, history: Sequence[PastAnswer]) -> list[Usage]:
    """Every question of the bank, the most exposed first."""
    calls = {answer.call for answer in history}
    by_question: dict[str, list[PastAnswer]] = defaultdict(list)
    for answer in history:
        by_question[answer.question].append(answer)
    rows = [_usage(question, by_question[question.id], len(calls)) for question in bank.questions.values()]
    return sorted(rows, key=lambda row: -row.exposure)


def _usage(question: Question, answers: Sequence[PastAnswer], calls: int) -> Usage:
    counts = Counter(answer.grade for answer in answers)
    seconds = [answer.seconds for answer in answers if answer.seconds is not None]
    return Usage(
        id=question.id,
        answers=len(answers),
        exposure=len({answer.call for answer in answers}) / calls if calls else 0.0,
        grades={grade: count / len(answers) for grade, count in counts.most_common()},
        foretold=_foretold(question, answers),
        seconds=median(seconds) if seconds else None,
        n=question.statistics.n,
        source=question.statistics.source,
    )


def _foretold(question: Question, answers: Sequence[PastAnswer]) -> dict[Grade, float]:
    total: dict[Grade, float] = defaultdict(float)
    for answer in answers:
        table = question.statistics_for(answer.source).table
        for hypothesis in Hypothesis:
            for grade, p in table[hypothesis].items():
                total[grade] += answer.who.get(hypothesis, 0.0) * p / len(answers)
    return dict(sorted(total.items(), key=lambda item: -item[1]))
