"""A loaded question bank: questions, script, and the tables from which papers are chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from decision_hook.contract import Application
from question_bank.index import PaperIndex, index_of
from question_bank.question import Question, Retired, Role
from question_bank.responses.features import applicant_features
from question_bank.responses.model import ResponseModel
from question_bank.script import Script


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
        index=index_of(questions),
        retired=retired or {},
        responses=responses,
    )


def bank_for(bank: Bank, application: Application) -> Bank:
    """The bank as this applicant is asked: with the statistics learnt for people like this. Some 20 ms."""
    if bank.responses is None:
        return bank
    tuned = bank.responses.tuned(bank.index.questions, applicant_features(application))
    return replace(bank, questions={question.id: question for question in tuned}, index=index_of(tuned))
