"""The trained intent classifier: any transformers sequence classifier with our labels and vocabulary."""

from pathlib import Path

import torch

from dialogue.answer.intent.intent import Intent
from dialogue.answer.intent.stored import read_classifier
from dialogue.answer.intent.tokens import Vocabulary


class TransformersIntentModel:
    """Loaded once, shared by all calls, never changed."""

    def __init__(self, folder: Path) -> None:
        """`folder`: config.json (labels are our intents), model.safetensors, vocab.json.

        Raises SurveyError if it holds no usable model.
        """
        stored = read_classifier(folder, "intent model", "`shengwen hearing train`")
        self._labels, self._model = stored.labels, stored.model
        self._vocabulary = Vocabulary.of(stored.vocabulary)

    def probabilities(self, text: str) -> dict[Intent, float]:
        """One probability per label. Blocks a few ms."""
        numbers = self._vocabulary.encode(text)
        with torch.inference_mode():
            logits = self._model(
                input_ids=torch.tensor([numbers]),
                token_type_ids=torch.tensor([self._vocabulary.segments(numbers)]),
                attention_mask=torch.ones(1, len(numbers), dtype=torch.long),
            ).logits[0]
            shares = torch.softmax(logits, dim=-1).tolist()
        return dict(zip(self._labels, shares, strict=True))
