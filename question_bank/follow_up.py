"""What to ask because of what was just said. Pure: rules, slots and words; when to say it is the survey's."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from decision_hook.contract import AnswerEvidence, Fact, Grade
from question_bank.bank import Bank
from question_bank.content import open_questions_owed
from question_bank.paper import PaperPolicy, PaperState, fits, may_ask
from question_bank.question import FollowUp, Question
from question_bank.render import phrase, phrase_said

FRESH_TURNS = 3  # later nobody remembers what "there" was
# An answer was given. Right, wrong or misheard: all are followed up alike.
ANSWERED = frozenset({Grade.MATCH, Grade.PARTIAL, Grade.MISMATCH, Grade.UNCLEAR, Grade.FREE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A follow-up with the words it would be put in."""

    question: Question
    phrasing: int
    words: str
    said: str = ""  # what it repeats; "": a plain wording, nothing is repeated


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A follow-up made, and how many questions had been asked then."""

    prepared: Prepared
    at_turn: int


class Due(StrEnum):
    NOW = "now"
    LATER = "later"
    NEVER = "never"


def due(waiting: Waiting, bank: Bank, state: PaperState, policy: PaperPolicy) -> Due:
    """Another question comes between, and none after the paper has the open question it owes.

    An open question decides nothing and takes eleven seconds: one that answers the caller serves the paper
    better than one that was ready beforehand, but it takes that one's place and comes in no addition.
    """
    since, question_id = len(state.asked) - waiting.at_turn, waiting.prepared.question.id
    if since < 1:
        return Due.LATER
    if (
        since > FRESH_TURNS
        or question_id in state.asked
        or not open_questions_owed(bank.index, state, policy)
    ):
        return Due.NEVER
    # after a question on another topic it may be
    return Due.NOW if may_ask(bank, state, policy, question_id) else Due.LATER


def follow_up(
    bank: Bank,
    question: Question,
    answer: AnswerEvidence,
    *,
    state: PaperState,
    policy: PaperPolicy,
    facts: Mapping[str, Fact],
) -> Prepared | None:
    """The first rule of the question that fits the answer and leads to what this paper may ask, or None.

    `state`: with this answer; how much was asked picks the wording. What was said is repeated only if it was
    heard with the rule's confidence; otherwise the question's plain wording is used. None, too, once the
    paper has the open question it owes.
    """
    if answer.grade not in ANSWERED or not open_questions_owed(bank.index, state, policy):
        return None
    for rule in question.follow_ups:
        if _fits(rule, answer) and fits(bank, state, policy, rule.ask):
            return _prepared(bank.questions[rule.ask], rule, answer, facts, len(state.asked))
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
