"""Our side of a bench call: what was said when, and how long each step of a turn took."""

import time
from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from decision_hook.contract import AnswerEvidence, FactKind
from dialogue.answer.values import AskedQuestion, HeardAnswer
from dialogue.ear import Completion
from dialogue.events import AnswerUnderstood, CallEvent, PromptStarted
from dialogue.line import Samples
from dialogue.opening import ScriptJudge, Understood
from dialogue.speaking.port import SpeechSynthesizer
from dialogue.survey import Judge
from ivr.bench.far_end import FarEnd
from ivr.simulator.cue import Cue

CALL: ContextVar[UUID] = ContextVar("CALL")  # set in each call's task; what the call starts inherits it


class Step(StrEnum):
    """Moments of a turn, in the order in which they usually come."""

    PAUSED = "paused"  # a pause was noticed; judging begins
    DOUBTED = "doubted"  # the end-of-turn model has spoken
    WEIGHED = "weighed"  # the words are judged
    ACKNOWLEDGED = "acknowledged"  # a short acknowledgement was queued
    UNDERSTOOD = "understood"  # the turn is over and the answer taken
    ASKED = "asked"  # the next prompt was queued


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    step: Step
    at_s: float  # monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompted:
    """A prompt of one call."""

    question_id: str  # "": asks nothing
    kind: FactKind
    at_ms: int  # on the call's own axis: where its first sample comes
    queued_s: float  # monotonic


@dataclass(slots=True)
class CallNotes:
    """Filled while a call lasts."""

    prompts: list[Prompted] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


class Watch:
    """A CallObserver that takes notes and passes cues to the load generator: id, fact keys and kind."""

    def __init__(self, far_end: FarEnd) -> None:
        self._far_end = far_end
        self._notes: dict[UUID, CallNotes] = {}

    def begin(self, call: UUID) -> CallNotes:
        notes = self._notes[call] = CallNotes()
        return notes

    def end(self, call: UUID) -> None:
        self._notes.pop(call, None)

    def mark(self, step: Step) -> None:
        """Of the call whose task this is."""
        notes = self._notes.get(CALL.get())
        if notes is not None:
            notes.marks.append(Mark(step=step, at_s=time.monotonic()))

    def observe(self, event: CallEvent) -> None:
        notes = self._notes.get(event.call)
        if notes is None:
            return
        now = time.monotonic()
        if isinstance(event, AnswerUnderstood):
            notes.marks.append(Mark(step=Step.UNDERSTOOD, at_s=now))
        if isinstance(event, PromptStarted):
            cue = Cue(question_id=event.question_id, fact_keys=event.fact_keys, kind=event.kind)
            self._far_end.asked(event.call, cue)
            notes.marks.append(Mark(step=Step.ASKED, at_s=now))
            notes.prompts.append(
                Prompted(question_id=event.question_id, kind=event.kind, at_ms=event.at_ms, queued_s=now)
            )


class TimedCompletion:
    """Implements dialogue.ear.Completion."""

    def __init__(self, inner: Completion, watch: Watch) -> None:
        self._inner, self._watch = inner, watch

    async def probability(self, samples: Samples) -> float:
        self._watch.mark(Step.PAUSED)
        found = await self._inner.probability(samples)
        self._watch.mark(Step.DOUBTED)
        return found


class TimedJudge:
    """Implements dialogue.survey.Judge."""

    def __init__(self, inner: Judge, watch: Watch) -> None:
        self._inner, self._watch = inner, watch

    async def weigh(self, heard: HeardAnswer, question: AskedQuestion) -> AnswerEvidence:
        found = await self._inner.weigh(heard, question)
        self._watch.mark(Step.WEIGHED)
        return found


class TimedScriptJudge:
    """Implements dialogue.opening.ScriptJudge."""

    def __init__(self, inner: ScriptJudge, watch: Watch) -> None:
        self._inner, self._watch = inner, watch

    async def understand(self, heard: HeardAnswer, asked: AskedQuestion) -> Understood:
        found = await self._inner.understand(heard, asked)
        self._watch.mark(Step.WEIGHED)
        return found


class TimedSynthesizer:
    """Implements SpeechSynthesizer; notes when one of `manners` is fetched, for it is said at once."""

    def __init__(self, inner: SpeechSynthesizer, manners: Collection[str], watch: Watch) -> None:
        self._inner, self._manners, self._watch = inner, frozenset(manners), watch

    async def render(self, text: str, *, slow: bool = False) -> Samples:
        return await self._inner.render(text, slow=slow)

    async def render_ahead(self, text: str, *, slow: bool = False) -> Samples:
        return await self._inner.render_ahead(text, slow=slow)

    def ready(self, text: str, *, slow: bool = False) -> Samples | None:
        found = self._inner.ready(text, slow=slow)
        if found is not None and text in self._manners:
            self._watch.mark(Step.ACKNOWLEDGED)
        return found
