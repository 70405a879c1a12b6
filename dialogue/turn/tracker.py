"""Whose turn is it? Barge-in, pauses and the end of the caller's turn, as a pure state machine."""

from dataclasses import dataclass, field
from enum import StrEnum

from dialogue.line import FRAME_MS
from dialogue.turn.activity import GateChange, GatePolicy, SpeechGate


class TurnEnd(StrEnum):
    """Why the caller's turn is over."""

    SILENCE = "silence"  # the caller spoke and stopped
    PATIENCE = "patience"  # nobody spoke
    TOO_LONG = "too_long"  # the caller speaks without end


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted:
    """The caller began to speak; `at_ms` lies up to 100 ms in the past."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseReached:
    """The answer may be over: time to start recognising on the quiet. `at_ms`: now."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechResumed:
    """It was not over: what was recognised since PauseReached is void."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Duck:
    """The caller speaks into the prompt: lower it."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """It was only a 嗯, or the prompt ended by itself: back to full level."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPrompt:
    """The caller means it: stop the prompt."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnded:
    """Always the last event of a turn."""

    at_ms: int
    segments: tuple[tuple[int, int], ...]  # stretches of speech, (start, end) in ms since answer; () = none
    why: TurnEnd


TurnEvent = SpeechStarted | PauseReached | SpeechResumed | Duck | Restore | StopPrompt | TurnEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnPolicy:
    """All times in ms. The defaults' reasons stand beside them."""

    gate: GatePolicy = field(default_factory=GatePolicy)
    # Stops of consonants are shorter; recognising starts here, at our own risk. Of 690 pauses 2 % ended
    # between 160 and 200 ms.
    pause_ms: int = 160
    # Silence that ends a turn, by how finished it sounds. Inner pauses of hesitant speakers have a
    # median of 500 ms and a 95th percentile of 1200 ms.
    end_min_ms: int = 500  # sounds finished
    end_usual_ms: int = 1_000  # nothing is known
    end_max_ms: int = 1_200  # sounds cut off; the next question still comes within 1.3 s
    end_nothing_ms: int = 1_500  # only a hum, or words that lead up to an answer: hardly ever all of it
    finished_at: float = 0.8  # completion probability from which end_min_ms suffices
    cut_off_at: float = 0.3  # at which end_max_ms is waited; linear on either side
    patience_ms: int = 6_000  # from the prompt's end; a slow reply gap is 1500 ms
    too_long_ms: int = 30_000  # from the first word; nobody needs more for any question of ours
    merge_gap_ms: int = 250  # shorter gaps lie inside words and phrases
    # What lasts this long is no 嗯 or 是 any more (280 and 340 ms as the gate sees them); the prompt must be
    # silent 400 ms after the caller's onset.
    stop_after_ms: int = 380
    early_answer_ms: int = 200  # an answer may be over this long before the prompt is: people anticipate
    # Speech over our own prompt must stand out more than otherwise: what leaks back of it does not.
    barge_in_over_noise_db: float = 8.0


@dataclass(slots=True, kw_only=True)
class _Turn:
    """What has happened in the present turn."""

    patience_ms: int
    stretches: list[tuple[int, int]] = field(default_factory=list)  # speech that ended
    started_ms: int | None = None  # of the speech under way
    announced: bool = False  # SpeechStarted was given and not taken back by Restore
    ducked: bool = False
    stopped: bool = False  # the caller barged in: what is said over the prompt is the answer
    paused: bool = False  # PauseReached was given for the present silence
    prompt_ended_ms: int | None = None  # None: it plays


class TurnTracker:
    """Follows one caller, turn by turn. Time is an argument; one `feed` per 20 ms frame.

    The first turn begins with the tracker, each further one with `begin`, usually when its prompt
    starts. Between a turn's end and the next `begin` only the gate and its noise floor go on.
    """

    def __init__(self, policy: TurnPolicy) -> None:
        self._policy = policy
        self._gate = SpeechGate(policy.gate)
        self._turn: _Turn | None = _Turn(patience_ms=policy.patience_ms)
        self._ended_ms = 0  # of the turn before

    @property
    def speaking(self) -> bool:
        """The caller speaks at this moment, inside a turn or between turns."""
        return self._gate.speaking

    @property
    def noise_db(self) -> float:
        """The call's noise floor, dB below full scale."""
        return self._gate.noise_db

    def begin(self, *, patience_ms: int | None = None) -> None:
        """A new turn. None: the policy's patience. Speech since the last turn's end belongs to it."""
        wanted = self._policy.patience_ms if patience_ms is None else patience_ms
        self._turn = _Turn(patience_ms=wanted)
        if self._gate.speaking:
            self._turn.started_ms = max(self._gate.since_ms, self._ended_ms)

    def feed(
        self, at_ms: int, probability: float, level_db: float, prompt_playing: bool, complete: float | None
    ) -> tuple[TurnEvent, ...]:
        """One frame that starts at `at_ms`.

        `complete`: probability that the turn is over, judged on what was said up to the present
        pause; None: not known (yet).
        """
        guard_db = self._policy.barge_in_over_noise_db if prompt_playing else None
        change = self._gate.feed(at_ms, probability, level_db, over_noise_db=guard_db)
        if self._turn is None:
            return ()
        now_ms = at_ms + FRAME_MS
        events = [
            *self._follow_speech(self._turn, change),
            *self._follow_prompt(self._turn, now_ms, prompt_playing),
        ]
        if not prompt_playing or self._turn.stopped:
            events += self._follow_silence(self._turn, now_ms, complete)
        if events and isinstance(events[-1], TurnEnded):
            self._turn, self._ended_ms = None, now_ms
        return tuple(events)

    def _follow_speech(self, turn: _Turn, change: GateChange | None) -> list[TurnEvent]:
        if change is not None and change.speaking:
            turn.started_ms = change.at_ms
        elif change is not None and turn.started_ms is not None:
            turn.stretches.append((turn.started_ms, change.at_ms))
            turn.started_ms = None
        if turn.started_ms is None:
            return []
        if not turn.announced:
            turn.announced = True
            return [SpeechStarted(at_ms=turn.started_ms)]
        if turn.paused:
            turn.paused = False
            return [SpeechResumed(at_ms=turn.started_ms)]
        return []

    def _follow_prompt(self, turn: _Turn, now_ms: int, playing: bool) -> list[TurnEvent]:
        if turn.stopped:
            return []
        if not playing:
            if turn.prompt_ended_ms is None:
                turn.prompt_ended_ms = now_ms - FRAME_MS
                self._keep_answers(turn, turn.prompt_ended_ms)
            return self._restore(turn, now_ms)
        turn.prompt_ended_ms = None
        if turn.started_ms is None:
            if turn.stretches and turn.announced:
                turn.announced = False  # a 嗯; the next sound may be the answer
            return self._restore(turn, now_ms)
        silent_since_ms = self._gate.silent_since_ms
        voiced_ms = (now_ms if silent_since_ms is None else silent_since_ms) - turn.started_ms
        if voiced_ms >= self._policy.stop_after_ms:
            turn.stopped, turn.prompt_ended_ms = True, now_ms
            self._keep_answers(turn, turn.started_ms)
            return [StopPrompt(at_ms=now_ms)]
        if not turn.ducked:
            turn.ducked = True
            return [Duck(at_ms=now_ms)]
        return []

    def _restore(self, turn: _Turn, now_ms: int) -> list[TurnEvent]:
        if not turn.ducked:
            return []
        turn.ducked = False
        return [Restore(at_ms=now_ms)]

    def _keep_answers(self, turn: _Turn, until_ms: int) -> None:
        """Forgets what was said, and over, well before the prompt was."""
        earliest_ms = until_ms - self._policy.early_answer_ms
        turn.stretches = [stretch for stretch in turn.stretches if stretch[1] >= earliest_ms]
        turn.announced = bool(turn.stretches) or turn.started_ms is not None

    def _follow_silence(self, turn: _Turn, now_ms: int, complete: float | None) -> list[TurnEvent]:
        policy = self._policy
        spoken = [*turn.stretches]
        if turn.started_ms is not None:
            silent_since_ms = self._gate.silent_since_ms
            spoken.append((turn.started_ms, now_ms if silent_since_ms is None else silent_since_ms))
        if not spoken:
            assert turn.prompt_ended_ms is not None
            if now_ms - turn.prompt_ended_ms >= turn.patience_ms:
                return [TurnEnded(at_ms=now_ms, segments=(), why=TurnEnd.PATIENCE)]
            return []
        onset_ms = self._gate.onset_ms
        if onset_ms is not None and now_ms - onset_ms <= policy.gate.enter_ms:
            return []  # is that speech? one more frame or two will tell
        events: list[TurnEvent] = []
        silence_ms = now_ms - spoken[-1][1]
        if silence_ms >= policy.pause_ms and not turn.paused:
            turn.paused = True
            events.append(PauseReached(at_ms=now_ms))
        segments = merged(spoken, policy.merge_gap_ms)
        if silence_ms >= silence_needed_ms(complete, policy):
            events.append(TurnEnded(at_ms=now_ms, segments=segments, why=TurnEnd.SILENCE))
        elif now_ms - spoken[0][0] >= policy.too_long_ms:
            events.append(TurnEnded(at_ms=now_ms, segments=segments, why=TurnEnd.TOO_LONG))
        return events


def silence_needed_ms(complete: float | None, policy: TurnPolicy) -> int:
    """How long a silence ends the turn, given the probability that it is over."""
    if complete is None:
        return policy.end_usual_ms
    if complete < policy.cut_off_at:
        share, low_ms, high_ms = complete / policy.cut_off_at, policy.end_max_ms, policy.end_nothing_ms
    else:
        share = min(1.0, (complete - policy.cut_off_at) / (policy.finished_at - policy.cut_off_at))
        low_ms, high_ms = policy.end_min_ms, policy.end_max_ms
    return round(high_ms + max(0.0, share) * (low_ms - high_ms))


def merged(stretches: list[tuple[int, int]], gap_ms: int) -> tuple[tuple[int, int], ...]:
    """Joins stretches whose gap is shorter than `gap_ms`. `stretches` in order."""
    joined: list[tuple[int, int]] = []
    for start, end in stretches:
        if joined and start - joined[-1][1] < gap_ms:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)
