"""Follow-ups of one call: made from what was just said, rendered meanwhile, used a turn later."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from decision_hook.contract import AnswerEvidence, Fact, SurveyError
from dialogue.speaking.port import SpeechSynthesizer
from question_bank.bank import Bank
from question_bank.follow_up import Due, Prepared, Waiting, due, follow_up
from question_bank.paper import PaperPolicy, PaperState
from question_bank.question import Question
from question_bank.render import names_in
from question_bank.wording import problems_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterBrief:
    """What an outside writer is told. Nothing of the application, and nothing of what is on file."""

    language: str  # zh
    topic: str
    asked: str  # our question as the bank's file has it: the words spoken may name a fact among choices
    said: str  # the caller's answer as it would be repeated; "": not sure enough
    usual: str  # the wording that would be used without a writer


class QuestionWriter(Protocol):
    async def propose(self, brief: WriterBrief) -> str | None:
        """One question in the brief's language, or None. Within its own deadline; raises nothing."""
        ...


class FollowUps:
    """Owned by one call."""

    def __init__(
        self,
        *,
        bank: Bank,
        facts: Mapping[str, Fact],
        synthesizer: SpeechSynthesizer,
        writer: QuestionWriter | None,
        group: asyncio.TaskGroup,
    ) -> None:
        self._bank, self._facts, self._synthesizer = bank, facts, synthesizer
        self._writer, self._group = writer, group
        self._pending: Waiting | None = None
        self._making: asyncio.Task[None] | None = None

    def heard(
        self, question: Question, answer: AnswerEvidence, state: PaperState, policy: PaperPolicy
    ) -> None:
        """Prepares what this answer gives rise to, if anything. `state`: with this answer."""
        if self._pending is not None:
            return
        found = follow_up(self._bank, question, answer, state=state, policy=policy, facts=self._facts)
        if found is not None:
            self._pending = Waiting(prepared=found, at_turn=len(state.asked))
            self._making = self._group.create_task(self._make(found, question), name="follow-up")

    def due(self, state: PaperState, policy: PaperPolicy) -> Prepared | None:
        """The follow-up to be asked now; None: there is none, or another question comes first."""
        pending = self._pending
        if pending is None:
            return None
        match due(pending, self._bank, state, policy):
            case Due.NEVER:
                self._pending = None
                return None
            case Due.LATER:
                return None
            case Due.NOW:
                if self._synthesizer.ready(pending.prepared.words) is None:
                    return None
                self._pending = None
                return pending.prepared

    def stop(self) -> None:
        """The survey is over: nobody waits for a wording any more."""
        if self._making is not None:
            self._making.cancel()

    async def _make(self, prepared: Prepared, question: Question) -> None:
        """Renders the words; an outside writer's are taken if they pass the linter and come in time."""
        try:
            await self._synthesizer.render_ahead(prepared.words)
        except SurveyError:
            log.warning("follow-up %s cannot be spoken", prepared.question.id)
            self._pending = None
            return
        if self._writer is None:
            return
        try:
            if (words := await self._written(self._writer, prepared, question)) is not None:
                await self._synthesizer.render_ahead(words)
                if self._pending is not None and self._pending.prepared is prepared:
                    self._pending = replace(self._pending, prepared=replace(prepared, words=words))
        except Exception as exc:  # another program's words: whatever they do, the call and its wording stay
            log.warning(
                "follow-up %s: no wording of the writer: %s", prepared.question.id, type(exc).__name__
            )

    async def _written(self, writer: QuestionWriter, prepared: Prepared, question: Question) -> str | None:
        proposed = await writer.propose(
            WriterBrief(
                language=self._bank.script.language,
                topic=prepared.question.topic,
                asked=_template(question),
                said=prepared.said,
                usual=prepared.words,
            )
        )
        if proposed is None:
            return None
        problems = problems_of(
            proposed, target=prepared.question, bank=self._bank, facts=self._facts, said=prepared.said
        )
        if problems:
            log.info("follow-up %s: proposal refused: it %s", prepared.question.id, problems[0])
            return None
        return proposed


def _template(question: Question) -> str:
    """A wording without anything of the applicant; one with places left open if there is no other."""
    return next((text for text in question.phrasings if not names_in(text)), question.phrasings[0])
