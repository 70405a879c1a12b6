"""Whisper through CTranslate2, int8: the recogniser of the default call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError
from dialogue.hearing.forced import ForcedDecoder, TokenTree
from dialogue.hearing.heads import NO_HEADS, Heads
from dialogue.hearing.reduced import Reduced, mandarin_tokens, reduced
from dialogue.hearing.speech import SpeechFinder
from dialogue.hearing.vocabulary import load_vocabulary
from dialogue.hearing.weights import read_model
from dialogue.hearing.whisper import (
    NO_REPEAT_NGRAM,
    REPETITION_PENALTY,
    Hypothesis,
    Reading,
    WhisperEngine,
)


class CTranslate2Whisper:
    """Implements WhisperModel. Immutable after construction."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        """Loads the model: about 2 s and 0.5 GB. `threads`: how many requests run at once, one core each.

        One core per request rather than all cores for one: measured, two cores shorten one answer's
        encoding by a sixth, its decoding not at all, and cost half as much again. Raises SurveyError
        if the folder holds no such model.
        """
        file = read_model(folder / "model.bin")
        try:
            self._model = _opened(folder, threads)
            self.vocabulary = load_vocabulary(folder)
            smaller = reduced(folder, file, mandarin_tokens(self.vocabulary))
            self._mandarin = _Mandarin.of(smaller, threads) if smaller is not None else None
        except (OSError, ValueError, RuntimeError) as exc:  # the library raises bare ones
            raise SurveyError(
                f"{folder}: not a usable CTranslate2 Whisper model; "
                "gather the models with `shengwen models gather`, or correct hearing.model"
            ) from exc
        self._decoder = ForcedDecoder(file.weights())

    @property
    def mels(self) -> int:
        return int(self._model.n_mels)

    def encode(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """See WhisperModel."""
        view = ctranslate2.StorageView.from_array(np.ascontiguousarray(features))
        return np.array(self._model.encode(view, to_cpu=True))

    def read(
        self, encoded: NDArray[np.float32], *, starts: Sequence[Sequence[int]], max_tokens: int, beam: int
    ) -> list[Reading]:
        """See WhisperModel. Where the smaller model has the tokens of the start, it writes only its own."""
        if self._mandarin is not None and self._mandarin.knows(starts):
            return self._mandarin.read(encoded, starts, max_tokens, beam)
        return _read(self._model, encoded, starts, max_tokens, beam)

    def log_probs(self, encoded: NDArray[np.float32], tree: TokenTree) -> NDArray[np.float32]:
        """See WhisperModel."""
        return self._decoder.log_probs(encoded, tree)


@dataclass(frozen=True, slots=True)
class _Mandarin:
    """The smaller model, spoken to in the tokens of the whole one."""

    model: ctranslate2.models.Whisper
    tokens: tuple[int, ...]
    numbers: Mapping[int, int]  # of the tokens

    @classmethod
    def of(cls, smaller: Reduced, threads: int) -> "_Mandarin":
        numbers = {token: number for number, token in enumerate(smaller.tokens)}
        return cls(_opened(Path("mandarin"), threads, smaller.files), smaller.tokens, numbers)

    def knows(self, starts: Sequence[Sequence[int]]) -> bool:
        return all(token in self.numbers for start in starts for token in start)

    def read(
        self, encoded: NDArray[np.float32], starts: Sequence[Sequence[int]], max_tokens: int, beam: int
    ) -> list[Reading]:
        own = [[self.numbers[token] for token in start] for start in starts]
        return [
            replace(
                reading,
                hypotheses=tuple(
                    replace(one, tokens=tuple(self.tokens[token] for token in one.tokens))
                    for one in reading.hypotheses
                ),
            )
            for reading in _read(self.model, encoded, own, max_tokens, beam)
        ]


def _opened(folder: Path, threads: int, files: dict[str, bytes] | None = None) -> ctranslate2.models.Whisper:
    """`files`: in place of those of the folder, whose name is all that counts then."""
    return ctranslate2.models.Whisper(
        str(folder),
        device="cpu",
        compute_type="int8",
        inter_threads=threads,
        intra_threads=1,
        files=files,
    )


def _read(
    model: ctranslate2.models.Whisper,
    encoded: NDArray[np.float32],
    starts: Sequence[Sequence[int]],
    max_tokens: int,
    beam: int,
) -> list[Reading]:
    results = model.generate(
        ctranslate2.StorageView.from_array(encoded),
        [list(start) for start in starts],
        beam_size=beam,
        num_hypotheses=beam,
        repetition_penalty=REPETITION_PENALTY,
        no_repeat_ngram_size=NO_REPEAT_NGRAM,
        # The library generates at most half of it, and no further than it from the start token on.
        max_length=max(2 * max_tokens, len(starts[0]) + max_tokens),
        return_scores=True,
        return_no_speech_prob=True,
    )
    return [
        Reading(
            hypotheses=tuple(
                Hypothesis(tokens=tuple(tokens), log_prob=score)
                for tokens, score in zip(result.sequences_ids, result.scores, strict=True)
            ),
            no_speech=result.no_speech_prob,
        )
        for result in results
    ]


def load(folder: Path, finder: SpeechFinder, *, threads: int, heads: Heads = NO_HEADS) -> WhisperEngine:
    """The engine on the model in `folder`. Raises SurveyError."""
    model = CTranslate2Whisper(folder, threads=threads)
    return WhisperEngine(model, model.vocabulary, finder, heads)
