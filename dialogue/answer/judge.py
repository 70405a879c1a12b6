"""The judge of one reply: words, sounds and likelihoods become an AnswerEvidence."""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from functools import partial

from decision_hook.contract import AnswerEvidence, FactKind, Grade
from dialogue.answer.closed import wordings
from dialogue.answer.corrected import corrected
from dialogue.answer.corrections import final_claim
from dialogue.answer.delivery.fillers import Spans, filled_pauses
from dialogue.answer.evidence import fact_part, llr
from dialogue.answer.fold import simplified
from dialogue.answer.heard_grade import intent_wins, judge_by_sounds, or_not_known, plain
from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.intent.intent import Intent, IntentGuess
from dialogue.answer.keypad import judge_keys
from dialogue.answer.match import Plan, conclude, plan, repeats_question
from dialogue.answer.requests import RequestLikelihoods
from dialogue.answer.slots import slot_of
from dialogue.answer.sounds import Listener, PhoneIntents, Sounds
from dialogue.answer.tables import Tables
from dialogue.answer.tolerance import tolerance_of
from dialogue.answer.truth import Truth, truth_of
from dialogue.answer.values import Agreement, AskedQuestion, HeardAnswer, Judgement, WordingRole
from dialogue.answer.whole import SAID_WHOLE, whole
from dialogue.hearing.context import context_of
from dialogue.hearing.port import RecognizerUnavailable, SpeechRecognizer, Transcript, Utterance
from dialogue.line import SAMPLE_RATE_HZ
from question_bank.follow_up import ANSWERED

# What a reply that is no answer is graded as.
_GRADES: Mapping[Intent, Grade] = {
    Intent.DONT_KNOW: Grade.DONT_KNOW,
    Intent.REFUSAL: Grade.REFUSAL,
    Intent.DENIAL: Grade.DENIAL,
    Intent.NOT_APPLIED: Grade.DENIAL,
    Intent.REPEAT: Grade.REPEAT,
    Intent.SLOWER: Grade.SLOWER,
    Intent.WHO_ARE_YOU: Grade.WHO_ARE_YOU,
    Intent.HUMAN: Grade.HUMAN,
    Intent.LATER: Grade.LATER,
    Intent.WRONG_PERSON: Grade.WRONG_PERSON,
    Intent.OFF_TOPIC: Grade.OFF_TOPIC,
    Intent.ANNOUNCEMENT: Grade.OFF_TOPIC,
    Intent.VOICEMAIL: Grade.OFF_TOPIC,
}
_ENDS_THE_CALL = frozenset({Intent.HUMAN, Intent.LATER, Intent.WRONG_PERSON})
_SOUNDS_LIKE_IT = 0.35  # per syllable


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One reply's evidence, and the judgement it rests on."""

    evidence: AnswerEvidence
    judgement: Judgement
    fillers: tuple[tuple[int, int], ...] = ()  # filled pauses, (start, end) in ms since the call was answered


class AnswerJudge:
    """Shared by all calls; holds nothing of any."""

    def __init__(
        self,
        recognizer: SpeechRecognizer,
        intents: IntentClassifier,
        tables: Tables,
        executor: Executor,
        phone_intents: PhoneIntents,
        *,
        today: Callable[[], date] = date.today,
    ) -> None:
        """`executor`: where sounds are compared, some 20 ms an answer. `today`: what 去年 counts from.

        `phone_intents`: asked where the recogniser tells sounds.
        """
        self._recognizer = recognizer
        self._executor = executor
        self._listener = Listener(tables, intents, phone_intents)
        self._tolerance = tolerance_of(tables.sound)
        self._intents = intents
        self._tables = tables
        self._today = today

    async def weigh(self, heard: HeardAnswer, question: AskedQuestion) -> AnswerEvidence:
        """Grades one reply and says what it weighs. Never raises for what a caller or an engine does."""
        return (await self.weigh_openly(heard, question)).evidence

    async def weigh_openly(self, heard: HeardAnswer, question: AskedQuestion) -> Weighed:
        """The same with the score behind the grade, for whoever measures this judge."""
        truth = truth_of(question, today=self._today())
        if heard.keys:
            judgement = judge_keys(heard.keys, question, truth, self._tables)
            return Weighed(
                evidence=_evidence(heard, question, "", judgement, keyed=True), judgement=judgement
            )
        if not heard.segments:
            return _without_words(heard, question, Grade.NO_ANSWER, "silence")
        transcript = await self._transcribed(heard, question)
        if not transcript.text.strip() and transcript.phones is None:
            return _without_words(heard, question, Grade.UNCLEAR, "no words were recognised")
        loop = asyncio.get_running_loop()
        stands = transcript
        if question.question.follow_ups or (truth is not None and truth.kind is not FactKind.YES_NO):
            stands = await loop.run_in_executor(self._executor, corrected, transcript, self._tolerance)
        judgement = await self._judge(heard, question, truth, transcript, stands)
        fillers, said = await loop.run_in_executor(self._executor, self._shape, heard, question, transcript)
        measures = {"fillers": float(len(fillers))} | ({SAID_WHOLE: said} if said is not None else {})
        evidence = _evidence(heard, question, transcript.text, judgement).model_copy(
            update={"measures": measures}
        )
        if question.question.follow_ups and evidence.grade in ANSWERED:
            evidence = self._with_slot(evidence, question, transcript, stands)
        return Weighed(evidence=evidence, judgement=judgement, fillers=fillers)

    def _shape(
        self, heard: HeardAnswer, asked: AskedQuestion, transcript: Transcript
    ) -> tuple[Spans, float | None]:
        """Filled pauses, and how much was said. Blocks some milliseconds."""
        spans = filled_pauses(heard, transcript.text, transcript.hesitating)
        return spans, whole(transcript.text, transcript.phones, asked, self._tables.frames)

    def _with_slot(
        self, evidence: AnswerEvidence, asked: AskedQuestion, transcript: Transcript, stands: Transcript
    ) -> AnswerEvidence:
        """Notes what a follow-up could repeat; the same whether the answer was right or wrong.

        Nothing of what was taken back: words alone do not tell where that was heard and not written.
        """
        if stands is not transcript and not final_claim(simplified(transcript.text)).retracted:
            return evidence
        told = context_of(asked.kind, asked.asked)
        key = asked.question.fact_keys[0]
        slot = slot_of(transcript, asked.kind, key, self._tables, told=told)
        if slot is None:
            return evidence
        return evidence.model_copy(update={"said": slot.value, "said_confidence": slot.confidence})

    async def _transcribed(self, heard: HeardAnswer, question: AskedQuestion) -> Transcript:
        """The transcript made while the caller spoke, or one made now; empty if the engine gives none."""
        if heard.transcript is not None:
            return heard.transcript
        context = context_of(question.kind, question.asked)
        try:
            return await self._recognizer.transcribe(
                _utterance(heard), language=question.language, context=context
            )
        except RecognizerUnavailable:
            return Transcript(text="")

    async def _judge(
        self,
        heard: HeardAnswer,
        question: AskedQuestion,
        truth: Truth | None,
        transcript: Transcript,
        stands: Transcript,
        told: IntentGuess | None = None,
    ) -> Judgement:
        """`stands`: the transcript, or the part of it that was not taken back; `told`: what kind of reply it
        is, if known: a part of one must not be taken for a request.
        """
        copied = repeats_question(transcript.text, question.asked)
        words = "" if copied else transcript.text
        made: Plan | None = None
        if truth is not None:
            examples = context_of(question.kind, "")
            made = plan(truth, transcript, self._tables, examples=examples, asked=question.asked)
        sounds = await self._sounds(made, words, transcript, question.kind)
        if told is not None:
            guess = told
        elif sounds is not None:
            guess = sounds.guess(open_answer=truth is None)
        else:
            guess = self._intents.classify(words, open_answer=truth is None)
            if guess.source == "model" and guess.intent in _GRADES:
                guess = await self._borne_out(guess, heard, question, transcript.text)
        value = truth is not None and truth.kind is not FactKind.YES_NO and guess.intent not in _GRADES
        if value and stands is not transcript:
            return await self._judge(heard, question, truth, stands, stands, guess)
        certain = guess.source == "words" if sounds is None else sounds.certain(guess)
        if guess.intent in _ENDS_THE_CALL and question.attempts == 1 and not certain:
            return plain(Grade.UNCLEAR, f"perhaps {guess.intent}: asked again before the call is ended")
        if not transcript.text.strip() and guess.intent not in _GRADES:
            return plain(Grade.UNCLEAR, "no words were recognised")
        grade = _GRADES.get(guess.intent)
        by = f"{guess.source}: {guess.phrase}" if guess.phrase else guess.source
        if made is None:
            return plain(grade or Grade.FREE, by)
        if sounds is not None:
            heard_so = judge_by_sounds(made, sounds, guess, grade, self._tables)
            if heard_so is not None:
                return heard_so
        return await self._by_words(heard, made, question, guess, transcript.text)

    async def _by_words(
        self, heard: HeardAnswer, made: Plan, question: AskedQuestion, guess: IntentGuess, text: str
    ) -> Judgement:
        """Where the engine tells no sounds, or something was taken back."""
        # Of what was taken back the sounds say nothing, and without them nothing is off the topic.
        aside = guess.source == "sounds" and guess.intent is Intent.OFF_TOPIC
        grade = None if aside else _GRADES.get(guess.intent)
        by = f"{guess.source}: {guess.phrase}" if guess.phrase else guess.source
        says_value = made.reading.agreement is not Agreement.NONE
        # A guess yields to an answer that sounds like the fact; a clear wording does not.
        doubtful = guess.source == "model" and made.sound < _SOUNDS_LIKE_IT
        if grade is not None and not doubtful and intent_wins(guess.intent, made):
            return plain(grade, by)
        if not says_value and guess.intent in {Intent.YES, Intent.NO}:
            return plain(Grade.UNCLEAR, "yes or no to a question that asks for more")
        scores = await self._wordings_scored(heard, made, question)
        judgement = conclude(made, scores, self._tables.match)
        judgement = or_not_known(judgement, grade, by)
        # Not after a mismatch: the time it takes would tell the caller of it.
        if judgement.grade is Grade.UNCLEAR and guess.source != "sounds":
            requests = await self._requested(heard, question, text)
            if (
                requests is not None
                and (found := requests.plain(against=_expected(made, scores))) is not None
            ):
                return plain(_GRADES[found], "the audio says so")
        return judgement

    async def _borne_out(
        self, guess: IntentGuess, heard: HeardAnswer, question: AskedQuestion, text: str
    ) -> IntentGuess:
        """What only the model makes of the words must be possible by the audio."""
        requests = await self._requested(heard, question, text)
        known = guess.intent in self._tables.requests or guess.intent not in _ENDS_THE_CALL
        if requests is not None and known and not requests.bears_out(guess.intent):
            return IntentGuess(intent=Intent.ANSWER, probability=None, source="sound")
        return guess

    async def _sounds(
        self, made: Plan | None, words: str, transcript: Transcript, kind: FactKind
    ) -> Sounds | None:
        """What the sounds themselves say; None: the engine does not tell them."""
        log_posteriors = transcript.phones
        if log_posteriors is None:
            return None
        listen = partial(self._listener.listen, made, words, log_posteriors, kind)
        return await asyncio.get_running_loop().run_in_executor(self._executor, listen)

    async def _wordings_scored(
        self, heard: HeardAnswer, made: Plan, question: AskedQuestion
    ) -> tuple[float, ...]:
        candidates = [wording.text for wording in made.wordings]
        return await self._scored(heard, candidates, question, by_sound=made.by_sound)

    async def _requested(
        self, heard: HeardAnswer, question: AskedQuestion, free: str
    ) -> RequestLikelihoods | None:
        """What the audio says about replies that are no answers; None: the engine cannot tell."""
        table = self._tables.requests
        scores = await self._scored(heard, [*wordings(table), free], question)
        return RequestLikelihoods.of(table, scores[:-1], scores[-1]) if scores else None

    async def _scored(
        self, heard: HeardAnswer, candidates: Sequence[str], question: AskedQuestion, *, by_sound: bool = True
    ) -> tuple[float, ...]:
        """Likelihoods of these wordings; empty if there are none or the engine gives none."""
        if not candidates:
            return ()
        context = context_of(question.kind, question.asked)
        try:
            scores = await self._recognizer.score(
                _utterance(heard),
                candidates,
                language=question.language,
                context=context,
                by_sound=by_sound,
            )
        except RecognizerUnavailable:
            return ()
        return scores if len(scores) == len(candidates) else ()


def _expected(made: Plan, scores: Sequence[float]) -> float:
    """How well what is on file fits the audio, in nats against the free reading; minus infinity: unknown."""
    by_role = list(zip([wording.role for wording in made.wordings], scores, strict=False))
    free = [score for role, score in by_role if role is WordingRole.FREE]
    expected = [score for role, score in by_role if role is WordingRole.EXPECTED]
    return max(expected) - free[0] if free and expected else -math.inf


def _without_words(heard: HeardAnswer, question: AskedQuestion, grade: Grade, why: str) -> Weighed:
    judgement = plain(grade, why)
    return Weighed(evidence=_evidence(heard, question, "", judgement), judgement=judgement)


def _utterance(heard: HeardAnswer) -> Utterance:
    return Utterance(samples=heard.samples, rate_hz=SAMPLE_RATE_HZ)


def _evidence(
    heard: HeardAnswer, asked: AskedQuestion, text: str, judgement: Judgement, *, keyed: bool = False
) -> AnswerEvidence:
    question = asked.question
    source = asked.expected.source if asked.expected is not None else None
    statistics = question.statistics_for(source)
    part = fact_part(judgement.grade, judgement.confidence, statistics, note=judgement.why)
    parts = (part,) if asked.expected is not None else ()
    return AnswerEvidence(
        question=question.id,
        topic=question.topic,
        fact_key=question.fact_keys[0] if question.fact_keys and asked.expected is not None else None,
        asked=asked.asked,
        text=heard.keys if keyed else text,
        grade=judgement.grade,
        confidence=judgement.confidence,
        llr=llr(parts),
        parts=parts,
        started_ms=heard.started_ms,
        ended_ms=heard.ended_ms,
        latency_ms=heard.latency_ms,
        attempts=asked.attempts,
        keyed=keyed,
    )
