"""The beginning of a call: is this the person, may we record, may we compare the voice.

No fact is spoken here. Unclear is never taken for yes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from decision_hook.contract import AnswerEvidence, CallOutcome, Consent, ConsentKind, Grade
from dialogue.answer.closed import NO_LEANING, Leaning
from dialogue.answer.values import AskedQuestion, HeardAnswer
from dialogue.events import AnswerUnderstood
from dialogue.step import MAX_COURTESIES
from dialogue.talk import Prompt, Talk
from question_bank.question import Question
from question_bank.script import Script

MAX_UNCLEAR = 2  # then the keypad, then no
MAX_SILENCES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A reply to a question of the script."""

    yes: bool | None  # None: neither was understood from this reply alone
    ending: CallOutcome | None  # an announcement, a mailbox, a stranger, a denial; None: goes on
    evidence: AnswerEvidence  # grade holds courtesies, silence, human, later
    leaning: Leaning = NO_LEANING  # what the audio says; adds up over the replies to one question

    def taken_with(self, before: Leaning) -> "Understood":
        """Decided, if this reply and those before it suffice together."""
        leaning = before.plus(self.leaning)
        yes = leaning.decided() if self.yes is None else self.yes
        decided = yes is not None and self.evidence.grade is Grade.UNCLEAR
        evidence = self.evidence.model_copy(update={"grade": Grade.FREE}) if decided else self.evidence
        return replace(self, yes=yes, leaning=leaning, evidence=evidence)


class ScriptJudge(Protocol):
    async def understand(self, heard: HeardAnswer, asked: AskedQuestion) -> Understood:
        """Reads a reply to who-is-there or to a consent. Leans to None when in doubt."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """How the opening went."""

    ending: CallOutcome | None  # None: the survey may begin
    recording: bool = False
    voiceprint: bool = False
    grade: Grade | None = None  # why it ended, where a reply said so: human, later, no_answer


class Opening:
    """Owned by one call. `keep_recording` is told the moment recording is agreed to."""

    def __init__(
        self,
        *,
        talk: Talk,
        script: Script,
        judge: ScriptJudge,
        on_consent: Callable[[Consent], Awaitable[None]],
    ) -> None:
        self._talk, self._script, self._judge, self._on_consent = talk, script, judge, on_consent

    async def run(self) -> Opened:
        """Raises CallerGone."""
        self._talk.state("opening")
        person = await self._yes_or_no(self._script.opening_person)
        if person.ending is not None:
            return Opened(ending=person.ending)
        if person.evidence.grade in (Grade.HUMAN, Grade.LATER, Grade.NO_ANSWER):
            return Opened(ending=CallOutcome.PARTIAL, grade=person.evidence.grade)
        if person.yes is None:
            return Opened(ending=CallOutcome.PARTIAL, grade=Grade.NO_ANSWER)  # nothing could be understood
        if person.yes is False:
            return Opened(ending=CallOutcome.WRONG_PERSON)
        self._talk.state("consent")
        recording = await self._consent(ConsentKind.RECORDING, self._script.consent_recording)
        if recording.ending is not None:
            return Opened(ending=recording.ending)
        if recording.evidence.grade in (Grade.HUMAN, Grade.LATER, Grade.NO_ANSWER):
            return Opened(ending=CallOutcome.PARTIAL, grade=recording.evidence.grade)
        if recording.yes is not True:
            return Opened(ending=CallOutcome.REFUSED_RECORDING)
        voice = await self._consent(ConsentKind.VOICEPRINT, self._script.consent_voiceprint)
        if voice.ending is not None:
            return Opened(ending=voice.ending, recording=True)
        if voice.yes is not True:
            await self._talk.say(self._talk.pick(self._script.voiceprint_declined))
        return Opened(ending=None, recording=True, voiceprint=voice.yes is True)

    async def _consent(self, kind: ConsentKind, question: Question) -> Understood:
        understood = await self._yes_or_no(question)
        await self._on_consent(
            Consent(
                kind=kind,
                given=understood.yes is True,
                at_ms=understood.evidence.ended_ms,
                asked=understood.evidence.asked,
                words=understood.evidence.text,
            )
        )
        return understood

    async def _yes_or_no(self, question: Question) -> Understood:
        """Asks until it is yes, no, an ending, or hopeless."""
        script = self._script
        words = self._talk.pick(question.phrasings)
        prompt = Prompt(
            text=words, question_id=question.id, kind=question.kind, wait_s=question.wait_s, max_keys=1
        )
        unclear = silences = courtesies = 0
        leaning = NO_LEANING
        for number in range(1, 2 + MAX_UNCLEAR + MAX_SILENCES + MAX_COURTESIES):
            asked = AskedQuestion(
                question=question, asked=prompt.text, expected=None, kind=question.kind, attempts=number
            )
            weigh = partial(self._weigh, asked=asked, before=leaning)
            _, understood = await self._talk.ask(prompt, weigh, whole)
            leaning = understood.leaning
            self._talk.tell(AnswerUnderstood(call=self._talk.call, answer=understood.evidence))
            if understood.ending is not None or understood.yes is not None:
                return understood
            match understood.evidence.grade:
                case Grade.HUMAN | Grade.LATER:
                    return understood
                case Grade.REPEAT | Grade.SLOWER | Grade.WHO_ARE_YOU as wish if courtesies < MAX_COURTESIES:
                    courtesies, leaning = courtesies + 1, NO_LEANING  # it was neither, and is asked afresh
                    explain = wish is Grade.WHO_ARE_YOU
                    prompt = replace(
                        prompt,
                        prefix=self._talk.pick(script.who_we_are if explain else script.repeat_prefix),
                        slow=wish is Grade.SLOWER,
                    )
                case Grade.NO_ANSWER if silences < MAX_SILENCES:
                    silences += 1
                    prompt = replace(prompt, prefix=self._talk.pick(script.patience))
                case Grade.NO_ANSWER:
                    return understood
                case _ if unclear < MAX_UNCLEAR:
                    unclear += 1
                    offer = question.keypad.ask if question.keypad and unclear == MAX_UNCLEAR else None
                    prompt = replace(
                        prompt,
                        prefix=self._talk.pick(script.unclear_prefix),
                        text=offer or self._talk.pick(question.again or question.phrasings),
                        question_id=f"{question.id}:keypad" if offer else question.id,
                    )
                case _:
                    return understood
        return understood

    async def _weigh(self, heard: HeardAnswer, *, asked: AskedQuestion, before: Leaning) -> Understood:
        return (await self._judge.understand(heard, asked)).taken_with(before)


def whole(understood: Understood) -> float | None:
    """What a yes or no says about the turn being over; None: nothing."""
    return 0.9 if understood.yes is not None else None
