"""Whisper's tokens: the start sequence, texts, and how token probabilities become scores of wordings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from decision_hook.contract import SurveyError
from dialogue.hearing.context import GENERAL
from dialogue.hearing.engine import WordingScore
from dialogue.hearing.forced import TokenTree, grow_tree
from dialogue.hearing.sounds import SoundTable, spoken_as

# Of a longer context the end counts; examples and a question are 25 to 45 tokens, and more cost time.
_CONTEXT_TOKENS = 64

# Next-token log probabilities of an encoded utterance, (frames, width), over a tree: WhisperModel.log_probs.
LogProbs = Callable[[NDArray[np.float32], TokenTree], NDArray[np.float32]]


@dataclass(frozen=True)
class Vocabulary:
    """The tokenizer of one model. Immutable; the table of sounds is made at first use (about 0.3 s)."""

    tokenizer: Tokenizer

    def start(self, language: str, context: str = "") -> list[int]:
        """The tokens before the text: what was said before, then the task.

        Raises SurveyError for a language that the model does not know.
        """
        code = self.tokenizer.token_to_id(f"<|{language}|>")
        if code is None:
            raise SurveyError(f'hearing: no language "{language}" in this model; use a code like "zh"')
        before = self.ids(context or GENERAL.get(language, ""))[-_CONTEXT_TOKENS:]
        return [
            *([self.special("<|startofprev|>")] if before else []),
            *before,
            self.special("<|startoftranscript|>"),
            code,
            self.special("<|transcribe|>"),
            self.special("<|notimestamps|>"),
        ]

    def special(self, *names: str) -> int:
        """The id of a token that is no text; of the first name that the model has."""
        for name in names:
            token = self.tokenizer.token_to_id(name)
            if token is not None:
                return int(token)
        raise SurveyError(f"tokenizer.json: has no {names[0]}; hearing.model must be a multilingual Whisper")

    @cached_property
    def end(self) -> int:
        """The token that ends a text; all text tokens are smaller."""
        return self.special("<|endoftext|>")

    def text(self, ids: Sequence[int]) -> str:
        """The text, special tokens and broken characters left out."""
        decoded: str = self.tokenizer.decode(ids, skip_special_tokens=True)
        return decoded.replace("\ufffd", "")

    def ids(self, text: str) -> list[int]:
        encoded: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return encoded

    @cached_property
    def sounds(self) -> SoundTable:
        whole = {token: self.tokenizer.decode([token]) for token in range(self.end)}
        return SoundTable({token: text for token, text in whole.items() if "\ufffd" not in text})

    def score(
        self, log_probs: LogProbs, encoded: NDArray[np.float32], wordings: Sequence[str], start: Sequence[int]
    ) -> tuple[WordingScore, ...]:
        """One score per wording, all from one pass of the decoder that begins with the tokens `start`."""
        if not wordings:
            return ()
        sequences = [self.ids(wording) for wording in wordings]
        tree = grow_tree(start, sequences)
        rows = log_probs(encoded, tree)
        return tuple(
            self._score(wording, ids, rows[[0, *(node - tree.start + 1 for node in path)]])
            for wording, ids, path in zip(wordings, sequences, tree.paths, strict=True)
        )

    def _score(self, wording: str, ids: Sequence[int], rows: NDArray[np.float32]) -> WordingScore:
        """`rows`: (tokens + 1, vocabulary), row i before token i."""
        pieces, exact, sounds = [], [], []
        syllables = spoken_as(wording)
        at = 0
        for first, last in self._pieces(ids):
            piece = self.tokenizer.decode(ids[first:last])
            written = float(sum(rows[i, ids[i]] for i in range(first, last)))
            pieces.append(piece)
            exact.append(written)
            alike = self.sounds.log_mass(rows[first], syllables[at:])
            sounds.append(max(written, float(np.logaddexp(written, alike)) if last - first > 1 else alike))
            at += len(piece)
        return WordingScore(
            pieces=tuple(pieces), exact=tuple(exact), sounds=tuple(sounds), end=float(rows[-1, self.end])
        )

    def _pieces(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        """Tokens grouped so that each group is whole characters."""
        groups, first = [], 0
        for last in range(1, len(ids) + 1):
            if "\ufffd" not in self.tokenizer.decode(ids[first:last]):
                groups.append((first, last))
                first = last
        return groups


def load_vocabulary(folder: Path) -> Vocabulary:
    """From `tokenizer.json`. Raises SurveyError if it is missing or broken."""
    path = folder / "tokenizer.json"
    try:
        return Vocabulary(Tokenizer.from_file(str(path)))
    except Exception as exc:  # the library raises bare Exception
        raise SurveyError(
            f"{path}: not a usable tokenizer; "
            "gather the models with `shengwen models gather`, or correct hearing.model"
        ) from exc
