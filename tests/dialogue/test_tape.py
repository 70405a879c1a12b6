"""The caller's audio by time."""

import numpy as np

from dialogue.line import FRAME_SAMPLES, FrameHeard
from dialogue.tape import Tape


def frame(at_ms: int, value: int) -> FrameHeard:
    return FrameHeard(samples=np.full(FRAME_SAMPLES, value, dtype=np.int16), at_ms=at_ms)


def test_samples_are_found_by_time() -> None:
    tape = Tape()
    for number in range(10):
        tape.append(frame(number * 20, number))
    assert tape.end_ms == 200
    cut = tape.between(40, 80)
    assert cut.tolist() == [2] * FRAME_SAMPLES + [3] * FRAME_SAMPLES


def test_a_stretch_is_widened_to_whole_frames_and_cut_to_what_there_is() -> None:
    tape = Tape()
    for number in range(3):
        tape.append(frame(number * 20, number))
    assert len(tape.between(-500, 25)) == 2 * FRAME_SAMPLES
    assert len(tape.between(50, 9_000)) == FRAME_SAMPLES
    assert len(tape.between(60, 9_000)) == 0


def test_missing_frames_read_as_silence() -> None:
    tape = Tape()
    tape.append(frame(0, 7))
    tape.append(frame(60, 9))
    assert tape.between(20, 60).tolist() == [0] * 2 * FRAME_SAMPLES
    assert tape.between(60, 80)[0] == 9


def test_the_oldest_is_forgotten() -> None:
    tape = Tape(max_ms=60)
    for number in range(10):
        tape.append(frame(number * 20, number))
    assert tape.between(0, 200).tolist() == np.repeat([7, 8, 9], FRAME_SAMPLES).tolist()
