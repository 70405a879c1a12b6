"""A paper as an editor wants to see it: every question gets a genuine applicant's likeliest answer."""

import random
from dataclasses import dataclass

from decision_hook.contract import AnswerEvidence, Application, Fact, FactKind, Grade
from question_bank.bank import Bank
from question_bank.belief import update
from question_bank.follow_up import Due, Prepared, Waiting, due, follow_up
from question_bank.lint import REPEATED
from question_bank.paper import Ask, PaperPolicy, PaperState, begin, choose
from question_bank.question import Question
from question_bank.render import is_personal, phrase

NET_SPEECH_S = 2.0  # of a usual answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    question: Question
    words: str
    personal: bool  # the words depend on this applicant


def draft(bank: Bank, applicant: Application, seed: int) -> list[Line]:
    """The paper's lines in order, follow-ups a question later; [] if no question fits these facts."""
    rng, policy = random.Random(seed), PaperPolicy()
    state = begin(applicant, seed=seed)
    lines: list[Line] = []
    waiting: Waiting | None = None
    while isinstance(step := choose(bank, state, policy, rng), Ask):
        if waiting is not None and (when := due(waiting, bank, state, policy)) is not Due.LATER:
            made, waiting = waiting.prepared, None
            if when is Due.NOW:
                lines.append(_line(made))
                state = _after(state, made.question, Grade.FREE)
                continue
        question = bank.questions[step.question_id]
        words = phrase(question, step.phrasing, applicant.facts)
        lines.append(Line(question=question, words=words, personal=is_personal(question, step.phrasing)))
        state = _after(state, question, Grade.MATCH if question.fact_keys else Grade.FREE)
        fact = applicant.facts.get(question.fact_keys[0]) if question.fact_keys else None
        if fact is not None and question.kind in REPEATED and waiting is None:
            answer = _answered(question, fact)
            found = follow_up(bank, question, answer, state=state, policy=policy, facts=applicant.facts)
            if found is not None:
                waiting = Waiting(prepared=found, at_turn=len(state.asked))
    return lines


def _line(made: Prepared) -> Line:
    return Line(question=made.question, words=made.words, personal=bool(made.said))


def _after(state: PaperState, question: Question, grade: Grade) -> PaperState:
    """The paper after one answer of usual length."""
    fact = state.facts.get(question.fact_keys[0]) if question.fact_keys else None
    source = fact.source if fact else None
    part = question.statistics_for(source).evidence(grade)
    return state.answered(
        question.id,
        grade,
        update(state.beliefs, [part], fact_keys=question.fact_keys, grade=grade, source=source),
        net_speech_s=state.net_speech_s + NET_SPEECH_S,
        elapsed_s=state.elapsed_s + question.cost_s,
    )


def _answered(question: Question, fact: Fact) -> AnswerEvidence:
    said = fact.value if question.kind is not FactKind.AMOUNT or fact.value.isdigit() else ""
    return AnswerEvidence(
        question=question.id, grade=Grade.MATCH, started_ms=0, ended_ms=0, said=said, said_confidence=1.0
    )
