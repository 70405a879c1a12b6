"""The intent of a reply: rules for the clear wordings, the trained model for the rest."""

from pathlib import Path
from threading import Lock
from typing import Protocol

from dialogue.answer.content import mentions
from dialogue.answer.intent.intent import Intent, IntentGuess
from dialogue.answer.intent.rules import by_rule, by_wording
from dialogue.answer.tables import Tables

_LONG_REPLY = 8  # characters without fillers
_SHARE = 0.5  # of a long open reply that a phrase must make up
SURE = 0.9  # below it, a reply without a clear wording is taken for an answer


class IntentModel(Protocol):
    """Anything that gives each intent a probability. Blocks under 10 ms."""

    def probabilities(self, text: str) -> dict[Intent, float]:
        """Sums to 1. `text`: as recognised."""
        ...


class IntentClassifier:
    """Rules first. The model is loaded when it is first needed, once, and shared by all calls."""

    def __init__(self, tables: Tables, *, model_folder: Path | None = None) -> None:
        """`model_folder`: a transformers sequence classifier with our labels; None: rules only."""
        self._tables = tables
        self._folder = model_folder
        self._model: IntentModel | None = None
        self._lock = Lock()

    def classify(self, text: str, *, open_answer: bool = False) -> IntentGuess:
        """Never fails: what nothing fits is an answer. Blocks under 10 ms once the model is loaded.

        `open_answer`: the question asks to tell something. A long reply is then an answer even if it
        holds 没时间 or 不知道 somewhere.
        """
        guess = by_rule(text, self._tables)
        length = len(mentions(text))
        told = open_answer and length >= _LONG_REPLY
        if guess is not None and not (told and len(guess.phrase) < _SHARE * length):
            return guess
        found = {} if told else self.probabilities(text)
        if not found:
            return IntentGuess(intent=Intent.ANSWER, probability=None, source="words")
        intent = max(found, key=lambda i: found[i])
        if found[intent] < SURE:
            return IntentGuess(intent=Intent.ANSWER, probability=found.get(Intent.ANSWER), source="model")
        return IntentGuess(intent=intent, probability=found[intent], source="model")

    def wording(self, text: str) -> IntentGuess | None:
        """What the tables' wordings alone say; None: nothing plain."""
        return by_wording(text, self._tables)

    def probabilities(self, text: str) -> dict[Intent, float]:
        """What the model alone makes of the words; empty without words or without a model."""
        model = self._loaded()
        return model.probabilities(text) if model is not None and text.strip() else {}

    def warm(self) -> None:
        """Loads model and pinyin now, so that no call waits for them. Blocks for some seconds."""
        by_rule("先读一遍拼音字典", self._tables)
        self._loaded()

    def _loaded(self) -> IntentModel | None:
        if self._folder is None:
            return None
        with self._lock:
            if self._model is None:
                from dialogue.answer.intent.model import TransformersIntentModel

                self._model = TransformersIntentModel(self._folder)
            return self._model
