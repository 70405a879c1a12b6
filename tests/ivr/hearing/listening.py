"""A bench without models: voice activity by energy, a recogniser that says what it is told."""

from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np

from dialogue.answer.intent.classify import IntentClassifier
from dialogue.answer.judge import AnswerJudge
from dialogue.hearing.port import Transcript
from dialogue.line import Samples
from ivr.hearing.evaluate import Bench
from tests.dialogue.answer.asked import TODAY, phone_intents, tables
from tests.dialogue.answer.delivery.voices import WOMAN, pcm, spoken
from tests.fakes.recognizer import FakeRecognizer


class LoudIsSpeech:
    """Implements Activity."""

    async def probabilities(self, frames: Sequence[Samples]) -> list[float]:
        return [0.95 if np.abs(frame).max(initial=0) > 1_000 else 0.02 for frame in frames]

    def close(self) -> None:
        pass


def bench(executor: Executor, *transcripts: Transcript | str | None) -> Bench:
    recognizer = FakeRecognizer(transcripts)
    words = IntentClassifier(tables())
    judge = AnswerJudge(recognizer, words, tables(), executor, phone_intents(), today=lambda: TODAY)
    return Bench(judge=judge, recognizer=recognizer, stream=LoudIsSpeech, tables=tables(), today=TODAY)


def answer(*spoken_ms: tuple[int, int], length_ms: int = 3_000) -> Samples:
    """A voice at these times over a quiet line, 8 kHz."""
    sound = np.random.default_rng(5).standard_normal(length_ms * 8) * 10 ** (-65 / 20)
    for number, (start, end) in enumerate(spoken_ms):
        sound[start * 8 : end * 8] += 0.1 * spoken(WOMAN, end - start, number)
    return pcm(sound)
