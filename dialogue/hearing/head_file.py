"""Heads on the recogniser's encoder as they are stored: layers, and what the encoder made of the probe."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray

from decision_hook.contract import SurveyError

Layer = tuple[torch.Tensor, torch.Tensor]  # weight (out, in, kernel), bias (out,)
Arrays = Mapping[str, NDArray[Any]]  # by name


@contextmanager
def stored_head(path: Path, *, what: str, trained_with: str, setting: str) -> Iterator[Arrays]:
    """Its arrays by name. Raises SurveyError if the file is missing or lacks what is read from it."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            yield stored
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as exc:
        raise SurveyError(
            f"{path}: not a usable {what}; train it with {trained_with}, or set {setting} to null"
        ) from exc


def layers_of(stored: Arrays, count: int) -> tuple[Layer, ...]:
    """The first so many, in 32 bits."""
    return tuple(
        (
            torch.from_numpy(stored[f"weight{i}"].astype(np.float32)),
            torch.from_numpy(stored[f"bias{i}"].astype(np.float32)),
        )
        for i in range(count)
    )
