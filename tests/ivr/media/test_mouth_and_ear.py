"""The two pure halves of a session."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dialogue.line import Samples
from ivr.media.ear import JUDGED_TICKS, Ear
from ivr.media.mouth import Mouth


def ramp(count: int) -> Samples:
    return (np.arange(count) % 30_000 + 1_000).astype(np.int16)


@given(st.lists(st.integers(0, 700), max_size=6))
def test_prompts_of_any_length_are_said_in_order_without_a_gap(sizes: list[int]) -> None:
    mouth, whole = Mouth(), ramp(sum(sizes))
    start = 0
    for size in sizes:
        mouth.say(whole[start : start + size])
        start += size
    assert mouth.left_ms() == -(-whole.size // 8)
    frames = [mouth.frame() for _ in range(-(-whole.size // 160) + 1)]
    assert {frame.shape for frame in frames} == {(160,)}
    said = np.concatenate(frames)
    assert np.array_equal(said[: whole.size], whole)
    assert not said[whole.size :].any()
    assert mouth.left_ms() == 0


def test_the_frame_in_the_air_is_still_to_be_said() -> None:
    mouth = Mouth()
    mouth.say(ramp(240))
    assert mouth.left_ms() == 30
    mouth.frame()
    assert mouth.left_ms() == 30
    mouth.frame()
    assert mouth.left_ms() == 10
    assert mouth.silent
    mouth.frame()
    assert mouth.left_ms() == 0


def test_stopping_fades_within_5_ms_and_tells_what_was_not_said() -> None:
    mouth = Mouth()
    mouth.say(np.full(1_600, 10_000, np.int16))
    mouth.frame()
    assert mouth.stop() == 180
    assert mouth.left_ms() == 0
    fade = mouth.frame()
    assert fade[0] == 10_000
    assert np.all(np.diff(fade[:40]) < 0)
    assert not fade[40:].any()
    assert not mouth.frame().any()


def test_a_prompt_after_a_stop_follows_the_fade_at_full_level() -> None:
    mouth = Mouth()
    mouth.say(np.full(1_600, 10_000, np.int16))
    mouth.duck(-12.0)
    mouth.frame()
    mouth.stop()
    mouth.say(np.full(160, 7_000, np.int16))
    mouth.frame()
    assert np.all(mouth.frame() == 7_000)


def test_ducking_is_a_ramp_and_ends_with_the_prompt() -> None:
    mouth = Mouth()
    mouth.say(np.full(480, 10_000, np.int16))
    mouth.duck(-20.0)
    first, second = mouth.frame(), mouth.frame()
    assert first[0] == 10_000
    assert abs(int(first[-1]) - 1_000) <= 1
    assert np.all(abs(second.astype(int) - 1_000) <= 1)
    mouth.duck(0.0)
    assert mouth.frame()[-1] == 10_000
    mouth.duck(-20.0)
    mouth.frame()  # the prompt is over
    mouth.say(np.full(160, 10_000, np.int16))
    assert np.all(mouth.frame() == 10_000)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=20))
def test_audio_of_any_frame_size_is_recut(sizes: list[int]) -> None:
    whole = ramp(sum(sizes))
    ear, start = Ear(max_ms=10_000), 0
    for size in sizes:
        ear.push(whole[start : start + size].tobytes())
        start += size
    heard = [ear.take() for _ in range(whole.size // 160)]
    assert np.array_equal(np.concatenate([*heard, whole[:0]]), whole[: whole.size // 160 * 160])
    assert ear.dropped_ms == 0


def test_missing_audio_is_silence() -> None:
    ear = Ear(max_ms=1_000)
    assert not ear.take().any()
    assert ear.filled_ms == 20


def test_too_much_audio_loses_its_oldest() -> None:
    ear, whole = Ear(max_ms=100), ramp(160 * 8)
    ear.push(whole.tobytes())
    assert ear.dropped_ms == 60
    assert np.array_equal(ear.take(), whole[480:640])


def test_one_late_frame_costs_one_gap_and_nothing_afterwards() -> None:
    ear, pcm = Ear(max_ms=1_000), ramp(160).tobytes()
    ear.push(pcm)
    ear.take()
    ear.take()  # the second frame is late
    ear.push(pcm)
    for _ in range(500):
        ear.push(pcm)
        assert ear.take().any()
    assert (ear.filled_ms, ear.dropped_ms) == (20, 0)


def test_a_backlog_is_worked_off_in_the_callers_pauses() -> None:
    ear, voice, pause = Ear(max_ms=1_000), ramp(160).tobytes(), bytes(320)
    ear.push(voice * 20)  # a stall of the peer, and its backlog at once
    for _ in range(2 * JUDGED_TICKS):
        ear.push(voice)
        ear.take()
    assert ear.dropped_ms == 0  # not a syllable is lost
    for _ in range(100):
        ear.push(pause)
        ear.take()
    assert ear.backlog_ms <= 40
    assert ear.dropped_ms >= 18 * 20


def test_a_peer_with_large_frames_has_no_backlog_to_work_off() -> None:
    ear = Ear(max_ms=1_000)
    for _ in range(100):
        ear.push(bytes(320 * 5))
        for _ in range(5):
            ear.take()
    assert (ear.dropped_ms, ear.filled_ms) == (0, 0)
