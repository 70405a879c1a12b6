"""The event list beside a recording: who said what when, on the recording's time axis."""

from dialogue.events import (
    AnswerUnderstood,
    BeliefsChanged,
    CallerStarted,
    CallEvent,
    CallStateChanged,
    PromptStarted,
)
from ivr.media.recorder import Recorder


class RecordingNotes:
    """A CallObserver that writes into one call's recorder."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def observe(self, event: CallEvent) -> None:
        match event:
            case PromptStarted():
                self._recorder.note(event.at_ms, "prompt", question=event.question_id, text=event.text)
            case CallerStarted():
                self._recorder.note(event.at_ms, "caller_started")
            case AnswerUnderstood():
                answer = event.answer
                self._recorder.note(
                    answer.started_ms,
                    "answer",
                    question=answer.question,
                    text=answer.text,
                    grade=answer.grade.value,
                    ended_ms=answer.ended_ms,
                    latency_ms=answer.latency_ms,
                )
            case BeliefsChanged():
                shares = {h.value: round(p, 4) for h, p in event.probabilities.items()}
                self._recorder.note(self._recorder.recorded_ms, "beliefs", **shares)
            case CallStateChanged():
                self._recorder.note(self._recorder.recorded_ms, "state", state=event.state)
            case _:
                pass
