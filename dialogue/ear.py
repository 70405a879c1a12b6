"""Hears one call: frames in, whole replies out.

One task pumps the line for as long as the call lives; it never waits for anybody who thinks. Judging a reply
begins at the first short pause and is thrown away if the caller goes on, so that the usual answer is judged
by the time the turn is over.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from dialogue.answer.values import HeardAnswer
from dialogue.cut import cut
from dialogue.line import FrameHeard, HungUp, KeyPressed, Line, LineEvent, Samples
from dialogue.tape import Tape
from dialogue.turn.activity import VoiceActivity, level_db
from dialogue.turn.complete import doubt
from dialogue.turn.tracker import (
    Duck,
    PauseReached,
    Restore,
    SpeechResumed,
    SpeechStarted,
    StopPrompt,
    TurnEnded,
    TurnEvent,
    TurnPolicy,
    TurnTracker,
)

DUCK_DB = -12.0
MAX_BEHIND = 500  # 10 s of frames: past that the machine is stuck, and the oldest go
MAX_WAITING = 64  # events between two turns; a key held down for ever must not fill memory
# An acknowledgement takes about 0.8 s and the question waits for its end; most replies that are not weighed
# when the turn is over are so a little later, and then the question itself comes sooner.
THINKING_S = 0.8
KEY_GAP_S = 4.0  # a pause this long ends keyed digits (ITU-T E.180 inter-digit timers are 3-5 s)

W = TypeVar("W")
Weigh = Callable[[HeardAnswer], Coroutine[Any, Any, W]]


class CallerGone(Exception):
    """The line went away in the middle of a turn. Caught once, by the interview."""


class Completion(Protocol):
    async def probability(self, samples: Samples) -> float:
        """How likely the turn is over, 0..1, from up to 8 s of 8 kHz audio that end in a pause."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening(Generic[W]):
    """How to hear one reply."""

    patience_ms: int  # from the prompt's end
    weigh: Weigh[W]  # may run early, and again; must not change anything
    complete: Callable[[W], float | None]  # what the weighed reply says about being complete
    max_keys: int = 0  # 0: the keypad is ignored
    while_thinking: Callable[[], None] = lambda: None  # the turn is over, the reply not weighed yet


@dataclass(slots=True)
class _Turn(Generic[W]):
    """What is known of the turn in progress."""

    listening: Listening[W]
    started_ms: int = 0
    guess: "asyncio.Task[W] | None" = None  # None: none begun, or the caller went on
    keys: str = ""


class Ear:
    """Owned by one call. `run` must be running while `turn` is awaited."""

    def __init__(
        self,
        line: Line,
        activity: VoiceActivity,
        completion: Completion,
        group: asyncio.TaskGroup,
        on_speech: Callable[[int], None],
        policy: TurnPolicy,
    ) -> None:
        self.tape = Tape()
        self._line, self._activity, self._completion = line, activity, completion
        self._group, self._on_speech = group, on_speech
        self._tracker = TurnTracker(policy)
        self._pause_ms = policy.pause_ms
        self._complete: float | None = None
        self._prompt_end_ms = 0
        self._waiting: list[LineEvent] = []
        self._arrived = asyncio.Event()
        self._happened: asyncio.Queue[TurnEvent | KeyPressed | HungUp] = asyncio.Queue()

    async def run(self) -> None:
        """Pumps the line until the caller is gone. Whatever waits goes to the model in one trip."""
        reader = self._group.create_task(self._read(), name="line")
        try:
            gone = False
            while not gone:
                await self._arrived.wait()
                self._arrived.clear()
                events, self._waiting = self._waiting, []
                frames = [event for event in events if isinstance(event, FrameHeard)]
                heard = iter(await self._activity.probabilities([frame.samples for frame in frames]))
                for event in events:
                    if isinstance(event, FrameHeard):
                        self._frame(event, next(heard))
                        continue
                    gone = isinstance(event, HungUp)
                    if gone or self._happened.qsize() < MAX_WAITING:
                        self._happened.put_nowait(event)
        finally:
            reader.cancel()

    async def _read(self) -> None:
        """Takes events off the line as they come, so that a busy model delays them and loses none."""
        while True:
            event = await self._line.next_event()
            if len(self._waiting) >= MAX_BEHIND:
                self._waiting.pop(0)
            self._waiting.append(event)
            self._arrived.set()
            if isinstance(event, HungUp):
                return

    def _frame(self, frame: FrameHeard, probability: float) -> None:
        self.tape.append(frame)
        playing = self._line.speaking_ms() > 0
        if playing:
            self._prompt_end_ms = frame.at_ms + self._line.speaking_ms()
        happened = self._tracker.feed(
            frame.at_ms, probability, level_db(frame.samples), playing, self._complete
        )
        for event in happened:
            match event:
                case Duck():
                    self._line.duck(DUCK_DB)
                case Restore():
                    self._line.duck(0.0)
                case StopPrompt():
                    self._line.stop_speaking()
                    self._line.duck(0.0)
                    self._prompt_end_ms = frame.at_ms
                case SpeechStarted():
                    self._on_speech(event.at_ms)
            self._happened.put_nowait(event)

    async def turn(self, listening: Listening[W]) -> tuple[HeardAnswer, W]:
        """Waits for one whole reply, or for silence to become one. Raises CallerGone."""
        self._arm(listening.patience_ms)
        turn = _Turn(listening=listening)
        try:
            while True:
                try:
                    async with asyncio.timeout(KEY_GAP_S if turn.keys else None):
                        event = await self._happened.get()
                except TimeoutError:
                    return await self._keyed(turn)
                match event:
                    case HungUp():
                        raise CallerGone
                    case KeyPressed() if listening.max_keys and event.digit == "#":
                        return await self._keyed(turn)
                    case KeyPressed() if listening.max_keys:
                        self._line.stop_speaking()
                        turn.keys += event.digit
                        if len(turn.keys) >= listening.max_keys:
                            return await self._keyed(turn)
                    case SpeechStarted():
                        turn.started_ms = event.at_ms
                    case PauseReached() if not turn.keys:
                        self._begin_guess(turn, event.at_ms)
                    case SpeechResumed():
                        self._drop_guess(turn)
                    case TurnEnded() if not turn.keys:
                        return await self._ended(turn, event)
        finally:
            self._drop_guess(turn)

    def after_another(self, other: HeardAnswer, own: HeardAnswer) -> HeardAnswer:
        """The caller's reply of the second turn as one to the first, in which only another voice spoke."""
        whole = cut(self.tape, own.segments, prompt_end_ms=other.prompt_end_ms)
        return replace(whole, others=other.segments, transcript=own.transcript)

    @property
    def speaking(self) -> bool:
        """The caller speaks at this moment."""
        return self._tracker.speaking

    def _arm(self, patience_ms: int) -> None:
        kept = []
        while not self._happened.empty():
            event = self._happened.get_nowait()
            if isinstance(event, HungUp | KeyPressed):
                kept.append(event)
        for event in kept:
            self._happened.put_nowait(event)
        self._complete = None
        self._prompt_end_ms = self.tape.end_ms + self._line.speaking_ms()
        self._tracker.begin(patience_ms=patience_ms)

    def _begin_guess(self, turn: _Turn[W], paused_ms: int) -> None:
        self._drop_guess(turn)
        heard = self._cut(((turn.started_ms, paused_ms - self._pause_ms),))
        turn.guess = self._group.create_task(self._guess(turn.listening, heard), name="guess")

    async def _guess(self, listening: Listening[W], heard: HeardAnswer) -> W:
        _, weighed = await asyncio.gather(self._doubt(heard.samples), self._weigh(listening, heard))
        return weighed

    async def _doubt(self, samples: Samples) -> None:
        doubted = doubt(await self._completion.probability(samples))
        if self._complete is None:  # what the words say counts for more than how they sound
            self._complete = doubted

    async def _weigh(self, listening: Listening[W], heard: HeardAnswer) -> W:
        weighed = await listening.weigh(heard)
        said = listening.complete(weighed)
        if said is not None:
            self._complete = said
        return weighed

    def _drop_guess(self, turn: _Turn[W]) -> None:
        self._complete = None
        if turn.guess is not None:
            turn.guess.cancel()
            turn.guess = None

    async def _ended(self, turn: _Turn[W], event: TurnEnded) -> tuple[HeardAnswer, W]:
        heard = self._cut(event.segments)
        if turn.guess is None:
            turn.guess = self._group.create_task(turn.listening.weigh(heard), name="weigh")
        await asyncio.wait((turn.guess,), timeout=THINKING_S)
        if not turn.guess.done():
            turn.listening.while_thinking()
        weighed = await turn.guess
        turn.guess = None
        return heard, weighed

    async def _keyed(self, turn: _Turn[W]) -> tuple[HeardAnswer, W]:
        now_ms = self.tape.end_ms
        heard = HeardAnswer(
            samples=np.zeros(0, dtype=np.int16),
            segments=(),
            started_ms=now_ms,
            ended_ms=now_ms,
            prompt_end_ms=self._prompt_end_ms,
            latency_ms=None,
            keys=turn.keys,
            transcript=None,
        )
        return heard, await turn.listening.weigh(heard)

    def _cut(self, segments: tuple[tuple[int, int], ...]) -> HeardAnswer:
        return cut(self.tape, segments, prompt_end_ms=self._prompt_end_ms)
