"""A folder that holds a small trained model: read here, written by the training."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForSequenceClassification
from transformers.utils.logging import disable_progress_bar

from decision_hook.contract import SurveyError
from dialogue.answer.intent.intent import Intent

L = TypeVar("L")
WEIGHTS_FILE = "model.safetensors"
_UNREADABLE = (OSError, ValueError, KeyError, SafetensorError)  # what broken files of a model raise
VOCABULARY_FILE = "vocab.json"  # a JSON list in order of number


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredModel(Generic[L]):
    """Never changed once it is read."""

    model: Any  # of transformers, ready to be asked
    labels: tuple[L, ...]
    vocabulary: tuple[str, ...]


def read_model(
    folder: Path, what: str, trained_with: str, *, kind: Any, label: Callable[[str], L]
) -> StoredModel[L]:
    """`folder`: config.json, model.safetensors, vocab.json. `kind`: AutoModelFor… of transformers.

    `label` makes one of its name; ValueError: there is none. `what` the folder should hold and what it is
    `trained_with` go into the SurveyError raised if it does not.
    """
    disable_progress_bar()  # of a model that is read in a hundredth of a second
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        labels = tuple(label(config.id2label[i]) for i in range(config.num_labels))
        model = kind.from_pretrained(folder, local_files_only=True)
        vocabulary = tuple(json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8")))
    except _UNREADABLE as exc:
        raise SurveyError(
            f"{folder}: no usable {what} ({type(exc).__name__}); "
            f"restore it from the repository or train it with {trained_with}"
        ) from exc
    return StoredModel(model=model.eval(), labels=labels, vocabulary=vocabulary)


def read_classifier(folder: Path, what: str, trained_with: str) -> StoredModel[Intent]:
    """Of whole replies; its labels are our intents. See `read_model`."""
    kind = AutoModelForSequenceClassification
    return read_model(folder, what, trained_with, kind=kind, label=Intent)
