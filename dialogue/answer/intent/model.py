"""The trained intent classifier: any transformers sequence classifier with our labels and vocabulary."""

from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForSequenceClassification

from decision_hook.contract import SurveyError
from dialogue.answer.intent.intent import Intent
from dialogue.answer.intent.tokens import Vocabulary

VOCABULARY_FILE = "vocab.json"


class TransformersIntentModel:
    """Loaded once, shared by all calls, never changed."""

    def __init__(self, folder: Path) -> None:
        """`folder`: config.json (labels are our intents), model.safetensors, vocab.json.

        Raises SurveyError if it holds no usable model.
        """
        try:
            config = AutoConfig.from_pretrained(folder, local_files_only=True)
            self._labels = [Intent(config.id2label[i]) for i in range(config.num_labels)]
            self._model = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True)
            self._vocabulary = Vocabulary.read(folder / VOCABULARY_FILE)
        except (OSError, ValueError, KeyError) as exc:
            raise SurveyError(
                f"{folder}: no usable intent model ({type(exc).__name__}); "
                "restore it from the repository or train it with `shengwen hearing train`"
            ) from exc
        self._model.eval()

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
