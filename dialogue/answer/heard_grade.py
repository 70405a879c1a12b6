"""One reply about a fact, graded by its sounds: is it an answer, and is it the right one? Pure."""

import math
from collections.abc import Mapping
from dataclasses import replace

from decision_hook.contract import FactKind, Grade
from dialogue.answer.intent.intent import Intent, IntentGuess
from dialogue.answer.match import Plan, conclude
from dialogue.answer.phone_evidence import PhoneEvidence
from dialogue.answer.sounds import Sounds
from dialogue.answer.tables import IntentFit, Tables
from dialogue.answer.values import Agreement, Judgement

# Nats of the likeliest value, in all and per syllable: 1 % of 180 right answers on bad lines fit worse.
_UNLIKE, _UNLIKE_EACH = -20.0, -4.5
_EITHER = 0.6  # P that a reply is a yes or a no at all
_PLAIN = 0.93  # P of the one against the other; 0.9 took one clear 没有 in thirty for a 有
_NAYS = frozenset({Intent.NO, Intent.DENIAL, Intent.NOT_APPLIED})
_SAID = frozenset({Agreement.EQUAL, Agreement.PART})
_SAYS_YES_OR_NO = _NAYS | {Intent.YES, Intent.ANSWER}


def judge_by_sounds(
    made: Plan, sounds: Sounds, guess: IntentGuess, grade: Grade | None, tables: Tables
) -> Judgement | None:
    """`guess`: what kind of reply it is; `grade`: what that is graded as if it is no answer.

    None: the sounds say nothing about the fact, ask the words.
    """
    if made.truth.kind is FactKind.YES_NO and guess.intent in _SAYS_YES_OR_NO:
        return yes_or_no(made, sounds.intents, tables.heard_intents)
    if grade is not None and guess.intent is not Intent.OFF_TOPIC and intent_wins(guess.intent, made):
        return plain(grade, guess.source)
    says_value = made.reading.agreement is not Agreement.NONE or sounds.may_hold_a_value()
    if not says_value and guess.intent in {Intent.YES, Intent.NO}:
        return plain(Grade.UNCLEAR, "yes or no to a question that asks for more")
    if sounds.fact is None:
        return None
    if guess.intent is Intent.OFF_TOPIC and grade is not None and unlike(sounds.fact):
        return plain(grade, guess.source)
    judgement = conclude(made, (), tables.match, sounds.fact)
    doubted = judgement.grade is Grade.UNCLEAR and sounds.hardly_an_answer()
    if doubted and guess.intent is Intent.OFF_TOPIC and grade is not None:
        return plain(grade, guess.source)
    said = made.reading.agreement
    by_chance = judgement.grade is Grade.MATCH and said not in _SAID and sounds.hardly_an_answer()
    # 这是我的隐私，不说 holds something like 一二.
    no_answer = (
        judgement.grade is Grade.MISMATCH and said is not Agreement.OTHER and sounds.rather_no_answer()
    )
    if by_chance or no_answer:
        return replace(judgement, grade=Grade.UNCLEAR, confidence=None, why="found in what is no answer")
    return or_not_known(judgement, grade, guess.source)


def or_not_known(judgement: Judgement, grade: Grade | None, why: str) -> Judgement:
    """不太记得，好像九八年: an uncertain guess is no plain other value."""
    unsure = grade is Grade.DONT_KNOW and judgement.grade in {Grade.MISMATCH, Grade.UNCLEAR}
    return plain(Grade.DONT_KNOW, why) if unsure else judgement


def unlike(fact: PhoneEvidence) -> bool:
    """No value of the kind explains what was heard."""
    return fact.score <= _UNLIKE and fact.best_fit <= _UNLIKE_EACH


def yes_or_no(made: Plan, intents: Mapping[Intent, float], fit: IntentFit) -> Judgement:
    """A yes-or-no fact against P of each intent, words and sounds together. What was written may veto it."""
    yes, no = intents[Intent.YES], sum(intents[intent] for intent in _NAYS)
    if yes + no < _EITHER:
        return plain(Grade.UNCLEAR, "neither yes nor no")
    p = (yes if made.truth.texts[0] == "yes" else no) / (yes + no)
    p = min(0.995, max(0.005, p))
    against = Agreement.OTHER if p > 0.5 else Agreement.EQUAL
    if made.reading.agreement is against:
        return plain(Grade.UNCLEAR, "the words say one thing, the sounds another")
    if p >= _PLAIN:
        grade, why = Grade.MATCH, "says so"
    elif p <= 1 - _PLAIN:
        grade, why = Grade.MISMATCH, "says the opposite"
    else:
        grade, why = Grade.UNCLEAR, "yes or no, one as likely as the other"
    return Judgement(
        grade=grade,
        confidence=None if grade is Grade.UNCLEAR else max(p, 1 - p),
        score=math.log(p / (1 - p)),
        why=why,
        source=f"heard_intents.yaml:{fit.source}",
    )


def intent_wins(intent: Intent, made: Plan) -> bool:
    """Whether a reply that sounds like no answer is none, although a value may be read from it."""
    agreement = made.reading.agreement
    if agreement in _SAID:
        # 没有房贷 to "have you a mortgage?" is the answer itself.
        return intent in {Intent.ANNOUNCEMENT, Intent.VOICEMAIL}
    if agreement is Agreement.OTHER:
        if intent is Intent.DENIAL:
            return made.truth.kind not in {FactKind.YES_NO, FactKind.COUNT}
        return intent not in {Intent.DONT_KNOW, Intent.OFF_TOPIC}
    return True


def plain(grade: Grade, why: str) -> Judgement:
    """A grade that rests on no score."""
    return Judgement(grade=grade, confidence=None, score=0.0, why=why)
