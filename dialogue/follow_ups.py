"""Follow-ups of one call: made from what was just said, rendered meanwhile, used a turn later."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from decision_hook.contract import AnswerEvidence, Fact, SurveyError
from dialogue.speaking.port import SpeechSynthesizer
from question_bank.bank import Bank
from question_bank.follow_up import Prepared, follow_up
from question_bank.question import Question
from question_bank.wording import problems_of

log = logging.getLogger(__name__)

MAX_FOLLOW_UPS = 2  # a call; more of them and it is an interrogation
FRESH_TURNS = 3  # later nobody remembers what "there" was


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterBrief:
    """What an outside writer is told. Nothing of the application, and nothing of what is on file."""

    language: str  # zh
    topic: str
    asked: str  # our question
    said: str  # the caller's answer as it would be repeated; "": not sure enough
    usual: str  # the wording that would be used without a writer


class QuestionWriter(Protocol):
    async def propose(self, brief: WriterBrief) -> str | None:
        """One question in the brief's language, or None. Within its own deadline; raises nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    prepared: Prepared
    at_turn: int  # how many questions had been asked when it was made


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
        self._pending: _Pending | None = None
        self._used = 0
        self._making: asyncio.Task[None] | None = None

    def heard(self, question: Question, answer: AnswerEvidence, asked: tuple[str, ...]) -> None:
        """Prepares what this answer gives rise to, if anything. `asked`: ids so far, this question's last."""
        if self._pending is not None or self._used >= MAX_FOLLOW_UPS:
            return
        found = follow_up(self._bank, question, answer, asked=asked, facts=self._facts, turn=len(asked))
        if found is not None:
            self._pending = _Pending(prepared=found, at_turn=len(asked))
            self._making = self._group.create_task(self._make(found, answer), name="follow-up")

    def due(self, asked: tuple[str, ...], seconds_left: float) -> Prepared | None:
        """The follow-up to be asked now; None: there is none, or another question comes first."""
        pending = self._pending
        if pending is None or len(asked) <= pending.at_turn:
            return None
        prepared = pending.prepared
        stale = len(asked) - pending.at_turn > FRESH_TURNS or prepared.question.id in asked
        if stale or prepared.question.cost_s > seconds_left:
            self._pending = None
            return None
        if self._synthesizer.ready(prepared.words) is None:
            return None
        self._pending, self._used = None, self._used + 1
        return prepared

    def stop(self) -> None:
        """The survey is over: nobody waits for a wording any more."""
        if self._making is not None:
            self._making.cancel()

    async def _make(self, prepared: Prepared, answer: AnswerEvidence) -> None:
        """Renders the words; an outside writer's are taken if they pass the linter and come in time."""
        try:
            await self._synthesizer.render_ahead(prepared.words)
            if (words := await self._written(prepared, answer)) is not None:
                await self._synthesizer.render_ahead(words)
                if self._pending is not None and self._pending.prepared is prepared:
                    self._pending = replace(self._pending, prepared=replace(prepared, words=words))
        except SurveyError:
            log.warning("follow-up %s cannot be spoken", prepared.question.id)
            self._pending = None

    async def _written(self, prepared: Prepared, answer: AnswerEvidence) -> str | None:
        if self._writer is None:
            return None
        proposed = await self._writer.propose(
            WriterBrief(
                language=self._bank.script.language,
                topic=prepared.question.topic,
                asked=answer.asked,
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
