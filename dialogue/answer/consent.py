"""Consent and who-is-there: yes only if it is plain, in every reading. Anything else is not agreed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from decision_hook.contract import FactKind
from dialogue.answer.fold import bare
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.intent.intent import Intent, IntentGuess
from dialogue.answer.match import repeats_question
from dialogue.answer.tables import Tables
from dialogue.answer.values import HeardAnswer
from dialogue.answer.yes_no import Polarity, read_yes_no
from dialogue.hearing.context import context_of
from dialogue.hearing.port import RecognizerUnavailable, SpeechRecognizer, Transcript, Utterance
from dialogue.line import SAMPLE_RATE_HZ

_DENIED = {yes: "不" + yes for yes in ("同意", "愿意", "可以", "方便", "行", "好", "是", "能", "对")}
_LONG_COPY = 5  # characters
_MARGIN = 1.5  # nats by which the yes must be likelier than its denial; wrong yes costs most


class ConsentAnswer(StrEnum):
    AGREED = "agreed"
    DECLINED = "declined"
    UNCLEAR = "unclear"  # ask again; in the end it counts as declined


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentReply:
    """What was answered to a consent question, or to "are you the applicant?"."""

    answer: ConsentAnswer
    intent: Intent  # repeat, who_are_you, wrong_person …: tells what to do about an unclear one
    words: str  # what was said; the key pressed, if one was
    why: str


_INTENTS = {ConsentAnswer.AGREED: Intent.YES, ConsentAnswer.DECLINED: Intent.NO}


def decide(transcript: Transcript, guess: IntentGuess, tables: Tables) -> ConsentReply:
    """Pure. A no in any reading, or nothing plain, is never agreed."""
    words = transcript.text

    def reply(answer: ConsentAnswer, why: str) -> ConsentReply:
        intent = _INTENTS.get(answer, guess.intent)
        return ConsentReply(answer=answer, intent=intent, words=words, why=why)

    if guess.intent not in {Intent.YES, Intent.NO, Intent.ANSWER, Intent.REFUSAL, Intent.DENIAL}:
        return reply(ConsentAnswer.UNCLEAR, f"is {guess.intent}")
    first = read_yes_no(words, tables.yes_no)
    if first is None:
        declined = guess.intent in {Intent.REFUSAL, Intent.DENIAL}
        return reply(ConsentAnswer.DECLINED if declined else ConsentAnswer.UNCLEAR, "no plain yes or no")
    if first.polarity is Polarity.NO:
        return reply(ConsentAnswer.DECLINED, "says no")
    if first.contradicted:
        return reply(ConsentAnswer.UNCLEAR, "says yes and no")
    others = [read_yes_no(text, tables.yes_no) for text in transcript.alternatives[:3]]
    if any(other is not None and other.polarity is Polarity.NO for other in others):
        return reply(ConsentAnswer.UNCLEAR, "another reading says no")
    if first.strength == 1 and guess.intent is not Intent.YES:
        return reply(ConsentAnswer.UNCLEAR, "a hum among other words")
    return reply(ConsentAnswer.AGREED, "says yes")


def denials(text: str) -> tuple[str, ...]:
    """The wording with its yes denied, to be compared by sound: 同意 and 不同意."""
    found = [text.replace(yes, no, 1) for yes, no in _DENIED.items() if yes in text and no not in text]
    return tuple(dict.fromkeys(found))[:3]


class ConsentJudge:
    """Hears one reply to a yes-or-no question that is not about a fact. Shared by all calls."""

    def __init__(self, recognizer: SpeechRecognizer, intents: IntentClassifier, tables: Tables) -> None:
        self._recognizer = recognizer
        self._intents = intents
        self._tables = tables

    async def hear(self, heard: HeardAnswer, *, asked: str = "", language: str = "zh") -> ConsentReply:
        """`asked`: the words spoken. Never raises for what a caller or an engine does; no words: unclear."""
        if heard.keys:
            key = {"1": ConsentAnswer.AGREED, "2": ConsentAnswer.DECLINED}.get(heard.keys.rstrip("#"))
            return ConsentReply(
                answer=key or ConsentAnswer.UNCLEAR,
                intent=_INTENTS[key] if key else Intent.ANSWER,
                words=heard.keys,
                why="keyed",
            )
        utterance = Utterance(samples=heard.samples, rate_hz=SAMPLE_RATE_HZ)
        transcript = heard.transcript
        context = context_of(FactKind.YES_NO, asked)
        try:
            if transcript is None:
                transcript = await self._recognizer.transcribe(utterance, language=language, context=context)
            reply = decide(transcript, self._intents.classify(transcript.text), self._tables)
            if reply.answer is ConsentAnswer.AGREED and _copied(transcript.text, asked):
                why = "repeats the question"
                return replace(reply, answer=ConsentAnswer.UNCLEAR, intent=Intent.ANSWER, why=why)
            if reply.answer is ConsentAnswer.AGREED and (rivals := denials(transcript.text)):
                wordings = [transcript.text, *rivals]
                scores = await self._recognizer.score(utterance, wordings, language=language, context=context)
                return _checked(reply, scores)
        except RecognizerUnavailable:
            words = transcript.text if transcript else ""
            return ConsentReply(
                answer=ConsentAnswer.UNCLEAR, intent=Intent.ANSWER, words=words, why="not recognised in time"
            )
        return reply


def _copied(text: str, asked: str) -> bool:
    """您同意录音吗 written down is the recogniser's own; 同意录音 may be said."""
    return repeats_question(text, asked) and (len(bare(text)) >= _LONG_COPY or "吗" in text)


def _checked(reply: ConsentReply, scores: Sequence[float]) -> ConsentReply:
    if len(scores) > 1 and scores[0] < max(scores[1:]) + _MARGIN:
        return ConsentReply(
            answer=ConsentAnswer.UNCLEAR, intent=reply.intent, words=reply.words, why="a no sounds as likely"
        )
    return reply
