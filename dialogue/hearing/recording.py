"""Reads sound files and writes down what they say."""

from pathlib import Path

import numpy as np
import soundfile

from decision_hook.contract import SurveyError
from dialogue.hearing.engine import HearingEngine, ToTranscribe
from dialogue.hearing.port import Utterance
from dialogue.hearing.silero import WINDOW
from dialogue.hearing.speech import SpeechFinder, stretches
from dialogue.line import SAMPLE_RATE_HZ

_LOWEST_RATE_HZ = 4_000


def read_recording(path: Path, *, longest_s: int | None = None) -> Utterance:
    """The whole file or its first `longest_s`, channels mixed, at its own rate.

    Raises SurveyError naming the file.
    """
    if not path.is_file():
        raise SurveyError(f"{path}: no such file; check the path")
    try:
        with soundfile.SoundFile(path) as file:
            rate_hz = file.samplerate
            frames = -1 if longest_s is None else longest_s * rate_hz
            sound = file.read(frames, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as exc:
        raise SurveyError(f"{path}: not a readable sound file; give a complete WAV or FLAC file") from exc
    if rate_hz < _LOWEST_RATE_HZ:
        raise SurveyError(f"{path}: {rate_hz} Hz is too low for speech; record at 8000 Hz or more")
    if not np.isfinite(sound).all():
        raise SurveyError(f"{path}: holds samples that are not numbers; write the file again")
    mixed = sound.mean(axis=1) if sound.size else np.empty(0, dtype=np.float32)
    return Utterance(
        samples=(np.clip(mixed, -1.0, 1.0) * 32_767).round().astype(np.int16), rate_hz=int(rate_hz)
    )


def write_down(recording: Utterance, engine: HearingEngine, finder: SpeechFinder) -> str:
    """What is said in a recording of any length, stretch by stretch between pauses. Blocks."""
    scale = WINDOW * recording.rate_hz / SAMPLE_RATE_HZ
    orders = [
        ToTranscribe(
            utterance=Utterance(
                samples=recording.samples[round(part.first * scale) : round(part.end * scale)],
                rate_hz=recording.rate_hz,
            )
        )
        for part in stretches(finder.probabilities(recording))
    ]
    # One by one: stretches of a long recording would make one very large batch.
    texts = [engine.transcribe_many([order])[0].text for order in orders]
    return " ".join(text for text in texts if text)
