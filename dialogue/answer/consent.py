"""Consent and who-is-there: yes only if it is plain, in every reading. Anything else is not agreed."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.closed import LIKELIER_THAN_NOT, Closed, Leaning, compare, compare_sounds, wordings
from dialogue.answer.fold import bare
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.intent.intent import Intent, IntentGuess
from dialogue.answer.match import repeats_question
from dialogue.answer.side import Side
from dialogue.answer.spotting import spot
from dialogue.answer.tables import Tables
from dialogue.answer.tolerance import tolerance_of
from dialogue.answer.values import HeardAnswer
from dialogue.answer.yes_no import Polarity, read_yes_no
from dialogue.hearing.phones import phone_ids
from dialogue.hearing.port import RecognizerUnavailable, SpeechRecognizer, Transcript, Utterance
from dialogue.line import SAMPLE_RATE_HZ

_LONG_COPY = 5  # characters
_REQUESTS = frozenset({Intent.REPEAT, Intent.SLOWER, Intent.WHO_ARE_YOU, Intent.HUMAN, Intent.LATER})
_RECORDED = frozenset({Intent.ANNOUNCEMENT, Intent.VOICEMAIL})  # nobody is there who could mean yes


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
    leaning: Leaning | None = None  # what the audio says, words included; None: not compared


_INTENTS = {ConsentAnswer.AGREED: Intent.YES, ConsentAnswer.DECLINED: Intent.NO}


def decide(transcript: Transcript, guess: IntentGuess, tables: Tables) -> ConsentReply:
    """Pure. A no in any reading, or nothing plain, is never agreed.

    Only wordings count: what the trained model makes of 为我事 (是我) would end the call.
    """
    words = transcript.text
    if guess.source == "model":
        guess = IntentGuess(intent=Intent.ANSWER, probability=None, source="words")

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


class ConsentJudge:
    """Hears one reply to a yes-or-no question that is not about a fact. Shared by all calls."""

    def __init__(
        self, recognizer: SpeechRecognizer, intents: IntentClassifier, tables: Tables, executor: Executor
    ) -> None:
        """`executor`: where sounds are compared, some 10 ms a reply."""
        self._recognizer = recognizer
        self._executor = executor
        self._tolerance = tolerance_of(tables.sound)
        self._intents = intents
        self._tables = tables

    async def hear(
        self, heard: HeardAnswer, *, asked: str = "", question: str = "", language: str = "zh"
    ) -> ConsentReply:
        """`asked`: the words spoken; `question`: its id. Never raises for what a caller or an engine does."""
        if heard.keys:
            key = {"1": ConsentAnswer.AGREED, "2": ConsentAnswer.DECLINED}.get(heard.keys.rstrip("#"))
            return ConsentReply(
                answer=key or ConsentAnswer.UNCLEAR,
                intent=_INTENTS[key] if key else Intent.ANSWER,
                words=heard.keys,
                why="keyed",
            )
        utterance = Utterance(samples=heard.samples, rate_hz=SAMPLE_RATE_HZ)
        table = self._tables.replies.get(question.partition(".")[0])
        context = (table.examples if table else "") + asked
        transcript = heard.transcript
        try:
            if transcript is None:
                transcript = await self._recognizer.transcribe(utterance, language=language, context=context)
            reply = decide(transcript, self._intents.classify(transcript.text), self._tables)
            if reply.answer is ConsentAnswer.AGREED and _copied(transcript.text, asked):
                why = "repeats the question"
                reply = replace(reply, answer=ConsentAnswer.UNCLEAR, intent=Intent.ANSWER, why=why)
            if table is None or reply.intent in _RECORDED:
                return reply
            said = wordings(table.families)
            if (phones := transcript.phones) is not None:
                fits = await self._spotted(said, phones)
                return _compared(reply, compare_sounds(table, said_side(reply), fits))
            free = transcript.text or said[0]
            scores = await self._recognizer.score(
                utterance, [*said, free], language=language, context=context
            )
        except RecognizerUnavailable:
            words = transcript.text if transcript else ""
            return ConsentReply(
                answer=ConsentAnswer.UNCLEAR, intent=Intent.ANSWER, words=words, why="not recognised in time"
            )
        if len(scores) != len(said) + 1:
            return reply
        return _compared(reply, compare(table, said_side(reply), scores[:-1], scores[-1]))

    async def _spotted(self, said: Sequence[str], log_posteriors: NDArray[np.float32]) -> list[float]:
        """How well each wording fits the sounds, in nats."""
        sounds = [phone_ids(wording) for wording in said]
        find = partial(spot, sounds, log_posteriors, self._tolerance)
        fits = await asyncio.get_running_loop().run_in_executor(self._executor, find)
        return [fit.score for fit in fits]


def _compared(reply: ConsentReply, closed: Closed) -> ConsentReply:
    """The reply with what the audio says; a request is one only if the audio, too, says so."""
    likely = closed.leaning.probability(Side.OTHER) >= LIKELIER_THAN_NOT
    intent = reply.intent
    if likely and intent not in _REQUESTS:
        intent = closed.request
    elif not likely and intent in _REQUESTS:
        intent = Intent.ANSWER
    return replace(reply, intent=intent, leaning=closed.leaning)


def said_side(reply: ConsentReply) -> Side | None:
    """Which side the words as written are on."""
    if reply.answer is ConsentAnswer.AGREED:
        return Side.YES
    if reply.answer is ConsentAnswer.DECLINED or reply.intent is Intent.WRONG_PERSON:
        return Side.NO
    return Side.OTHER if reply.intent in _REQUESTS else None


def _copied(text: str, asked: str) -> bool:
    """您同意录音吗 written down is the recogniser's own; 同意录音 may be said."""
    return repeats_question(text, asked) and (len(bare(text)) >= _LONG_COPY or "吗" in text)
