"""Reads and writes CTranslate2 model files (`model.bin`), so that other engines can use their weights."""

import struct
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import SurveyError

Weights = dict[str, NDArray[Any]]

_BINARY_VERSION = 6
# CTranslate2's own numbering of element types (its DataType enumeration).
_ELEMENT_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """What such a file holds."""

    specification: str  # of what the variables mean, and its revision
    revision: int
    variables: Weights  # in the type they are stored in
    aliases: dict[str, str]  # further names of variables

    def weights(self) -> Weights:
        """All variables by name; aliases share their array."""
        return self.variables | {alias: self.variables[name] for alias, name in self.aliases.items()}

    def to_bytes(self) -> bytes:
        """As CTranslate2 reads it."""
        types = {np.dtype(element): number for number, element in _ELEMENT_TYPES.items()}
        parts = [struct.pack("<I", _BINARY_VERSION), _named(self.specification)]
        parts.append(struct.pack("<II", self.revision, len(self.variables)))
        for name, array in self.variables.items():
            shape = struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape)
            parts += [_named(name), shape, struct.pack("<BI", types[array.dtype], array.nbytes)]
            parts.append(array.tobytes())
        parts.append(struct.pack("<I", len(self.aliases)))
        parts += [_named(alias) + _named(name) for alias, name in self.aliases.items()]
        return b"".join(parts)


def read_model(path: Path) -> ModelFile:
    """Blocks while the file is read (about 150 MB for Whisper base).

    Raises SurveyError if the file is missing, cut short or not such a model.
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


def _read(file: BufferedReader) -> ModelFile:
    version = _number(file, "<I")
    if version < _BINARY_VERSION:
        raise ValueError(f"binary version {version}")
    specification, revision = _text(file), _number(file, "<I")
    variables: Weights = {}
    for _ in range(_number(file, "<I")):
        name = _text(file)
        shape = tuple(_number(file, "<I") for _ in range(_number(file, "<B")))
        element = _ELEMENT_TYPES[_number(file, "<B")]
        data = _exactly(file, _number(file, "<I"))
        variables[name] = np.frombuffer(data, dtype=element).reshape(shape)
    aliases = {}
    for _ in range(_number(file, "<I")):
        alias, name = _text(file), _text(file)
        if name not in variables:
            raise KeyError(name)
        aliases[alias] = name
    return ModelFile(specification=specification, revision=revision, variables=variables, aliases=aliases)


def _exactly(file: BufferedReader, n: int) -> bytes:
    data = file.read(n)
    if len(data) != n:
        raise ValueError("cut short")
    return data


def _number(file: BufferedReader, form: str) -> int:
    return int(struct.unpack(form, _exactly(file, struct.calcsize(form)))[0])


def _text(file: BufferedReader) -> str:
    return _exactly(file, _number(file, "<H")).rstrip(b"\0").decode()


def _named(text: str) -> bytes:
    data = text.encode() + b"\0"
    return struct.pack("<H", len(data)) + data
