"""What kind of reply it is, told by its sounds: a small BERT that reads doubtful phones instead of words.

Trained by scripts/train_phone_intents.py. Its vocabulary is the phones and, before them, the kind of answer
that was asked for, so that a town is off the topic where a year was wanted.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from decision_hook.contract import FactKind, SurveyError
from dialogue.answer.intent.intent import Intent
from dialogue.answer.intent.soft_phones import soft_phones
from dialogue.answer.intent.stored import read_classifier
from dialogue.hearing.phones import PHONES

VOCABULARY = (*PHONES, *(f"[{kind.value}]" for kind in FactKind))
_TRAINED_WITH = "scripts/train_phone_intents.py"


class PhoneIntentModel:
    """Loaded once, shared by all calls, never changed."""

    def __init__(self, folder: Path) -> None:
        """`folder`: config.json (labels are our intents), model.safetensors, vocab.json.

        Raises SurveyError if it holds no usable model.
        """
        stored = read_classifier(folder, "phone intent model", _TRAINED_WITH)
        if stored.vocabulary != VOCABULARY:
            raise SurveyError(f"{folder}: was trained on other phones; train it again with {_TRAINED_WITH}")
        self._labels, self._model = stored.labels, stored.model

    def log_probabilities(self, log_posteriors: NDArray[np.float32], kind: FactKind) -> dict[Intent, float]:
        """Natural logs. `log_posteriors`: (frames, phones); `kind`: what was asked for. Blocks a few ms."""
        with torch.inference_mode():
            logits = self._model(**embedded(self._model, [soft_phones(log_posteriors)], [kind])).logits
            found: list[float] = torch.log_softmax(logits[0], dim=-1).tolist()
        return dict(zip(self._labels, found, strict=True))


def embedded(
    model: torch.nn.Module, replies: Sequence[NDArray[np.float32]], kinds: Sequence[FactKind]
) -> dict[str, torch.Tensor]:
    """A batch of replies, each (n, phones), as the model takes them: each phone's expected embedding."""
    table = model.get_input_embeddings().weight  # type: ignore[operator]
    longest = max(len(reply) for reply in replies)
    soft = torch.zeros(len(replies), longest, len(PHONES))
    mask = torch.zeros(len(replies), longest + 1)
    for i, reply in enumerate(replies):
        soft[i, : len(reply)] = torch.from_numpy(reply)
        mask[i, : len(reply) + 1] = 1
    asked = table[torch.tensor([VOCABULARY.index(f"[{kind.value}]") for kind in kinds])]
    return {
        "inputs_embeds": torch.cat([asked[:, None], soft @ table[: len(PHONES)]], dim=1),
        "attention_mask": mask,
    }
