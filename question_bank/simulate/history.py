"""Item statistics as a bank would have them after some months of labelled calls.

Counts of a simulated history, drawn towards the statistics of the file: what is new starts with those. All
ways of choosing are compared on the same ones.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from decision_hook.contract import FactSource, Grade, Hypothesis
from question_bank.bank import Bank, build_bank
from question_bank.paper import Offer, PaperState
from question_bank.question import Question, Statistics
from question_bank.simulate.interview import Setting
from question_bank.simulate.people import Respondent
from question_bank.simulate.rivals import method_of
from question_bank.simulate.stream import Tell, run_stream

FILE_WORTH = 20.0  # the file's row weighs like so many answers
Counts = dict[tuple[str, FactSource, Hypothesis, Grade], int]


def learnt(setting: Setting, people: Sequence[Respondent], *, seed: int, tell: Tell | None = None) -> Bank:
    """The bank with statistics from papers put to these people, whose truth became known afterwards."""
    papers = run_stream(setting, method_of("random", _any), people, seed=seed, tell=tell)
    counts: Counts = {}
    for person, paper in zip(people, papers, strict=True):
        for question_id, grade in zip(paper.asked, paper.grades, strict=True):
            keys = setting.bank.questions[question_id].fact_keys
            if keys:
                of = (question_id, person.application.facts[keys[0]].source, person.truth, grade)
                counts[of] = counts.get(of, 0) + 1
    questions = [_with_counts(question, counts) for question in setting.bank.index.questions]
    return build_bank(version=setting.bank.version, questions=questions, script=setting.bank.script)


def _any(bank: Bank, state: PaperState, found: Offer, rng: random.Random) -> int:
    return int(rng.choice(found.rows))


def _with_counts(question: Question, counts: Counts) -> Question:
    sources = {source for question_id, source, _, _ in counts if question_id == question.id}
    tables = {source: _shrunk(question, source, counts) for source in sources}
    if not tables:
        return question
    return replace(question, statistics_by_source={**question.statistics_by_source, **tables})


def _shrunk(question: Question, source: FactSource, counts: Counts) -> Statistics:
    start = question.statistics_for(source)
    table: dict[Hypothesis, Mapping[Grade, float]] = {}
    total = 0
    for hypothesis in Hypothesis:
        row = start.table[hypothesis]
        seen = {grade: counts.get((question.id, source, hypothesis, grade), 0) for grade in Grade}
        answers = sum(seen.values())
        total += answers
        table[hypothesis] = {
            grade: (seen[grade] + FILE_WORTH * row.get(grade, 0.0)) / (answers + FILE_WORTH)
            for grade in Grade
            if seen[grade] or row.get(grade, 0.0) > 0
        }
    return Statistics(table=table, n=total, source="simulated")
