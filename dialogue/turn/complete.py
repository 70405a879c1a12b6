"""Does this sound finished? Smart-turn v3.2 on the last eight seconds of the caller."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from dialogue.line import SAMPLE_RATE_HZ, Samples

if TYPE_CHECKING:
    import torch

MODEL_RATE_HZ = 16_000  # fed 8 kHz, the model answers without complaint, and wrongly
WINDOW_S = 8
MELS = 80
INPUT, FRAMES = "input_features", WINDOW_S * 100
# Callers hand over the turn when a pause of 160 ms is reached; the model judges best after 300 ms. On
# synthetic Mandarin through A-law (10 whole sentences, 19 cut at their quietest inner points) the area
# under the curve is 0.61-0.67 with 200 ms of silence, 0.69-0.77 with 300, 0.57-0.62 with 700.
ADDED_SILENCE = SAMPLE_RATE_HZ // 10
# Of 188 pauses in open answers, 18 % of the inner ones and 3 % of the last came below. Of short answers the
# model knows nothing: 23 % of the last, 16 % of the inner ones.
TRUSTED_BELOW = 0.1
GOES_ON = 0.3


def doubt(probability: float) -> float | None:
    """What a completion probability is worth to TurnTracker.feed: a brake, or None for nothing known."""
    return GOES_ON if probability < TRUSTED_BELOW else None


class TurnCompletion:
    """One loaded model for all calls. Blocks for some 35 ms of one core: call it in an executor.

    Safe from several threads at once; nothing changes after construction.
    """

    def __init__(self, model: Path) -> None:
        """Loads the ONNX file. SurveyError if it is missing or not the model we know."""
        import onnxruntime
        import torchaudio
        from faster_whisper.feature_extractor import FeatureExtractor

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # calls run side by side; one must not take every core
        options.inter_op_num_threads = 1
        try:
            session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
            shape = {one.name: one.shape for one in session.get_inputs()}[INPUT]
        except Exception as problem:  # onnxruntime has its own exception family, not exported as one
            raise SurveyError(
                f"{model}: not a usable smart-turn model; run `shengwen models gather`"
            ) from problem
        if shape[1:] != [MELS, FRAMES]:
            raise SurveyError(f"{model}: takes {shape}, not smart-turn v3; run `shengwen models gather`")
        self._session: Any = session
        self._features: Any = FeatureExtractor(
            feature_size=MELS, sampling_rate=MODEL_RATE_HZ, chunk_length=WINDOW_S
        )
        self._resample: torch.nn.Module = torchaudio.transforms.Resample(SAMPLE_RATE_HZ, MODEL_RATE_HZ)

    def probability(self, samples: Samples) -> float:
        """Probability that the speaker has finished, 0..1.

        `samples`: int16 (n,), 8 kHz, from the turn's first word up to now, about 160 ms of silence
        after the last word included; only the last 8 s count. Empty audio is finished: 1.0.
        """
        if not samples.size:
            return 1.0
        features = self._log_mel(samples)
        (output,) = self._session.run(None, {INPUT: features[np.newaxis]})
        return float(output[0, 0])  # named logits, but the graph ends in a sigmoid

    def _log_mel(self, samples: Samples) -> NDArray[np.float32]:
        """Whisper's features, (80, 800), of the waveform padded in front and normalised as in training."""
        import torch

        heard = samples[ADDED_SILENCE - WINDOW_S * SAMPLE_RATE_HZ :].astype(np.float32) / 32_768.0
        recent = np.concatenate((heard, np.zeros(ADDED_SILENCE, np.float32)))
        with torch.inference_mode():
            wide = self._resample(torch.from_numpy(recent)).numpy()
        window = np.zeros(WINDOW_S * MODEL_RATE_HZ, np.float32)
        window[-wide.size :] = wide
        window = (window - window.mean()) / np.sqrt(window.var() + 1e-7)
        log_mel: NDArray[np.float32] = self._features(window, padding=0)
        return log_mel[:, :FRAMES].astype(np.float32)
