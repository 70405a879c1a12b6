import numpy as np
import pytest

from dialogue.turn.tracker import TurnPolicy
from ivr.bench.notes import CallNotes, HeardFrame, Mark, Step
from ivr.bench.replay import PRESENT, SHIFTS_MS, replay, silences_ms
from ivr.bench.turns import Answered, AnswerKind

FRAME_S = 0.02


def answered(began_s: float, ends_s: float) -> Answered:
    return Answered(
        question_id="a",
        kind=AnswerKind.FACT,
        began_s=began_s,
        ends_s=ends_s,
        question_s=ends_s + 0.9,
        pauses_ms=(),
        turn_ms=900.0,
        ack_ms=None,
        cut_off=None,
        stages_ms={},
    )


def notes(speech: list[tuple[float, float]], marks: list[Mark], *, until_s: float) -> CallNotes:
    frames = []
    for at_s in np.arange(0.0, until_s, FRAME_S):
        voice = any(start <= at_s < end for start, end in speech)
        frames.append(
            HeardFrame(
                at_s=float(at_s), probability=0.95 if voice else 0.02, level_db=-25.0 if voice else -70.0
            )
        )
    return CallNotes(frames=frames, marks=marks)


def test_each_silence_moves_the_end_by_itself() -> None:
    policy = TurnPolicy()
    marks = [Mark(step=Step.WEIGHED, at_s=2.2, complete=None)]
    (found,) = replay([answered(1.0, 2.0)], notes([(1.0, 2.0)], marks, until_s=6.0), policy)
    for silence_ms, ending in zip(silences_ms(policy), found.endings, strict=True):
        assert ending is not None
        assert ending.over_s == pytest.approx(2.0 + silence_ms / 1_000, abs=0.05)
        assert ending.ready_s == 2.2


def test_what_the_words_said_counts_from_when_it_was_known() -> None:
    policy = TurnPolicy()
    marks = [
        Mark(step=Step.WEIGHED, at_s=2.3, complete=None),
        Mark(step=Step.DOUBTED, at_s=2.4, complete=0.3),
    ]
    (found,) = replay([answered(1.0, 2.0)], notes([(1.0, 2.0)], marks, until_s=6.0), policy)
    present = found.endings[PRESENT]
    assert present is not None
    assert present.over_s == pytest.approx(2.0 + policy.end_max_ms / 1_000, abs=0.05)
    assert present.ready_s == 2.3


def test_what_is_not_weighed_yet_is_waited_for() -> None:
    policy = TurnPolicy()
    marks = [Mark(step=Step.WEIGHED, at_s=2.0 + (policy.end_usual_ms + 100) / 1_000, complete=0.9)]
    (found,) = replay([answered(1.0, 2.0)], notes([(1.0, 2.0)], marks, until_s=6.0), policy)
    present = found.endings[PRESENT]
    assert present is not None
    assert present.over_s == pytest.approx(marks[0].at_s, abs=0.05)


def test_an_inner_pause_forgets_what_was_said_of_the_one_before() -> None:
    policy = TurnPolicy()
    marks = [Mark(step=Step.WEIGHED, at_s=2.3, complete=0.9)]  # 0.45 s of silence end nothing
    speech = [(1.0, 2.0), (2.45, 3.0)]
    (found,) = replay([answered(1.0, 3.0)], notes(speech, marks, until_s=7.0), policy)
    present = found.endings[PRESENT]
    assert present is not None
    assert present.over_s == pytest.approx(3.0 + policy.end_max_ms / 1_000, abs=0.05)
    cut_short = found.endings[SHIFTS_MS.index(-200)]
    assert cut_short is not None
    assert cut_short.over_s < 3.0


def test_two_answers_of_one_call_are_told_apart() -> None:
    policy = TurnPolicy()
    speech = [(1.0, 2.0), (5.0, 5.6)]
    first, second = replay([answered(1.0, 2.0), answered(5.0, 5.6)], notes(speech, [], until_s=9.0), policy)
    ends = [one.endings[PRESENT] for one in (first, second)]
    assert [ending.over_s for ending in ends if ending] == pytest.approx(
        [end_s + policy.end_max_ms / 1_000 for end_s in (2.0, 5.6)], abs=0.05
    )
