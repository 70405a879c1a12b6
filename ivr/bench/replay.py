"""Replays our judge of turns over the frames of a call, with other silences. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from dialogue.ear import NOT_WEIGHED_YET
from dialogue.line import FRAME_MS
from dialogue.turn.tracker import PauseReached, SpeechResumed, TurnEnded, TurnPolicy, TurnTracker
from ivr.bench.curve import Ending, Replayed
from ivr.bench.notes import CallNotes, Mark, Step
from ivr.bench.turns import Answered

# All silences of a policy are moved together, so that finished answers stay quicker than doubtful ones.
SHIFTS_MS = (-300, -200, -100, 0, 100, 200, 400)
PRESENT = SHIFTS_MS.index(0)
LEAD_S = 0.3  # listened to before an answer begins
TAIL_S = 3.0  # and after it ends; longer than any silence tried


def silences_ms(policy: TurnPolicy) -> list[int]:
    """What the points of the curve are called: the silence that ends a turn when nothing is known."""
    return [policy.end_usual_ms + shift for shift in SHIFTS_MS]


def replay(answers: Sequence[Answered], notes: CallNotes, policy: TurnPolicy) -> list[Replayed]:
    """The answers of one call, each with its ending at every silence."""
    tried = [_endings(answers, notes, _shifted(policy, shift)) for shift in SHIFTS_MS]
    return [
        Replayed(
            answer=answer,
            endings=tuple(endings[place] for endings in tried),
        )
        for place, answer in enumerate(answers)
    ]


def _shifted(policy: TurnPolicy, shift_ms: int) -> TurnPolicy:
    return replace(
        policy,
        end_min_ms=policy.end_min_ms + shift_ms,
        end_usual_ms=policy.end_usual_ms + shift_ms,
        end_max_ms=policy.end_max_ms + shift_ms,
        end_nothing_ms=policy.end_nothing_ms + shift_ms,
    )


def _endings(answers: Sequence[Answered], notes: CallNotes, policy: TurnPolicy) -> list[Ending | None]:
    tracker = TurnTracker(policy)
    found: list[Ending | None] = [None] * len(answers)
    said = iter(sorted(notes.marks, key=lambda mark: mark.at_s))
    mark = next(said, None)
    complete: float | None = None
    weighed_s: float | None = None
    place, listening = 0, False
    for number, frame in enumerate(notes.frames):
        if place < len(answers) and frame.at_s >= answers[place].began_s - LEAD_S and not listening:
            tracker.begin()
            listening, complete, weighed_s = True, None, None
        while mark is not None and mark.at_s <= frame.at_s:
            complete, weighed_s = _heeded(mark, complete, weighed_s)
            mark = next(said, None)
        # While it is listened to, no prompt plays: in this telling the next one has not begun yet.
        for event in tracker.feed(
            number * FRAME_MS, frame.probability, frame.level_db, not listening, complete
        ):
            if isinstance(event, PauseReached):
                complete, weighed_s = NOT_WEIGHED_YET, None
            if isinstance(event, SpeechResumed):
                complete = weighed_s = None
            if isinstance(event, TurnEnded) and listening and event.segments:
                ready_s = _ready_s(notes.marks, frame.at_s) if weighed_s is None else weighed_s
                found[place] = Ending(over_s=frame.at_s, ready_s=ready_s)
                listening, place = False, place + 1
                break
        else:
            late = place < len(answers) and frame.at_s > answers[place].ends_s + TAIL_S
            if listening and late:
                listening, place = False, place + 1
    return found


def _heeded(mark: Mark, complete: float | None, weighed_s: float | None) -> tuple[float | None, float | None]:
    """As in dialogue.ear."""
    match mark.step:
        case Step.DOUBTED:
            return mark.complete, weighed_s
        case Step.WEIGHED:
            return mark.complete, mark.at_s
        case _:
            return complete, weighed_s


def _ready_s(marks: Sequence[Mark], over_s: float) -> float | None:
    """When the words of a turn that is over were weighed: the next weighing, if nothing else came before."""
    for mark in marks:
        if mark.at_s > over_s:
            match mark.step:
                case Step.WEIGHED:
                    return mark.at_s
                case Step.PAUSED | Step.ASKED:
                    return None
    return None
