"""What papers a bank would give, drawn from its own statistics: for comparing two versions. No audio."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from decision_hook.contract import Application, Grade, Hypothesis
from question_bank.bank import Bank, bank_for
from question_bank.belief import update
from question_bank.paper import Ask, PaperPolicy, PaperState, Why, begin, choose
from question_bank.question import Question, Statistics

PAPERS = 20  # per applicant and hypothesis
NET_SPEECH_S = 2.0  # of a usual answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Means over applicants; errors and undecided by who was speaking, 0..1."""

    questions: int  # in the bank
    seconds: float
    asked: float  # questions a paper
    error: dict[Hypothesis, float]  # decided, and wrongly
    undecided: dict[Hypothesis, float]
    max_exposure: float  # share of papers with the commonest question
    most_exposed: str  # its id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    state: PaperState
    why: Why


def outlook(
    bank: Bank,
    applicants: Sequence[Application],
    *,
    papers: int = PAPERS,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Outlook:
    """The same seed draws the same papers from the same bank. Raises ValueError without applicants."""
    if not applicants:
        raise ValueError("no applicants to draw papers for")
    drawn: list[tuple[Hypothesis, _Paper]] = []
    total = len(applicants) * len(Hypothesis)
    tuned = [(applicant, bank_for(bank, applicant)) for applicant in applicants]
    for number, ((applicant, own), hypothesis) in enumerate((one, h) for one in tuned for h in Hypothesis):
        for i in range(papers):
            rng = random.Random(f"{seed}/{applicant.id}/{hypothesis}/{i}")
            drawn.append((hypothesis, _paper(own, applicant, hypothesis, rng)))
        progress(number + 1, total)
    asked = Counter(question for _, paper in drawn for question in set(paper.state.asked))
    most, times = asked.most_common(1)[0] if asked else ("", 0)
    return Outlook(
        questions=len(bank.questions),
        seconds=sum(paper.state.elapsed_s for _, paper in drawn) / len(drawn),
        asked=sum(len(paper.state.asked) for _, paper in drawn) / len(drawn),
        error={h: _share(drawn, h, _is_wrong) for h in Hypothesis},
        undecided={h: _share(drawn, h, lambda paper, _: paper.why is not Why.DECIDED) for h in Hypothesis},
        max_exposure=times / len(drawn),
        most_exposed=most,
    )


def _paper(bank: Bank, applicant: Application, hypothesis: Hypothesis, rng: random.Random) -> _Paper:
    policy = PaperPolicy()
    state = begin(applicant, seed=rng.randrange(2**31))
    while isinstance(step := choose(bank, state, policy, rng), Ask):
        question = bank.questions[step.question_id]
        table = statistics_of(question, state)
        row = table.table[hypothesis]
        grade = rng.choices(list(row), weights=list(row.values()))[0]
        state = after(state, question, grade)
    return _Paper(state=state, why=step.why)


def statistics_of(question: Question, state: PaperState) -> Statistics:
    """The table by which an answer to this applicant's question is weighed."""
    fact = state.facts.get(question.fact_keys[0]) if question.fact_keys else None
    return question.statistics_for(fact.source if fact else None)


def after(state: PaperState, question: Question, grade: Grade) -> PaperState:
    """The paper after one answer of usual length."""
    part = statistics_of(question, state).evidence(grade)
    return state.answered(
        question.id,
        grade,
        update(state.beliefs, [part], fact_keys=question.fact_keys),
        net_speech_s=state.net_speech_s + NET_SPEECH_S,
        elapsed_s=state.elapsed_s + question.cost_s,
    )


def _is_wrong(paper: _Paper, hypothesis: Hypothesis) -> bool:
    p = paper.state.beliefs.probabilities()
    likeliest = max(p, key=lambda h: p[h])
    genuine = Hypothesis.GENUINE
    return paper.why is Why.DECIDED and (likeliest is genuine) is not (hypothesis is genuine)


def _share(
    drawn: Sequence[tuple[Hypothesis, _Paper]],
    hypothesis: Hypothesis,
    holds: Callable[[_Paper, Hypothesis], bool],
) -> float:
    papers = [paper for whose, paper in drawn if whose is hypothesis]
    return sum(holds(paper, hypothesis) for paper in papers) / len(papers)
