import math
from collections.abc import Sequence

import pytest

from ivr.bench.curve import Ending
from ivr.bench.peers.messages import PeerNotes, Verdict, Window
from ivr.bench.peers.replay import PRESENT, SILENCES_MS, WINDOW_S, replay
from ivr.bench.turns import Answered, AnswerKind, CutOff


def answered(began_s: float, ends_s: float, question_s: float) -> Answered:
    cut_off = CutOff.PROMPT if question_s < ends_s else None
    return Answered(
        question_id="a",
        kind=AnswerKind.FACT,
        began_s=began_s,
        ends_s=ends_s,
        question_s=question_s,
        pauses_ms=(),
        turn_ms=None if cut_off else (question_s - ends_s) * 1_000,
        ack_ms=None,
        cut_off=cut_off,
        stages_ms={},
    )


def windows(speech: Sequence[tuple[float, float]], until_s: float) -> list[Window]:
    return [
        Window(at_s=at_s, speech=any(start <= at_s < end for start, end in speech))
        for at_s in (n * WINDOW_S for n in range(round(until_s / WINDOW_S)))
    ]


def replayed(
    speech: Sequence[tuple[float, float]],
    verdicts: Sequence[tuple[float, float]],
    transcripts_s: Sequence[float] = (),
    *,
    question_s: float = 3.2,
) -> tuple[Ending | None, ...]:
    notes = PeerNotes(
        prompts=[],
        windows=windows(speech, 9.0),
        verdicts=[Verdict(at_s=at_s, probability=p) for at_s, p in verdicts],
        transcripts_s=list(transcripts_s),
    )
    (found,) = replay([answered(speech[0][0], speech[-1][1], question_s)], notes)
    return found.endings


def test_a_finished_turn_ends_with_the_silence() -> None:
    endings = replayed([(1.0, 2.0)], [(2.25, 0.9)], [2.9])
    for silence_ms, ending in zip(SILENCES_MS, endings, strict=True):
        assert ending is not None
        assert ending.over_s == pytest.approx(2.0 + silence_ms / 1_000, abs=0.04)
    present = endings[PRESENT]
    assert present is not None
    assert present.ready_s == pytest.approx(2.9)
    longest = endings[-1]
    assert longest is not None
    assert longest.ready_s == pytest.approx(3.7, abs=0.04)  # recognition begins with the pause


def test_an_unfinished_turn_waits_three_seconds_more() -> None:
    ending = replayed([(1.0, 2.0)], [(2.25, 0.2)], [2.9], question_s=5.5)[PRESENT]
    assert ending is not None
    assert ending.over_s == pytest.approx(5.2, abs=0.04)


def test_a_pause_that_sounds_finished_cuts_off_only_below_its_length() -> None:
    endings = replayed([(1.0, 1.6), (2.05, 2.8)], [(1.85, 0.9), (3.05, 0.9)], [3.4], question_s=3.6)
    over = [math.nan if ending is None else ending.over_s for ending in endings]
    cut = [ms for ms, at_s in zip(SILENCES_MS, over, strict=True) if at_s < 2.8]
    assert cut == [200, 300, 400]


def test_an_unfinished_pause_is_waited_out() -> None:
    endings = replayed([(1.0, 1.6), (2.1, 2.8)], [(1.85, 0.1), (3.05, 0.9)], [3.4], question_s=3.6)
    assert all(ending is not None and ending.over_s > 2.8 for ending in endings)
