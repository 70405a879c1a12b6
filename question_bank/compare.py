"""What changed between two versions of a bank, question by question. Pure."""

from dataclasses import dataclass, fields

from question_bank.bank import Bank
from question_bank.question import Question

# What decides which questions are asked and how answers weigh; the rest is wording and manners.
STATISTICAL = frozenset({"statistics", "statistics_by_source"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    id: str
    what: tuple[str, ...]  # names of the fields that differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    added: tuple[str, ...]
    removed: tuple[str, ...]  # neither asked nor known any more
    retired: tuple[str, ...]  # asked before, retired now
    changed: tuple[Changed, ...]
    script: bool  # the fixed words differ

    @property
    def none(self) -> bool:
        return not (self.added or self.removed or self.retired or self.changed or self.script)


def compare(old: Bank, new: Bank) -> Difference:
    """From `old` to `new`."""
    gone = [question_id for question_id in old.questions if question_id not in new.questions]
    return Difference(
        added=tuple(question_id for question_id in new.questions if question_id not in old.questions),
        removed=tuple(question_id for question_id in gone if question_id not in new.retired),
        retired=tuple(question_id for question_id in gone if question_id in new.retired),
        changed=tuple(
            Changed(id=question_id, what=what)
            for question_id, question in new.questions.items()
            if question_id in old.questions and (what := _fields(old.questions[question_id], question))
        ),
        script=old.script != new.script,
    )


def _fields(old: Question, new: Question) -> tuple[str, ...]:
    names = [field.name for field in fields(Question) if getattr(old, field.name) != getattr(new, field.name)]
    return tuple(dict.fromkeys("statistics" if name in STATISTICAL else name for name in names))
