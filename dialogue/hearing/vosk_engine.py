"""Vosk: recognises while the caller speaks, and can be bound to a list of phrases. No n-best, no scoring."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import vosk

from decision_hook.contract import SurveyError
from dialogue.hearing.cleaning import simplified
from dialogue.hearing.engine import ToScore, ToTranscribe, WordingScore
from dialogue.hearing.port import Transcript, Word
from dialogue.line import SAMPLE_RATE_HZ, Samples

# Vosk writes Chinese words apart; Korean and English keep their spaces.
_GAPS = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_CHUNK_MS = 200  # bounds the memory of a decoding step


class VoskEngine:
    """Implements HearingEngine over one loaded model, in the model's own language."""

    def __init__(self, folder: Path) -> None:
        """Loads the model (0.3 to 4 GB). Raises SurveyError if the folder holds none."""
        vosk.SetLogLevel(-1)  # it writes to stderr on its own otherwise
        try:
            self._model = vosk.Model(str(folder))
        except Exception as exc:  # the library raises bare Exception
            raise SurveyError(f"{folder}: not a usable Vosk model folder; correct hearing.model") from exc

    def stream(self, *, rate_hz: int = SAMPLE_RATE_HZ, grammar: Sequence[str] = ()) -> "VoskStream":
        """One utterance, heard as it comes. `grammar`: the only phrases it may be; () for anything.

        A grammar needs a model with a dynamic graph and words the model knows.
        """
        phrases = [json.dumps([*grammar, "[unk]"], ensure_ascii=False)] if grammar else []
        return VoskStream(vosk.KaldiRecognizer(self._model, float(rate_hz), *phrases))

    def transcribe_many(self, orders: Sequence[ToTranscribe]) -> tuple[Transcript, ...]:
        """See HearingEngine. The order's language is not looked at: a Vosk model has one."""
        found = []
        for order in orders:
            utterance = order.utterance
            stream = self.stream(rate_hz=utterance.rate_hz)
            step = utterance.rate_hz * _CHUNK_MS // 1_000
            for at in range(0, len(utterance.samples), step):
                stream.accept(utterance.samples[at : at + step])
            found.append(stream.finish())
        return tuple(found)

    def score_many(self, orders: Sequence[ToScore]) -> tuple[tuple[WordingScore, ...], ...]:
        """Vosk cannot tell the likelihood of given words: empty."""
        return tuple(() for _ in orders)


class VoskStream:
    """One utterance in progress. Blocking, and for one thread at a time."""

    def __init__(self, recognizer: vosk.KaldiRecognizer) -> None:
        self._recognizer = recognizer
        self._recognizer.SetWords(True)
        self._settled: list[dict[str, Any]] = []  # results of stretches that ended in a pause

    def accept(self, samples: Samples) -> str:
        """Hears more, any length at the stream's rate; returns the words so far."""
        if self._recognizer.AcceptWaveform(samples.astype("<i2").tobytes()):
            self._settled.append(json.loads(self._recognizer.Result()))
            partial = ""
        else:
            partial = json.loads(self._recognizer.PartialResult())["partial"]
        return _joined([*(part["text"] for part in self._settled), partial])

    def finish(self) -> Transcript:
        """Everything heard. The stream is used up."""
        self._settled.append(json.loads(self._recognizer.FinalResult()))
        words = tuple(
            Word(
                text=simplified(word["word"]),
                started_ms=round(word["start"] * 1_000),
                ended_ms=round(word["end"] * 1_000),
                probability=min(1.0, word["conf"]),
            )
            for part in self._settled
            for word in part.get("result", ())
        )
        return Transcript(text=_joined([part["text"] for part in self._settled]), words=words)


def _joined(parts: Sequence[str]) -> str:
    return _GAPS.sub("", simplified(" ".join(part for part in parts if part and part != "[unk]")))
