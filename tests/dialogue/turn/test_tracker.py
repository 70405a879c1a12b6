"""Stories of turns: who spoke when, over which prompt, and what the tracker makes of it."""

from collections.abc import Callable

import pytest

from dialogue.turn.tracker import (
    Duck,
    PauseReached,
    Restore,
    SpeechResumed,
    SpeechStarted,
    StopPrompt,
    TurnEnd,
    TurnEnded,
    TurnEvent,
    TurnPolicy,
    TurnTracker,
    merged,
    silence_needed_ms,
)

Stretches = list[tuple[int, int]]
Complete = float | None


class Caller:
    """Speaks at fixed times; the prompt plays until it is stopped or over."""

    def __init__(self, tracker: TurnTracker, speech: Stretches, *, prompt_end_ms: int = 0) -> None:
        self.tracker, self.speech, self.prompt_end_ms = tracker, speech, prompt_end_ms
        self.now_ms = 0

    def turn(self, complete: Complete | Callable[[int], Complete] = None) -> list[TurnEvent]:
        """Everything up to the turn's end."""
        events: list[TurnEvent] = []
        while not events or not isinstance(events[-1], TurnEnded):
            assert self.now_ms < 100_000, events
            voice = any(start <= self.now_ms < end for start, end in self.speech)
            for event in self.tracker.feed(
                self.now_ms,
                0.9 if voice else 0.03,
                -25.0 if voice else -70.0,
                self.now_ms < self.prompt_end_ms,
                complete(self.now_ms) if callable(complete) else complete,
            ):
                events.append(event)
                if isinstance(event, StopPrompt):
                    self.prompt_end_ms = self.now_ms
            self.now_ms += 20
        return events


def turn(speech: Stretches, *, prompt_end_ms: int = 0, complete: Complete = None) -> list[TurnEvent]:
    return Caller(TurnTracker(TurnPolicy()), speech, prompt_end_ms=prompt_end_ms).turn(complete)


def ended(at_ms: int, segments: Stretches, why: TurnEnd = TurnEnd.SILENCE) -> TurnEnded:
    return TurnEnded(at_ms=at_ms, segments=tuple(segments), why=why)


STORIES = [
    pytest.param(
        [(1_000, 2_000)], 500, None,
        [SpeechStarted(at_ms=1_000), PauseReached(at_ms=2_160), ended(3_000, [(1_000, 2_000)])],
        id="a plain answer",
    ),
    pytest.param(
        [(1_000, 2_000)], 500, 0.95,
        [SpeechStarted(at_ms=1_000), PauseReached(at_ms=2_160), ended(2_500, [(1_000, 2_000)])],
        id="it sounds finished: sooner",
    ),
    pytest.param(
        [(1_000, 2_000)], 500, 0.3,
        [SpeechStarted(at_ms=1_000), PauseReached(at_ms=2_160), ended(3_200, [(1_000, 2_000)])],
        id="it sounds cut off: later",
    ),
    pytest.param(
        [(1_000, 1_600)], 500, 0.0,
        [SpeechStarted(at_ms=1_000), PauseReached(at_ms=1_760), ended(3_100, [(1_000, 1_600)])],
        id="那个: the answer is still to come",
    ),
    pytest.param(
        [(1_000, 1_200)], 500, None,
        [SpeechStarted(at_ms=1_000), PauseReached(at_ms=1_360), ended(2_200, [(1_000, 1_200)])],
        id="a 嗯 after the prompt is an answer",
    ),
    pytest.param(
        [(1_000, 2_000), (2_600, 3_000)], 500, None,
        [
            SpeechStarted(at_ms=1_000), PauseReached(at_ms=2_160), SpeechResumed(at_ms=2_600),
            PauseReached(at_ms=3_160), ended(4_000, [(1_000, 2_000), (2_600, 3_000)]),
        ],
        id="a pause for thought",
    ),
    pytest.param(
        [(1_000, 2_000), (2_140, 3_000), (3_240, 4_000), (4_250, 4_600)], 500, None,
        [
            SpeechStarted(at_ms=1_000), PauseReached(at_ms=3_160), SpeechResumed(at_ms=3_240),
            PauseReached(at_ms=4_160), SpeechResumed(at_ms=4_260),
            PauseReached(at_ms=4_760), ended(5_600, [(1_000, 4_000), (4_260, 4_600)]),
        ],
        id="short gaps are merged, from 250 ms on they split",
    ),
    pytest.param(
        [(1_000, 2_000), (2_980, 3_100)], 500, None,
        [
            SpeechStarted(at_ms=1_000), PauseReached(at_ms=2_160), SpeechResumed(at_ms=2_980),
            PauseReached(at_ms=3_260), ended(4_100, [(1_000, 2_000), (2_980, 3_100)]),
        ],
        id="a sound in the last moment of a silence is waited for",
    ),
    pytest.param([], 500, None, [ended(6_500, [], TurnEnd.PATIENCE)], id="nobody speaks"),
    pytest.param(
        [(6_300, 7_000)], 500, None,
        [SpeechStarted(at_ms=6_300), PauseReached(at_ms=7_160), ended(8_000, [(6_300, 7_000)])],
        id="in the last moment",
    ),
    pytest.param(
        [(1_000, 60_000)], 500, None,
        [SpeechStarted(at_ms=1_000), ended(31_000, [(1_000, 31_000)], TurnEnd.TOO_LONG)],
        id="without end",
    ),
    pytest.param(
        [(1_000, 3_000)], 5_000, None,
        [
            SpeechStarted(at_ms=1_000), Duck(at_ms=1_060), StopPrompt(at_ms=1_380),
            PauseReached(at_ms=3_160), ended(4_000, [(1_000, 3_000)]),
        ],
        id="barge-in: lower within 120 ms, silent within 400",
    ),
    pytest.param(
        [(1_000, 1_300), (2_000, 2_200), (6_000, 7_000)], 5_000, None,
        [
            SpeechStarted(at_ms=1_000), Duck(at_ms=1_060), Restore(at_ms=1_400),
            SpeechStarted(at_ms=2_000), Duck(at_ms=2_060), Restore(at_ms=2_300),
            SpeechStarted(at_ms=6_000), PauseReached(at_ms=7_160), ended(8_000, [(6_000, 7_000)]),
        ],
        id="嗯 and 对 while we speak are no answers",
    ),
    pytest.param(
        [(1_000, 1_300)], 2_000, None,
        [
            SpeechStarted(at_ms=1_000), Duck(at_ms=1_060), Restore(at_ms=1_400),
            ended(8_000, [], TurnEnd.PATIENCE),
        ],
        id="a 嗯 and then nothing: patience runs from the prompt's end",
    ),
    pytest.param(
        [(1_900, 2_150)], 2_000, None,
        [
            SpeechStarted(at_ms=1_900), Duck(at_ms=1_960), Restore(at_ms=2_020),
            PauseReached(at_ms=2_320), ended(3_160, [(1_900, 2_160)]),
        ],
        id="a short answer outlives the prompt",
    ),
    pytest.param(
        [(1_600, 1_860)], 2_000, None,
        [
            SpeechStarted(at_ms=1_600), Duck(at_ms=1_660), Restore(at_ms=1_960),
            PauseReached(at_ms=2_020), ended(2_860, [(1_600, 1_860)]),
        ],
        id="a short answer is over just before the prompt",
    ),
    pytest.param(
        [(1_000, 1_300), (2_000, 3_000)], 5_000, None,
        [
            SpeechStarted(at_ms=1_000), Duck(at_ms=1_060), Restore(at_ms=1_400),
            SpeechStarted(at_ms=2_000), Duck(at_ms=2_060), StopPrompt(at_ms=2_380),
            PauseReached(at_ms=3_160), ended(4_000, [(2_000, 3_000)]),
        ],
        id="a 喂 long before barging in is no part of the answer",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("speech", "prompt_end_ms", "complete", "expected"), STORIES)
def test_stories(
    speech: Stretches, prompt_end_ms: int, complete: Complete, expected: list[TurnEvent]
) -> None:
    assert turn(speech, prompt_end_ms=prompt_end_ms, complete=complete) == expected


def test_what_was_thought_before_counts_only_for_its_own_pause() -> None:
    caller = Caller(TurnTracker(TurnPolicy()), [(1_000, 2_000), (2_400, 3_000)])
    events = caller.turn(lambda at_ms: 0.1 if at_ms < 2_400 else 0.9)
    assert events[-1] == ended(3_500, [(1_000, 2_000), (2_400, 3_000)])


def test_between_turns_nothing_happens() -> None:
    tracker = TurnTracker(TurnPolicy())
    Caller(tracker, [(1_000, 2_000)]).turn()
    assert [tracker.feed(at_ms, 0.9, -25.0, False, None) for at_ms in range(3_000, 3_200, 20)] == [()] * 10
    assert tracker.speaking


def test_the_next_turn_has_its_own_patience() -> None:
    caller = Caller(TurnTracker(TurnPolicy()), [(1_000, 2_000)])
    caller.turn()
    caller.prompt_end_ms = 4_000
    caller.tracker.begin(patience_ms=1_500)
    assert caller.turn() == [ended(5_500, [], TurnEnd.PATIENCE)]


def test_a_prompt_that_begins_a_little_after_the_turn() -> None:
    tracker = TurnTracker(TurnPolicy())
    tracker.feed(0, 0.03, -70.0, False, None)
    caller = Caller(tracker, [], prompt_end_ms=3_000)
    caller.now_ms = 20
    assert caller.turn() == [ended(9_000, [], TurnEnd.PATIENCE)]


def test_speech_between_turns_belongs_to_the_next() -> None:
    caller = Caller(TurnTracker(TurnPolicy()), [(1_000, 2_000), (3_000, 4_000)])
    caller.turn()
    while caller.now_ms < 3_200:
        caller.tracker.feed(caller.now_ms, 0.9 if caller.now_ms >= 3_000 else 0.03, -25.0, False, None)
        caller.now_ms += 20
    caller.tracker.begin()
    assert caller.turn() == [
        SpeechStarted(at_ms=3_000), PauseReached(at_ms=4_160), ended(5_000, [(3_000, 4_000)]),
    ]  # fmt: skip


def test_who_talks_on_and_on_gets_a_full_turn_each_time() -> None:
    caller = Caller(TurnTracker(TurnPolicy()), [(1_000, 90_000)])
    caller.turn()
    caller.tracker.begin()
    assert caller.turn()[-1] == ended(61_000, [(31_000, 61_000)], TurnEnd.TOO_LONG)


@pytest.mark.parametrize(
    ("complete", "needed_ms"),
    [(None, 1_000), (1.0, 500), (0.8, 500), (0.55, 850), (0.3, 1_200), (0.15, 1_350), (0.0, 1_500)],
)
def test_silence_needed(complete: Complete, needed_ms: int) -> None:
    assert silence_needed_ms(complete, TurnPolicy()) == needed_ms


@pytest.mark.parametrize(
    ("stretches", "expected"),
    [
        pytest.param([], (), id="none"),
        pytest.param([(0, 100), (349, 400)], ((0, 400),), id="249 ms"),
        pytest.param([(0, 100), (350, 400)], ((0, 100), (350, 400)), id="250 ms"),
    ],
)
def test_merging(stretches: Stretches, expected: tuple[tuple[int, int], ...]) -> None:
    assert merged(stretches, 250) == expected
