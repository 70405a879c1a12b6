"""Reads the weights of a CTranslate2 model file (`model.bin`), so that other engines can use them."""

import struct
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError

Weights = dict[str, NDArray[Any]]

# CTranslate2's own numbering of element types (its DataType enumeration).
_ELEMENT_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


def read_weights(path: Path) -> Weights:
    """All variables by name, in the type they are stored in; aliases share their array.

    Blocks while the file is read (about 150 MB for Whisper base). Raises SurveyError if the file is
    missing, cut short or not such a model.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except OSError as exc:
        raise SurveyError(
            f"{path}: cannot be read ({exc.strerror}); gather the models with `shengwen models gather`"
        ) from exc
    except (struct.error, ValueError, KeyError, UnicodeDecodeError) as exc:
        raise SurveyError(
            f"{path}: not a complete CTranslate2 model; gather the models again with `shengwen models gather`"
        ) from exc


def _read(file: BufferedReader) -> Weights:
    version = _number(file, "<I")
    if version < 6:
        raise ValueError(f"binary version {version}")
    _text(file)  # name of the model specification
    _number(file, "<I")  # its revision
    weights: Weights = {}
    for _ in range(_number(file, "<I")):
        name = _text(file)
        shape = tuple(_number(file, "<I") for _ in range(_number(file, "<B")))
        element = _ELEMENT_TYPES[_number(file, "<B")]
        data = _exactly(file, _number(file, "<I"))
        weights[name] = np.frombuffer(data, dtype=element).reshape(shape)
    for _ in range(_number(file, "<I")):
        alias = _text(file)
        weights[alias] = weights[_text(file)]
    return weights


def _exactly(file: BufferedReader, n: int) -> bytes:
    data = file.read(n)
    if len(data) != n:
        raise ValueError("cut short")
    return data


def _number(file: BufferedReader, form: str) -> int:
    return int(struct.unpack(form, _exactly(file, struct.calcsize(form)))[0])


def _text(file: BufferedReader) -> str:
    return _exactly(file, _number(file, "<H")).rstrip(b"\0").decode()
