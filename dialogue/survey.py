"""The survey: choose, ask, hear, weigh, until the paper says stop."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol
from uuid import UUID

from decision_hook.contract import (
    AnswerEvidence,
    Application,
    CallOutcome,
    Consent,
    EvidencePart,
    FactSource,
    Grade,
    VoiceResult,
)
from decision_hook.contract.evidence import prompter_nats
from dialogue.answer.delivery.second_voice import WhoSpoke
from dialogue.answer.values import AskedQuestion, HeardAnswer
from dialogue.caller_speech import CallerSpeech
from dialogue.completeness import complete
from dialogue.ear import Weigh
from dialogue.events import AnswerUnderstood, BeliefsChanged
from dialogue.follow_ups import FollowUps, QuestionWriter
from dialogue.line import Samples
from dialogue.speaking.port import SpeechSynthesizer
from dialogue.step import Step, Tries, decide
from dialogue.talk import Prompt, Talk
from question_bank.bank import Bank
from question_bank.belief import update
from question_bank.paper import PaperPolicy, PaperState, Stop, choose, likely_next
from question_bank.question import Question, Role
from question_bank.render import phrase

RENDER_AHEAD = 3
MORE_IF_PROMPTED = 6  # further facts of the form, where a prompter helps, once somebody else was heard
MORE_IF_LISTED = 2  # further facts of the bank or bureau if the voice may be on the list


class Judge(Protocol):
    async def weigh(self, heard: HeardAnswer, question: AskedQuestion) -> AnswerEvidence:
        """What a reply says about the fact asked for. May be called early and again; changes nothing."""
        ...


class Delivery(Protocol):
    """How answers sound, against this caller's own warm-up. One object a call."""

    async def judge(
        self, heard: HeardAnswer, evidence: AnswerEvidence, role: Role, *, on_form: bool = False
    ) -> AnswerEvidence:
        """The evidence with delivery parts, measures and state added. Called once per answer, in order.

        `on_form`: about what stands on the application form, which is what a prompter has.
        """
        ...

    def who_spoke(self, heard: HeardAnswer) -> WhoSpoke:
        """Whose voice this turn was; if not surely the caller's, the caller's answer may follow.

        Blocks for some ms.
        """
        ...


class VoiceDesk(Protocol):
    async def consider(
        self, speech: Sequence[Samples], consents: Sequence[Consent], *, call: UUID | None = None
    ) -> VoiceResult:
        """Searches the watch list with all speech so far; never blocks the loop.

        `call` keeps the voiceprint under that call.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyRules:
    """What a survey may cost a caller."""

    paper: PaperPolicy
    max_attempts: int = 2
    warm_ups: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    ending: CallOutcome
    grade: Grade | None = None  # why it ended early: human, later, wrong_person, no_answer
    stopped: str = ""  # why the paper ended: decided, time_up, nothing_left


class Survey:
    """Owned by one call. What it has learnt stays readable if the caller hangs up."""

    def __init__(
        self,
        *,
        talk: Talk,
        bank: Bank,
        application: Application,
        judge: Judge,
        delivery: Delivery,
        synthesizer: SpeechSynthesizer,
        rules: SurveyRules,
        state: PaperState,
        keep: Callable[[AnswerEvidence], Awaitable[None]],
        listed: Callable[[Sequence[Samples]], Awaitable[bool]],
        group: asyncio.TaskGroup,
        writer: QuestionWriter | None = None,
    ) -> None:
        self._talk, self._bank, self._application = talk, bank, application
        self._judge, self._delivery, self._synthesizer = judge, delivery, synthesizer
        self._rules, self._keep, self._listed, self._group = rules, keep, listed, group
        self._follow_ups = FollowUps(
            bank=bank, facts=application.facts, synthesizer=synthesizer, writer=writer, group=group
        )
        self.state = state
        self.answers: list[AnswerEvidence] = []
        self.speech = CallerSpeech()
        self._settling: asyncio.Task[None] | None = None
        self._voice_considered = False
        self._prompter_heard = False

    async def run(self) -> Surveyed:
        """Raises CallerGone."""
        try:
            return await self._run()
        finally:
            self._follow_ups.stop()

    async def _run(self) -> Surveyed:
        self._talk.state("warm_up")
        for question in _pick(self._bank.script.warm_up, self._rules.warm_ups, self._talk.rng):
            ended = await self._put(question, self._ready_phrasing(question), prefix="")
            if ended is not None:
                return ended
        self._talk.state("survey")
        started_ms = self._talk.line.now_ms()
        prefix = self._talk.pick(self._bank.script.to_survey)
        while True:
            self.state = replace(self.state, elapsed_s=(self._talk.line.now_ms() - started_ms) / 1_000)
            chosen = choose(self._bank, self.state, self._rules.paper, self._talk.rng)
            if isinstance(chosen, Stop):
                await self.settle()
                again = choose(self._bank, self.state, self._rules.paper, self._talk.rng)
                if isinstance(again, Stop):
                    return Surveyed(ending=CallOutcome.COMPLETED, stopped=again.why.value)
                chosen = again
            self._render_ahead()
            if (made := self._follow_ups.due(self.state, self._rules.paper)) is not None:
                ended = await self._put(made.question, made.phrasing, prefix=prefix, words=made.words)
            else:
                question = self._bank.question(chosen.question_id)
                wording = self._ready_phrasing(question, chosen.phrasing)
                ended = await self._put(question, wording, prefix=prefix)
            prefix = ""
            if ended is not None:
                await self.settle()
                return ended

    async def settle(self) -> None:
        """Waits until the delivery of the last answer is weighed and stored."""
        if self._settling is not None:
            settling, self._settling = self._settling, None
            await settling

    def _ready_phrasing(self, question: Question, wanted: int = 0) -> int:
        """The wording wanted, or one whose audio is at hand if that is not rendered yet."""
        order = [wanted, *(i for i in range(len(question.phrasings)) if i != wanted)]
        for index in order:
            if self._synthesizer.ready(self._words(question, index)) is not None:
                return index
        return wanted

    def _words(self, question: Question, index: int) -> str:
        return phrase(question, index, self._application.facts)

    def _render_ahead(self) -> None:
        """Begins to render the likeliest next questions of which no wording is at hand."""
        for ask in likely_next(self._bank, self.state, self._rules.paper, RENDER_AHEAD):
            question = self._bank.question(ask.question_id)
            words = self._words(question, self._ready_phrasing(question, ask.phrasing))
            if self._synthesizer.ready(words) is None:
                self._group.create_task(self._rendered(words), name="render ahead")

    async def _rendered(self, words: str) -> None:
        await self._synthesizer.render_ahead(words)

    async def _put(
        self, question: Question, phrasing: int, *, prefix: str, words: str = ""
    ) -> Surveyed | None:
        """Asks one question until it is answered or given up. Not None: the survey is over.

        `words`: those of a follow-up, instead of the wording's.
        """
        script = self._bank.script
        tries = Tries()
        key = question.fact_keys[0] if question.fact_keys else None
        expected = self._application.facts.get(key) if key else None
        prompt = Prompt(
            text=words or self._words(question, phrasing),
            question_id=question.id,
            fact_keys=question.fact_keys,
            kind=question.kind,
            prefix=prefix,
            wait_s=question.wait_s,
        )
        while True:
            asked = AskedQuestion(
                question=question,
                asked=prompt.text,
                expected=expected,
                kind=question.kind,
                attempts=tries.asked,
            )
            weigh = partial(self._judge.weigh, question=asked)
            heard, evidence = await self._callers_own(prompt, weigh)
            step = decide(
                evidence.grade,
                tries,
                max_asked=self._rules.max_attempts,
                has_keypad=question.keypad is not None,
            )
            await self._learn(heard, evidence, question, final=step is Step.NEXT)
            match step:
                case Step.NEXT:
                    if evidence.grade is Grade.REFUSAL:
                        self._talk.say_now(script.refusal)
                    return None
                case Step.REPEAT | Step.SLOWER:
                    tries = replace(tries, courtesies=tries.courtesies + 1)
                    slower = step is Step.SLOWER
                    prompt = replace(
                        prompt,
                        prefix=self._talk.pick(script.slower_prefix if slower else script.repeat_prefix),
                        slow=slower,
                    )
                case Step.EXPLAIN:
                    tries = replace(tries, courtesies=tries.courtesies + 1)
                    prompt = replace(prompt, prefix=self._talk.pick(script.who_we_are))
                case Step.PATIENCE:
                    tries = replace(tries, silences=tries.silences + 1)
                    prompt = replace(prompt, prefix=self._talk.pick(script.patience))
                case Step.REPHRASE:
                    tries = replace(tries, asked=tries.asked + 1)
                    phrasing = self._ready_phrasing(question, (phrasing + 1) % len(question.phrasings))
                    prompt = replace(
                        prompt,
                        prefix=self._talk.pick(script.unclear_prefix),
                        text=self._words(question, phrasing),
                    )
                case Step.KEYPAD:
                    assert question.keypad is not None  # decide() was told whether there is one
                    tries = replace(tries, asked=tries.asked + 1, keypad_offered=True)
                    prompt = replace(
                        prompt,
                        prefix="",
                        text=question.keypad.ask,
                        question_id=f"{question.id}:keypad",
                        max_keys=question.keypad.max_digits,
                        wait_s=max(prompt.wait_s, 10.0),
                    )
                case Step.HAND_OVER | Step.LATER | Step.WRONG_PERSON | Step.GIVE_UP:
                    ending = CallOutcome.WRONG_PERSON if step is Step.WRONG_PERSON else CallOutcome.PARTIAL
                    return Surveyed(ending=ending, grade=evidence.grade)

    async def _callers_own(
        self, prompt: Prompt, weigh: Weigh[AnswerEvidence]
    ) -> tuple[HeardAnswer, AnswerEvidence]:
        """Asks, and listens on if somebody else seems to have answered."""
        heard, evidence = await self._talk.ask(
            prompt, weigh, complete, lambda: self._talk.say_now(self._bank.script.acknowledgements)
        )
        who = await asyncio.to_thread(self._delivery.who_spoke, heard)
        if who is WhoSpoke.CALLER:
            return heard, evidence
        followed = await self._talk.listen_on(prompt, weigh, complete, heard)
        if followed is not None:
            own, weighed = followed
            return own, weighed.model_copy(update={"latency_ms": own.latency_ms})
        if who is WhoSpoke.ANOTHER:  # not the caller's answer; in doubt it stands
            evidence = evidence.model_copy(update={"grade": Grade.OFF_TOPIC, "parts": (), "llr": 0.0})
        return heard, evidence

    async def _learn(
        self, heard: HeardAnswer, evidence: AnswerEvidence, question: Question, *, final: bool
    ) -> None:
        """Takes the words' evidence at once; how it sounded follows while the next prompt plays."""
        await self.settle()
        self.speech.take(heard)
        beliefs = self.state.beliefs
        if final:
            beliefs = update(
                beliefs,
                evidence.parts,
                fact_keys=question.fact_keys,
                grade=evidence.grade,
                source=self._source(evidence),
            )
            if question.role in (Role.FACT, Role.LIFE):
                self.state = self.state.answered(
                    question.id,
                    evidence.grade,
                    beliefs,
                    net_speech_s=self.state.net_speech_s,
                    elapsed_s=self.state.elapsed_s,
                )
                self._follow_ups.heard(question, evidence, self.state, self._rules.paper)
        self.state = replace(self.state, net_speech_s=self.speech.net_s)
        self._talk.tell(AnswerUnderstood(call=self._talk.call, answer=evidence))
        self._settling = self._group.create_task(
            self._settle(heard, evidence, question.role), name="delivery"
        )

    async def _settle(self, heard: HeardAnswer, evidence: AnswerEvidence, role: Role) -> None:
        on_form = self._source(evidence) is FactSource.FORM
        judged = await self._delivery.judge(heard, evidence, role, on_form=on_form)
        added = judged.parts[len(evidence.parts) :]
        self.state = replace(self.state, beliefs=update(self.state.beliefs, added))
        self.answers.append(judged)
        await self._keep(judged)
        self._consider_prompter(added)
        await self._consider_voice()
        self._talk.tell(
            BeliefsChanged(
                call=self._talk.call,
                probabilities=self.state.beliefs.probabilities(),
                net_speech_s=self.state.net_speech_s,
            )
        )

    def _source(self, evidence: AnswerEvidence) -> FactSource | None:
        fact = self._application.facts.get(evidence.fact_key) if evidence.fact_key else None
        return fact.source if fact is not None else None

    def _consider_prompter(self, added: Sequence[EvidencePart]) -> None:
        """Once a second voice was heard: more is asked where it would speak again, if it prompts."""
        if self._prompter_heard or not any(prompter_nats(part) > 0 for part in added):
            return
        self._prompter_heard = True
        paper = self._rules.paper
        more = replace(paper, min_form_facts=paper.min_form_facts + MORE_IF_PROMPTED)
        self._rules = replace(self._rules, paper=more)

    async def _consider_voice(self) -> None:
        """Once there is enough speech: a listed voice is asked more that only the person can know."""
        paper = self._rules.paper
        enough = self.state.net_speech_s >= paper.min_net_speech_s
        if self._voice_considered or not self.state.voice_consent or not enough:
            return
        self._voice_considered = True
        if await self._listed(tuple(self.speech.pieces)):
            more = replace(paper, min_hard_facts=paper.min_hard_facts + MORE_IF_LISTED)
            self._rules = replace(self._rules, paper=more)


def _pick(questions: Sequence[Question], count: int, rng: random.Random) -> list[Question]:
    return rng.sample(list(questions), min(count, len(questions)))
