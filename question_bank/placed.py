"""A question and where it was written."""

from dataclasses import dataclass

from config.document import Document, Place, Problem
from question_bank.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A question and where it was written."""

    question: Question
    document: Document
    place: Place  # ("questions", 2)
    retired: bool = False

    def problem(self, inside: Place, problem: str, fix: str) -> Problem:
        return self.document.problem((*self.place, *inside), problem, fix)
