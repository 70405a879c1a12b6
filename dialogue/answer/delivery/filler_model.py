"""Which of the sounds that were told belong to a filled pause: a small BERT that reads doubtful phones.

A 那个 that leads nowhere and one that points at something are the same sounds: what comes before and after
them, and how long it takes to come, tells. Trained by scripts/train_fillers.py.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForTokenClassification

from decision_hook.contract import SurveyError
from dialogue.answer.delivery.told_sounds import ToldSounds
from dialogue.answer.intent.stored import read_model
from dialogue.hearing.phones import PHONES

LONGEST = 120  # sounds that are read at once
# Frames of 20 ms: how long a sound is told, and how long it takes from its beginning to the next one's.
_HELD = (1, 2, 3, 5, 8)
_NEXT = (4, 7, 10, 14, 20, 30, 50)
VOCABULARY = (
    *PHONES,
    *(f"[held {i}]" for i in range(len(_HELD) + 1)),
    *(f"[next {i}]" for i in range(len(_NEXT) + 1)),
)
_HELD_AT, _NEXT_AT = len(PHONES), len(PHONES) + len(_HELD) + 1
_TRAINED_WITH = "scripts/train_fillers.py"


class FillerModel:
    """Loaded once, shared by all calls, never changed."""

    def __init__(self, folder: Path) -> None:
        """`folder`: config.json, model.safetensors, vocab.json. Raises SurveyError if it is no such model."""
        kind = AutoModelForTokenClassification
        stored = read_model(folder, "filler model", _TRAINED_WITH, kind=kind, label=str)
        if stored.vocabulary != VOCABULARY or len(stored.labels) != 2:
            raise SurveyError(f"{folder}: was trained on other sounds; train it again with {_TRAINED_WITH}")
        self._model = stored.model

    def probabilities(self, told: ToldSounds) -> NDArray[np.float64]:
        """(n,): that a sound belongs to a filled pause. Blocks a few ms."""
        found = [np.zeros(0)]
        with torch.inference_mode():
            for start in range(0, len(told), LONGEST):
                part = told.part(slice(start, start + LONGEST))
                logits = self._model(**embedded(self._model, [part])).logits[0]
                found.append(torch.softmax(logits, dim=-1)[:, 1].double().numpy())
        return np.concatenate(found)


def embedded(model: torch.nn.Module, answers: Sequence[ToldSounds]) -> dict[str, torch.Tensor]:
    """A batch as the model takes it: each sound's expected embedding, with how long it lasts."""
    table = model.get_input_embeddings().weight  # type: ignore[operator]
    longest = max(len(told) for told in answers)
    soft = torch.zeros(len(answers), longest, len(VOCABULARY))
    mask = torch.zeros(len(answers), longest)
    for i, told in enumerate(answers):
        n = np.arange(len(told))
        soft[i, n, : len(PHONES)] = torch.from_numpy(told.soft)
        following = np.append(told.first[1:], told.end[-1] + _NEXT[-1] + 1)
        soft[i, n, _HELD_AT + np.searchsorted(_HELD, told.end - told.first)] = 1.0
        soft[i, n, _NEXT_AT + np.searchsorted(_NEXT, following - told.first)] = 1.0
        mask[i, n] = 1
    return {"inputs_embeds": soft @ table, "attention_mask": mask}
