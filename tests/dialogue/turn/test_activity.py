"""Speech and silence out of frame probabilities and levels."""

import numpy as np
import pytest

from dialogue.turn.activity import SILENCE_DB, GateChange, GatePolicy, SpeechGate, level_db

Frames = list[tuple[float, float]]  # (probability, level in dB)

VOICE, QUIET, HUM = (0.9, -25.0), (0.02, -70.0), (0.1, -40.0)


def changes(frames: Frames, *, over_noise_db: float | None = None) -> list[tuple[str, int]]:
    gate, seen = SpeechGate(GatePolicy()), list[GateChange]()
    for place, (probability, level) in enumerate(frames):
        change = gate.feed(place * 20, probability, level, over_noise_db=over_noise_db)
        if change is not None:
            seen.append(change)
    return [("speaks" if change.speaking else "silent", change.at_ms) for change in seen]


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        pytest.param([QUIET] * 50, [], id="nobody"),
        pytest.param(
            [QUIET] * 10 + [VOICE] * 30 + [QUIET] * 10, [("speaks", 200), ("silent", 800)], id="a sentence"
        ),
        pytest.param(
            [QUIET] * 10 + [(0.6, -35.0)] * 4 + [(0.2, -50.0)] * 10,
            [("speaks", 200), ("silent", 280)],
            id="a short, weak 嗯: of 200 ms the model sees 80",
        ),
        pytest.param([QUIET] * 10 + [VOICE] * 2 + [QUIET] * 10, [], id="a click"),
        pytest.param(
            [QUIET] * 10 + [VOICE] * 10 + [QUIET] * 4 + [VOICE] * 10 + [QUIET] * 10,
            [("speaks", 200), ("silent", 680)],
            id="a stop consonant is no pause",
        ),
        pytest.param(
            [QUIET] * 10 + [VOICE, (0.4, -30.0), VOICE] + [QUIET] * 20,
            [("speaks", 200), ("silent", 260)],
            id="one doubtful window does not restart the onset",
        ),
        pytest.param(
            [QUIET] * 10 + [VOICE, (0.3, -30.0), VOICE, VOICE] + [QUIET] * 20, [], id="a denied one does"
        ),
        pytest.param(
            [QUIET] * 10 + [VOICE] * 5 + [(0.4, -35.0)] * 20 + [QUIET] * 10,
            [("speaks", 200), ("silent", 700)],
            id="between the thresholds it stays as it is",
        ),
        pytest.param([(0.9, -60.0)] * 50, [], id="too soft to be a telephone voice"),
        pytest.param([HUM] * 100 + [(0.9, -38.0)] * 50, [], id="hardly above the line's own noise"),
        pytest.param(
            [HUM] * 100 + [VOICE] * 20 + [HUM] * 10,
            [("speaks", 2_000), ("silent", 2_400)],
            id="well above the line's own noise",
        ),
    ],
)
def test_stretches(frames: Frames, expected: list[tuple[str, int]]) -> None:
    assert changes(frames) == expected


def test_over_a_prompt_speech_must_stand_out_more() -> None:
    leak = [(0.1, -40.0)] * 100 + [(0.9, -34.0)] * 20
    assert changes(leak) == [("speaks", 2_000)]
    assert changes(leak, over_noise_db=8.0) == []


def test_the_noise_floor_is_the_level_of_silence() -> None:
    gate = SpeechGate(GatePolicy())
    for place in range(400):
        gate.feed(place * 20, *(VOICE if place % 100 > 50 else HUM))
    assert gate.noise_db == pytest.approx(-40.0, abs=1.0)


def test_speech_lifts_the_noise_floor_only_slowly() -> None:
    gate = SpeechGate(GatePolicy())
    for place in range(500):
        gate.feed(place * 20, *VOICE)
    assert gate.speaking
    assert gate.noise_db == pytest.approx(-55.0, abs=0.5)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        pytest.param(np.zeros(160, np.int16), SILENCE_DB, id="digital silence"),
        pytest.param(np.full(160, -32_768, np.int16), 0.0, id="full scale"),
        pytest.param(np.full(160, 3_277, np.int16), -20.0, id="a tenth of it"),
        pytest.param(np.zeros(0, np.int16), SILENCE_DB, id="nothing"),
    ],
)
def test_level(samples: "np.ndarray[tuple[int], np.dtype[np.int16]]", expected: float) -> None:
    assert level_db(samples) == pytest.approx(expected, abs=0.01)


def test_a_room_full_of_voices_is_not_the_caller() -> None:
    rng = np.random.default_rng(4)
    babble = [(0.95, float(level)) for level in rng.normal(-35, 3, 400)]
    caller = [(0.97, -18.0)] * 60
    found = changes([*babble, *caller, *babble[:100]])
    assert found[0][0] == "speaks"  # before the room is known, after 4 s
    assert [what for what, at_ms in found if at_ms >= 4_500] == ["speaks", "silent"]
    began = next(at_ms for what, at_ms in found if at_ms >= 4_500)
    assert 8_000 <= began <= 8_100


def test_a_phrase_in_even_noise_is_no_room() -> None:
    """Over noise a phrase has no gaps 25 dB below its words either, but it does not last as long."""
    noise, phrase = [(0.1, -40.0)] * 15, [(0.95, -31.0)] * 60
    assert changes([*noise, *phrase, *noise * 3]) == [("speaks", 300), ("silent", 1_500)]
