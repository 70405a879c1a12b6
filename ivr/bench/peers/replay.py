"""Replays Pipecat's end of turn over what its voice activity heard, with other silences. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ivr.bench.curve import Ending, Replayed
from ivr.bench.peers.messages import PeerNotes, Verdict, Window
from ivr.bench.replay import LEAD_S, TAIL_S
from ivr.bench.turns import Answered

# VADParams.stop_secs; 200 is Pipecat's default, and less would ask its model about every stop consonant.
SILENCES_MS = (200, 300, 400, 500, 600, 800, 1_000)
PRESENT = SILENCES_MS.index(200)
WINDOW_S = 0.032
START_WINDOWS = round(0.2 / WINDOW_S)  # VADParams.start_secs
FINISHED_ABOVE = 0.5  # what its end-of-turn model says when the turn is over
INCOMPLETE_S = 3.0  # SmartTurnParams.stop_secs: further silence that ends a turn that sounded unfinished
VERDICT_S = 2.0  # later than this after a pause was noticed, a verdict is about another one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stop:
    """The end of a stretch of speech, as its voice activity reports it."""

    at_s: float
    resumes_s: float  # when speech is next reported; inf: never


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """A stop at the silence in force, and what was concluded from it."""

    at_s: float
    finished: bool
    transcript_s: float | None  # from the stop to the words; None: none came


def replay(answers: Sequence[Answered], notes: PeerNotes) -> list[Replayed]:
    """The answers of one call, each with its ending at every silence.

    A pause keeps the verdict and the recognition time it had in the run, begun later by as much as the
    silence is longer.
    """
    found = []
    for place, answer in enumerate(answers):
        until_s = answers[place + 1].began_s - LEAD_S if place + 1 < len(answers) else float("inf")
        until_s = min(until_s, answer.ends_s + TAIL_S + INCOMPLETE_S)
        windows = [w for w in notes.windows if answer.began_s - LEAD_S <= w.at_s < until_s]
        judged = [_judge(stop, answer.question_s, notes) for stop in _stops(windows, SILENCES_MS[PRESENT])]
        found.append(
            Replayed(
                answer=answer,
                endings=tuple(_ending(_stops(windows, silence), judged) for silence in SILENCES_MS),
            )
        )
    return found


def _ending(stops: Iterator[_Stop], judged: Sequence[_Judged]) -> Ending | None:
    for stop in stops:
        before = [one for one in judged if one.at_s <= stop.at_s]
        if not before:
            continue
        pause = before[-1]
        over_s = stop.at_s if pause.finished else stop.at_s + INCOMPLETE_S
        if over_s <= stop.resumes_s:
            ready_s = None if pause.transcript_s is None else stop.at_s + pause.transcript_s
            return Ending(over_s=over_s, ready_s=ready_s)
    return None


def _judge(stop: _Stop, question_s: float, notes: PeerNotes) -> _Judged:
    verdict = _first_after(stop.at_s, notes.verdicts)
    words = [at_s - stop.at_s for at_s in notes.transcripts_s if stop.at_s < at_s <= question_s]
    return _Judged(
        at_s=stop.at_s,
        finished=verdict is not None and verdict.probability > FINISHED_ABOVE,
        transcript_s=words[0] if words else None,
    )


def _first_after(at_s: float, verdicts: Sequence[Verdict]) -> Verdict | None:
    for verdict in verdicts:
        if at_s - WINDOW_S <= verdict.at_s <= at_s + VERDICT_S:
            return verdict
    return None


def _stops(windows: Sequence[Window], silence_ms: int) -> Iterator[_Stop]:
    """Its voice activity's own state machine: so many windows in a row begin speech, so many end it."""
    needed = round(silence_ms / 1_000 / WINDOW_S)
    speaking, count = False, 0
    stopped_s: float | None = None
    for window in windows:
        count = count + 1 if window.speech is not speaking else 0
        if count < (needed if speaking else START_WINDOWS):
            continue
        speaking, count = not speaking, 0
        if not speaking:
            stopped_s = window.at_s
        elif stopped_s is not None:
            yield _Stop(at_s=stopped_s, resumes_s=window.at_s)
            stopped_s = None
    if stopped_s is not None:
        yield _Stop(at_s=stopped_s, resumes_s=float("inf"))
