"""Our side of a bench call: what was said when, and how long each step of a turn took."""

import time
from collections.abc import Collection, Sequence
from contextvars import ContextVar
from uuid import UUID

from decision_hook.contract import AnswerEvidence
from dialogue.answer.values import AskedQuestion, HeardAnswer
from dialogue.completeness import complete
from dialogue.ear import Completion
from dialogue.events import AnswerUnderstood, CallEvent, PromptStarted
from dialogue.line import Samples
from dialogue.opening import ScriptJudge, Understood, whole
from dialogue.speaking.port import SpeechSynthesizer
from dialogue.survey import Judge
from dialogue.talk import from_first_sound
from dialogue.turn.activity import level_db
from dialogue.turn.complete import doubt
from ivr.bench.far_end import FarEnd
from ivr.bench.notes import CallNotes, HeardFrame, Mark, Prompted, Put, Step
from ivr.conversation import VoiceActivityStream
from ivr.simulator.cue import Cue

CALL: ContextVar[UUID] = ContextVar("CALL")  # set in each call's task; what the call starts inherits it


class Watch:
    """A CallObserver that takes notes and passes cues to the load generator: id, fact keys and kind."""

    def __init__(self, far_end: FarEnd) -> None:
        self._far_end = far_end
        self._notes: dict[UUID, CallNotes] = {}
        self._rendered: dict[UUID, list[tuple[str, Samples]]] = {}  # since a call's last prompt

    def begin(self, call: UUID) -> CallNotes:
        notes = self._notes[call] = CallNotes()
        return notes

    def end(self, call: UUID) -> None:
        self._notes.pop(call, None)
        self._rendered.pop(call, None)

    def notes(self) -> CallNotes | None:
        """Of the call whose task this is; None: it is over."""
        return self._notes.get(CALL.get())

    def mark(self, step: Step, *, complete: float | None = None) -> None:
        """Of the call whose task this is."""
        notes = self.notes()
        if notes is not None:
            notes.marks.append(Mark(step=step, at_s=time.monotonic(), complete=complete))

    def rendered(self, text: str, samples: Samples) -> None:
        """A prompt of this task's call is about to be said."""
        if self.notes() is not None:
            self._rendered.setdefault(CALL.get(), []).append((text, samples))

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
            sounds = self._rendered.pop(event.call, [])
            asking = [samples for text, samples in sounds if event.text.endswith(text)]
            if event.question_id and asking:
                notes.puts.append(Put(cue=cue, audio=from_first_sound(asking[0])))


class TimedActivity:
    """Implements ivr.conversation.VoiceActivityStream; keeps what the judge of turns got to see."""

    def __init__(self, inner: VoiceActivityStream, watch: Watch) -> None:
        self._inner, self._watch = inner, watch

    async def probabilities(self, frames: Sequence[Samples]) -> list[float]:
        found = await self._inner.probabilities(frames)
        notes, now = self._watch.notes(), time.monotonic()
        if notes is not None:
            for frame, probability in zip(frames, found, strict=True):
                notes.frames.append(HeardFrame(at_s=now, probability=probability, level_db=level_db(frame)))
        return found

    def close(self) -> None:
        self._inner.close()


class TimedCompletion:
    """Implements dialogue.ear.Completion."""

    def __init__(self, inner: Completion, watch: Watch) -> None:
        self._inner, self._watch = inner, watch

    async def probability(self, samples: Samples) -> float:
        found = await self._inner.probability(samples)
        self._watch.mark(Step.DOUBTED, complete=doubt(found))
        return found


class TimedJudge:
    """Implements dialogue.survey.Judge."""

    def __init__(self, inner: Judge, watch: Watch) -> None:
        self._inner, self._watch = inner, watch

    async def weigh(self, heard: HeardAnswer, question: AskedQuestion) -> AnswerEvidence:
        self._watch.mark(Step.PAUSED)
        found = await self._inner.weigh(heard, question)
        self._watch.mark(Step.WEIGHED, complete=complete(found))
        return found


class TimedScriptJudge:
    """Implements dialogue.opening.ScriptJudge."""

    def __init__(self, inner: ScriptJudge, watch: Watch) -> None:
        self._inner, self._watch = inner, watch

    async def understand(self, heard: HeardAnswer, asked: AskedQuestion) -> Understood:
        self._watch.mark(Step.PAUSED)
        found = await self._inner.understand(heard, asked)
        self._watch.mark(Step.WEIGHED, complete=whole(found))
        return found


class TimedSynthesizer:
    """Implements SpeechSynthesizer; notes when one of `manners` is fetched, for it is said at once."""

    def __init__(self, inner: SpeechSynthesizer, manners: Collection[str], watch: Watch) -> None:
        self._inner, self._manners, self._watch = inner, frozenset(manners), watch

    async def render(self, text: str, *, slow: bool = False) -> Samples:
        samples = await self._inner.render(text, slow=slow)
        self._watch.rendered(text, samples)
        return samples

    async def render_ahead(self, text: str, *, slow: bool = False) -> Samples:
        return await self._inner.render_ahead(text, slow=slow)

    def ready(self, text: str, *, slow: bool = False) -> Samples | None:
        found = self._inner.ready(text, slow=slow)
        if found is not None and text in self._manners:
            self._watch.mark(Step.ACKNOWLEDGED)
        return found
