"""What to ask because of what was just said. Pure: rules, slots and words; when to say it is the survey's."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from decision_hook.contract import AnswerEvidence, Fact, Grade
from question_bank.bank import Bank
from question_bank.question import FollowUp, Question
from question_bank.render import phrase, phrase_said

# An answer was given. Right, wrong or misheard: all are followed up alike.
ANSWERED = frozenset({Grade.MATCH, Grade.PARTIAL, Grade.MISMATCH, Grade.UNCLEAR, Grade.FREE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A follow-up with the words it would be put in."""

    question: Question
    phrasing: int
    words: str
    said: str = ""  # what it repeats; "": a plain wording, nothing is repeated


def follow_up(
    bank: Bank,
    question: Question,
    answer: AnswerEvidence,
    *,
    asked: Collection[str],
    facts: Mapping[str, Fact],
    turn: int,
) -> Prepared | None:
    """The first rule of the question that fits the answer, or None.

    `asked`: ids that were asked in this call; `turn` picks the wording. What was said is repeated only if it
    was heard with the rule's confidence; otherwise the question's plain wording is used.
    """
    if answer.grade not in ANSWERED:
        return None
    for rule in question.follow_ups:
        target = bank.questions.get(rule.ask)
        if target is None or target.id in asked or any(key not in facts for key in target.requires):
            continue
        if _fits(rule, answer):
            return _prepared(target, rule, answer, facts, turn)
    return None


def _fits(rule: FollowUp, answer: AnswerEvidence) -> bool:
    if rule.grades and answer.grade not in rule.grades:
        return False
    sure = _is_sure(rule, answer)
    if rule.among and not (sure and answer.said in rule.among):
        return False
    if rule.at_least is None and rule.at_most is None:
        return True
    if not sure or not answer.said.isdigit():
        return False
    number = float(answer.said)
    low = rule.at_least if rule.at_least is not None else number
    high = rule.at_most if rule.at_most is not None else number
    return low <= number <= high


def _is_sure(rule: FollowUp, answer: AnswerEvidence) -> bool:
    return bool(answer.said) and (answer.said_confidence or 0.0) >= rule.above


def _prepared(
    target: Question, rule: FollowUp, answer: AnswerEvidence, facts: Mapping[str, Fact], turn: int
) -> Prepared:
    if _is_sure(rule, answer) and target.said_phrasings:
        index = turn % len(target.said_phrasings)
        words = phrase_said(target, index, answer.said)
        return Prepared(question=target, phrasing=0, words=words, said=answer.said)
    index = turn % len(target.phrasings)
    return Prepared(question=target, phrasing=index, words=phrase(target, index, facts))
