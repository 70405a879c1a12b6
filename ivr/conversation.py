"""Puts one conversation together from the rooms: line, ear, judge, paper."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from config.derivations import completed
from config.settings import InterviewSettings
from decision_hook.contract import Application
from dialogue.ear import Completion, Ear
from dialogue.events import CallerStarted
from dialogue.follow_ups import QuestionWriter
from dialogue.interview import Interview, Interviewed
from dialogue.line import Samples
from dialogue.opening import Opening, ScriptJudge
from dialogue.speaking.port import SpeechSynthesizer
from dialogue.survey import Delivery, Judge, Survey, SurveyRules, VoiceDesk
from dialogue.talk import Talk
from dialogue.turn.activity import VoiceActivity
from dialogue.turn.tracker import TurnPolicy
from ivr.call import CallOrder, Witness
from ivr.media.session import MediaSession
from ivr.past_papers import Earlier, Past
from question_bank.bank import Bank, bank_for
from question_bank.exposure import exposure_of
from question_bank.paper import PaperPolicy, begin

# A reply of this length is taken as it is; nobody may hold the line for ever.
TURNS = TurnPolicy(too_long_ms=20_000)


class VoiceActivityStream(VoiceActivity, Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenConversations:
    """Implements ivr.call.Conversations: models are shared, a call's own objects are made anew."""

    bank: Callable[[], Bank]  # the newest good bank; a running call keeps the one it began with
    activity: Callable[[], VoiceActivityStream]
    completion: Completion
    judge: Judge
    script_judge: ScriptJudge
    delivery: Callable[[bool], Delivery]  # given whether voices may be compared
    voices: VoiceDesk
    synthesizer: SpeechSynthesizer
    past: Earlier
    settings: InterviewSettings
    writer: QuestionWriter | None = None

    async def hold(self, order: CallOrder, session: MediaSession, witness: Witness) -> Interviewed:
        application = completed(order.application)
        newest, rng = self.bank(), random.Random(order.seed)
        bank = await asyncio.to_thread(bank_for, newest, application)
        past = await self.past.before(order.application)
        activity = self.activity()
        try:
            async with asyncio.TaskGroup() as group:
                ear = Ear(
                    session,
                    activity,
                    self.completion,
                    group,
                    lambda at_ms: witness.observe(CallerStarted(call=order.attempt, at_ms=at_ms)),
                    TURNS,
                )
                pump = group.create_task(ear.run(), name=f"ear {order.attempt}")
                talk = Talk(
                    call=order.attempt,
                    line=session,
                    ear=ear,
                    synthesizer=self.synthesizer,
                    observer=witness,
                    rng=rng,
                )
                interview = Interview(
                    talk=talk,
                    script=bank.script,
                    opening=Opening(
                        talk=talk,
                        script=bank.script,
                        judge=self.script_judge,
                        on_consent=witness.consented,
                    ),
                    survey=lambda voice: self._survey(
                        order, application, bank, past, talk, witness, group, voice
                    ),
                    consents=witness.consents,
                )
                heard = await interview.run()
                pump.cancel()  # the conversation is over; stop listening
            return replace(heard, bank=bank.version)
        finally:
            activity.close()

    def _survey(
        self,
        order: CallOrder,
        application: Application,
        bank: Bank,
        past: Past,
        talk: Talk,
        witness: Witness,
        group: asyncio.TaskGroup,
        voice: bool,
    ) -> Survey:
        return Survey(
            talk=talk,
            bank=bank,
            application=application,
            judge=self.judge,
            delivery=self.delivery(voice),
            synthesizer=self.synthesizer,
            rules=SurveyRules(
                paper=PaperPolicy(
                    max_survey_s=self.settings.max_survey_s,
                    min_net_speech_s=self.settings.min_net_speech_s,
                    decided_at=self.settings.decided_at,
                ),
                max_attempts=self.settings.max_attempts,
            ),
            state=begin(
                application,
                voice_consent=voice,
                seed=order.seed,
                heard_before=past.spared,
                exposure=exposure_of(bank.index, past.asked, past.calls),
            ),
            keep=witness.keep,
            listed=lambda speech: self._is_listed(speech, witness),
            group=group,
            writer=self.writer,
        )

    async def _is_listed(self, speech: Sequence[Samples], witness: Witness) -> bool:
        return bool((await self.voices.consider(speech, witness.consents)).hits)
