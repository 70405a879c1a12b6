"""A folder that holds a classifier of intents: read here, written by the training."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForSequenceClassification

from decision_hook.contract import SurveyError
from dialogue.answer.intent.intent import Intent

WEIGHTS_FILE = "model.safetensors"
UNREADABLE = (OSError, ValueError, KeyError, SafetensorError)  # what broken files of a model raise
VOCABULARY_FILE = "vocab.json"  # a JSON list in order of number


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredClassifier:
    """Never changed once it is read."""

    model: Any  # a transformers sequence classifier, ready to be asked
    labels: tuple[Intent, ...]
    vocabulary: tuple[str, ...]


def read_classifier(folder: Path, what: str, trained_with: str) -> StoredClassifier:
    """`folder`: config.json (labels are our intents), model.safetensors, vocab.json.

    `what` it should hold and what it is `trained_with` go into the SurveyError raised if it does not.
    """
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        labels = tuple(Intent(config.id2label[i]) for i in range(config.num_labels))
        model = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True)
        vocabulary = tuple(json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8")))
    except UNREADABLE as exc:
        raise SurveyError(
            f"{folder}: no usable {what} ({type(exc).__name__}); "
            f"restore it from the repository or train it with {trained_with}"
        ) from exc
    return StoredClassifier(model=model.eval(), labels=labels, vocabulary=vocabulary)
