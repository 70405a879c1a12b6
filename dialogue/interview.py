"""The whole of one conversation, from the first word to the goodbye."""

from collections.abc import Callable
from dataclasses import dataclass

from decision_hook.contract import (
    AnswerEvidence,
    CallOutcome,
    Consent,
    Grade,
    Hypothesis,
)
from dialogue.ear import CallerGone
from dialogue.line import Samples
from dialogue.opening import Opening
from dialogue.survey import Survey
from dialogue.talk import Talk
from question_bank.script import Script


@dataclass(frozen=True, slots=True, kw_only=True)
class Interviewed:
    """What a conversation brought, however it ended."""

    outcome: CallOutcome
    grade: Grade | None = None  # the reply that ended it early: human, later, no_answer
    stopped: str = ""  # why the paper ended
    answers: tuple[AnswerEvidence, ...] = ()
    consents: tuple[Consent, ...] = ()
    beliefs: dict[Hypothesis, float] | None = None  # None: the survey never began
    beliefs_without_delivery: dict[Hypothesis, float] | None = None
    speech: tuple[Samples, ...] = ()
    net_speech_s: float = 0.0
    bank: str = ""  # version of the bank it was held with; "": none was


class Interview:
    """Owned by one call."""

    def __init__(
        self,
        *,
        talk: Talk,
        script: Script,
        opening: Opening,
        survey: Callable[[bool], Survey],  # given whether the voice may be compared
        consents: list[Consent],
    ) -> None:
        self._talk, self._script, self._opening = talk, script, opening
        self._make_survey, self._consents = survey, consents
        self._survey: Survey | None = None

    async def run(self) -> Interviewed:
        """Holds the conversation and says goodbye. A hang-up is an outcome."""
        try:
            return await self._run()
        except CallerGone:
            if self._survey is not None:
                await self._survey.settle()
            return self._result(CallOutcome.HUNG_UP)

    async def _run(self) -> Interviewed:
        opened = await self._opening.run()
        if opened.ending is not None:
            await self._goodbye(opened.ending, opened.grade)
            return self._result(opened.ending, opened.grade)
        self._survey = self._make_survey(opened.voiceprint)
        surveyed = await self._survey.run()
        await self._goodbye(surveyed.ending, surveyed.grade)
        return self._result(surveyed.ending, surveyed.grade, surveyed.stopped)

    async def _goodbye(self, ending: CallOutcome, grade: Grade | None) -> None:
        self._talk.state("closing")
        script, choice = self._script, self._talk.pick
        words: tuple[str, ...]
        match ending, grade:
            case (CallOutcome.ANNOUNCEMENT | CallOutcome.VOICEMAIL, _):
                return  # nobody listens
            case (_, Grade.HUMAN):
                words = (choice(script.human), choice(script.callback))
            case (_, Grade.LATER):
                words = (choice(script.later), choice(script.callback))
            case (_, Grade.NO_ANSWER):
                words = (choice(script.closing_silent),)
            case (CallOutcome.WRONG_PERSON, _):
                words = (choice(script.closing_wrong_person),)
            case (CallOutcome.NOT_APPLIED, _):
                words = (choice(script.closing_not_applied),)
            case (CallOutcome.REFUSED_RECORDING, _):
                words = (choice(script.closing_refused_recording),)
            case _:
                words = (choice(script.closing),)
        for text in words:
            await self._talk.say(text)

    def _result(self, outcome: CallOutcome, grade: Grade | None = None, stopped: str = "") -> Interviewed:
        survey = self._survey
        if survey is None:
            return Interviewed(outcome=outcome, grade=grade, consents=tuple(self._consents))
        return Interviewed(
            outcome=outcome,
            grade=grade,
            stopped=stopped,
            answers=tuple(survey.answers),
            consents=tuple(self._consents),
            beliefs=survey.state.beliefs.probabilities(),
            beliefs_without_delivery=survey.state.beliefs.probabilities(delivery=False),
            speech=tuple(survey.speech.pieces),
            net_speech_s=survey.state.net_speech_s,
        )
