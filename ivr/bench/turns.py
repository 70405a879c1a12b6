"""From a call's two logs to its turns: who waited how long, and who was cut off. Pure."""

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum

from decision_hook.contract import FactKind
from ivr.bench.ledger import CallLog, Spoken
from ivr.bench.notes import CallNotes, Prompted, Step

KEYPAD_SUFFIX = ":keypad"
# A prompt's first sample against a punctual clock: never earlier, but the axis' zero is known to a few ms.
AXIS_S = 0.03
LOST_S = 10.0  # a prompt not heard within this time was never sent


class AnswerKind(StrEnum):
    YES_NO = "yes_no"
    FACT = "fact"  # names, places, employers, words
    DIGITS = "digits"  # numbers, digit strings, years, dates, amounts
    HESITANT = "hesitant"  # any of the others with a silence inside
    FREE = "free"  # open talk without a silence; beside the four


QUARTERS = (AnswerKind.YES_NO, AnswerKind.FACT, AnswerKind.DIGITS, AnswerKind.HESITANT)
KINDS: dict[FactKind, AnswerKind] = {
    FactKind.YES_NO: AnswerKind.YES_NO,
    FactKind.NAME: AnswerKind.FACT,
    FactKind.PLACE: AnswerKind.FACT,
    FactKind.COMPANY: AnswerKind.FACT,
    FactKind.TERM: AnswerKind.FACT,
    FactKind.DATE: AnswerKind.DIGITS,
    FactKind.YEAR: AnswerKind.DIGITS,
    FactKind.MONTH: AnswerKind.DIGITS,
    FactKind.AMOUNT: AnswerKind.DIGITS,
    FactKind.COUNT: AnswerKind.DIGITS,
    FactKind.DIGITS: AnswerKind.DIGITS,
    FactKind.FREE: AnswerKind.FREE,
}


class CutOff(StrEnum):
    """What of ours began before the caller's last audible sample."""

    ACK = "ack"
    PROMPT = "prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer that was followed by a question."""

    question_id: str
    kind: AnswerKind
    began_s: float  # monotonic: the caller's first sample
    ends_s: float  # the caller's last audible sample
    question_s: float  # the next question's first audible sample
    pauses_ms: tuple[int, ...]
    turn_ms: float | None  # to the next question's first audible sample; None: cut off
    ack_ms: float | None  # to an acknowledgement before it; None: there was none, or cut off
    cut_off: CutOff | None  # None: heard out
    stages_ms: dict[str, float]  # of the turn, in order; their sum is turn_ms


def answers(log: CallLog, notes: CallNotes) -> list[Answered]:
    """The answers of one call, in order. Keyed replies and those nobody asked for are left out."""
    found = []
    for place, prompt in enumerate(notes.prompts[:-1]):
        if not prompt.question_id or not notes.prompts[place + 1].question_id:
            continue
        begins_s = log.zero_s + prompt.at_ms / 1_000
        following = notes.prompts[place + 1]
        spoken = _reply(log, prompt, begins_s, until_s=following.queued_s)
        if spoken is not None:
            heard = _answered(spoken, prompt, following, log, notes)
            if heard is not None:
                found.append(heard)
    return found


def _reply(log: CallLog, prompt: Prompted, begins_s: float, *, until_s: float) -> Spoken | None:
    """The last turn that answers this prompt."""
    asked = prompt.question_id.removesuffix(KEYPAD_SUFFIX)
    replies = [
        spoken
        for spoken in log.spoken
        if spoken.question_id == asked and begins_s < spoken.began_s < until_s and not spoken.keyed
    ]
    return replies[-1] if replies else None


def _answered(
    spoken: Spoken, prompt: Prompted, following: Prompted, log: CallLog, notes: CallNotes
) -> Answered | None:
    question_s = _first_sound(log, log.zero_s + following.at_ms / 1_000 - AXIS_S)
    if question_s is None:
        return None
    acknowledged = [
        mark.at_s
        for mark in notes.marks
        if mark.step is Step.ACKNOWLEDGED and spoken.began_s < mark.at_s <= following.queued_s
    ]
    ack_s = _first_sound(log, acknowledged[-1]) if acknowledged else None
    if ack_s is not None and ack_s >= question_s - AXIS_S:
        ack_s = None
    ends_s = spoken.ends_s
    cut_off = None
    if question_s < ends_s:
        cut_off = CutOff.PROMPT
    elif ack_s is not None and ack_s < ends_s:
        cut_off = CutOff.ACK
    return Answered(
        question_id=prompt.question_id,
        kind=AnswerKind.HESITANT if spoken.pauses_ms else KINDS[prompt.kind],
        began_s=spoken.began_s,
        ends_s=ends_s,
        question_s=question_s,
        pauses_ms=spoken.pauses_ms,
        turn_ms=None if cut_off else (question_s - ends_s) * 1_000,
        ack_ms=None if cut_off or ack_s is None else (ack_s - ends_s) * 1_000,
        cut_off=cut_off,
        stages_ms={} if cut_off else _stages(ends_s, question_s, following.queued_s, notes),
    )


def _first_sound(log: CallLog, from_s: float) -> float | None:
    at = bisect_left(log.sounds_s, from_s)
    if at == len(log.sounds_s) or log.sounds_s[at] > from_s + LOST_S:
        return None
    return log.sounds_s[at]


def _stages(ends_s: float, question_s: float, queued_s: float, notes: CallNotes) -> dict[str, float]:
    """How the turn's time was spent: up to each step's last time before the question, from the one before.

    A step that did not happen, or came before the caller's end, takes no time of the turn.
    """
    stages = {}
    reached = ends_s
    for step in (Step.PAUSED, Step.WEIGHED, Step.DOUBTED, Step.UNDERSTOOD, Step.ASKED):
        times = [mark.at_s for mark in notes.marks if mark.step is step and mark.at_s <= queued_s]
        at = max(times[-1] if times else reached, reached)
        stages[step.value] = (at - reached) * 1_000
        reached = at
    stages["heard"] = (question_s - reached) * 1_000
    return stages
