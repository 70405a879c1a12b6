"""The real completion model, and the real gate on a real 嗯."""

from pathlib import Path

import numpy as np
import pytest

from config.settings import Settings
from decision_hook.contract import SurveyError
from dialogue.hearing.silero import CONTEXT, WINDOW, SileroEngine, fresh_memory
from dialogue.line import Samples
from dialogue.speaking.kokoro import SAMPLE_RATE_HZ, Kokoro
from dialogue.speaking.telephone import to_telephone
from dialogue.turn.activity import GatePolicy, SpeechGate, level_db
from dialogue.turn.complete import FRAMES, MELS, TurnCompletion, doubt

MODELS = Settings().models
SMART_TURN = MODELS / "smart-turn" / "smart-turn-v3.2-cpu.onnx"
PAUSE = np.zeros(1_600, np.int16)  # 200 ms


@pytest.fixture(scope="module")
def completion() -> TurnCompletion:
    return TurnCompletion(SMART_TURN)


@pytest.fixture(scope="module")
def kokoro() -> Kokoro:
    return Kokoro(MODELS / "kokoro")


def said(kokoro: Kokoro, text: str) -> Samples:
    spoken = to_telephone(kokoro.speak(text), SAMPLE_RATE_HZ)
    voiced = np.flatnonzero(np.abs(spoken) > 200)
    return spoken[voiced[0] : voiced[-1] + 1]


@pytest.mark.models
def test_a_sentence_sounds_finished_and_a_filler_does_not(completion: TurnCompletion, kokoro: Kokoro) -> None:
    finished = completion.probability(np.concatenate((said(kokoro, "我属龙。"), PAUSE)))
    hesitant = completion.probability(np.concatenate((said(kokoro, "我住在杭州市西湖区，那个"), PAUSE)))
    assert hesitant < 0.3 < finished
    assert doubt(hesitant) == hesitant


@pytest.mark.models
@pytest.mark.parametrize("samples", [1, 159, 8_000, 63_200, 63_201, 64_000, 200_000])
def test_audio_of_any_length(completion: TurnCompletion, samples: int) -> None:
    noise = np.random.default_rng(1).normal(0, 2_000, samples).astype(np.int16)
    features = completion._log_mel(noise)
    assert features.shape == (MELS, FRAMES)
    assert np.isfinite(features).all()
    assert 0.0 <= completion.probability(noise) <= 1.0


@pytest.mark.models
def test_only_the_last_eight_seconds_count(completion: TurnCompletion) -> None:
    noise = np.random.default_rng(2).normal(0, 2_000, 160_000).astype(np.int16)
    assert completion.probability(noise) == pytest.approx(completion.probability(noise[-64_000:]), abs=1e-3)


@pytest.mark.models
def test_nothing_and_silence(completion: TurnCompletion) -> None:
    assert completion.probability(PAUSE[:0]) == 1.0
    assert 0.0 <= completion.probability(PAUSE) <= 1.0


@pytest.mark.parametrize("content", [None, b"", b"no model"])
def test_a_model_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    model = tmp_path / "smart-turn.onnx"
    if content is not None:
        model.write_bytes(content)
    with pytest.raises(SurveyError, match=r"smart-turn\.onnx: .*models gather"):
        TurnCompletion(model)


@pytest.mark.models
def test_another_model_is_refused() -> None:
    with pytest.raises(SurveyError, match="models gather"):
        TurnCompletion(MODELS / "silero" / "silero_vad.onnx")


@pytest.mark.parametrize(("probability", "expected"), [(0.0, 0.0), (0.39, 0.39), (0.4, None), (1.0, None)])
def test_doubt_is_believed_and_certainty_is_not(probability: float, expected: float | None) -> None:
    assert doubt(probability) == expected


@pytest.mark.models
def test_a_200_ms_eh_is_heard(kokoro: Kokoro) -> None:
    eh = said(kokoro, "嗯。")[:1_600]
    call = np.concatenate((np.zeros(8_000, np.int16), eh, np.zeros(8_000, np.int16)))
    silero, memory = SileroEngine(MODELS / "silero" / "silero_vad.onnx"), fresh_memory(1)
    rest = np.zeros(CONTEXT, np.int16)
    gate, probability, changes = SpeechGate(GatePolicy()), 0.0, []
    for start in range(0, call.size, 160):
        frame = call[start : start + 160]
        rest = np.concatenate((rest, frame))
        if rest.size >= CONTEXT + WINDOW:
            window, rest = rest[: CONTEXT + WINDOW].astype(np.float32) / np.float32(32_768), rest[WINDOW:]
            (probability,), memory = silero.step(window[np.newaxis], memory)
        change = gate.feed(start // 8, probability, level_db(frame))
        if change is not None:
            changes.append((change.speaking, change.at_ms))
    assert [speaking for speaking, _ in changes] == [True, False]
    assert 1_000 <= changes[0][1] <= 1_100
    assert 1_160 <= changes[1][1] <= 1_300
