"""The model file's format, and files that are not it."""

import struct
from pathlib import Path

import numpy as np
import pytest

from decision_hook.contract import SurveyError
from dialogue.hearing.weights import read_model


def text(value: str) -> bytes:
    return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"


def model_file() -> bytes:
    matrix = np.arange(6, dtype=np.float16).reshape(2, 3)
    count = np.array(8, dtype=np.int16)
    return b"".join(
        [
            struct.pack("<I", 6),
            text("WhisperSpec"),
            struct.pack("<II", 3, 2),
            text("a/weight"),
            struct.pack("<BIIBI", 2, 2, 3, 4, 12),
            matrix.tobytes(),
            text("a/heads"),
            struct.pack("<BBI", 0, 2, 2),
            count.tobytes(),
            struct.pack("<I", 1),
            text("b/weight"),
            text("a/weight"),
        ]
    )


def test_variables_and_aliases_are_read(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(model_file())
    weights = read_model(path).weights()
    assert set(weights) == {"a/weight", "a/heads", "b/weight"}
    assert weights["b/weight"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert int(weights["a/heads"]) == 8


def test_it_is_written_as_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(model_file())
    assert read_model(path).to_bytes() == model_file()


@pytest.mark.parametrize("kept", range(0, len(model_file()), 7))
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(model_file()[:kept])
    with pytest.raises(SurveyError, match=r"model\.bin: not a complete CTranslate2 model; gather"):
        read_model(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match=r"nothing\.bin: cannot be read .*; gather"):
        read_model(tmp_path / "nothing.bin")
