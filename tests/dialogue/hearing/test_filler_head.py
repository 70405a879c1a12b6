"""The head that hears hesitations, on an encoder of four features."""

from pathlib import Path

import numpy as np
import pytest

from decision_hook.contract import SurveyError
from dialogue.hearing.filler_head import DILATIONS, load_filler_head

WIDTH, INNER = 4, 3


def stored(path: Path) -> Path:
    """Its first feature, less the others, is how surely somebody hesitates."""
    last = len(DILATIONS) + 1
    content = {
        "weight0": np.array([[[3.0], [-3.0], [-3.0], [-3.0]], *[[[0.0]] * WIDTH] * (INNER - 1)], np.float16),
        "bias0": np.zeros(INNER, np.float16),
        f"weight{last}": np.array([[[1.0], [0.0], [0.0]]], np.float16),
        f"bias{last}": np.array([-3.0], np.float16),
        "encoder": np.array([1.0, 0.0, 0.0, 0.0], np.float32),
    }
    for i in range(1, last):
        content[f"weight{i}"] = np.zeros((INNER, INNER, 3), np.float16)
        content[f"bias{i}"] = np.zeros(INNER, np.float16)
    np.savez(path, **content)  # type: ignore[arg-type]  # its stubs want arrays by name
    return path


def test_a_head_says_how_surely_frame_by_frame(tmp_path: Path) -> None:
    head = load_filler_head(stored(tmp_path / "fillers.npz"))
    frames = np.tile(np.array([0.0, 1.0, 1.0, 1.0], np.float32), (40, 1))
    frames[10:20] = [1.0, 0.0, 0.0, 0.0]
    p = head.probabilities(frames)
    assert p.shape == (40,)
    assert (p[10:20] > 0.9).all()
    assert (np.delete(p, np.s_[10:20]) < 0.1).all()


def test_it_knows_the_encoder_it_was_trained_on(tmp_path: Path) -> None:
    head = load_filler_head(stored(tmp_path / "fillers.npz"))
    assert head.fits(np.array([2.0, 0.1, 0.0, 0.0], np.float32))
    assert not head.fits(np.array([0.0, 1.0, 0.0, 0.0], np.float32))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"no archive"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fillers.npz"
    path.write_bytes(content)
    with pytest.raises(SurveyError, match=r"fillers\.npz: not a usable model of hesitations"):
        load_filler_head(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="or set hearing"):
        load_filler_head(tmp_path / "none.npz")
