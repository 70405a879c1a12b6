"""Calibration from material: numbers that hold for voices left out, saved whole, refused when too few."""

from pathlib import Path

import numpy as np
import pytest

from decision_hook.contract import SurveyError
from voiceprint.backend import Backend
from voiceprint.recipe import Material, make_table
from voiceprint.tables import VoiceprintTable
from voiceprint.voiceprint import EncoderId

rng = np.random.default_rng(8)
ENCODER = EncoderId(model="m", version="1", checksum="1" * 64)
LINE = rng.standard_normal((3, 24)) * 0.9  # directions that lines move


def voice(recordings: int, centre: np.ndarray) -> np.ndarray:
    moved = centre + rng.standard_normal((recordings, 3)) @ LINE + 0.3 * rng.standard_normal((recordings, 24))
    positive = np.maximum(moved + 4, 0)
    unit: np.ndarray = (positive / np.linalg.norm(positive, axis=1, keepdims=True)).astype(np.float32)
    return unit


def material() -> Material:
    centre = rng.standard_normal(24)
    return Material(
        train=voice(12, centre),
        entries=voice(3, centre),
        probes={seconds: voice(3, centre) for seconds in (2.0, 10.0)},
        shorts={seconds: voice(6, centre) for seconds in (0.6, 2.0)},
    )


def table(voices: dict[str, Material]) -> VoiceprintTable:
    return make_table(
        voices,
        {name: name for name in voices},
        ENCODER,
        source="calls",
        note="made for a test",
        compared=lambda first, second: first != second,
    )


def test_the_numbers_help_on_voices_left_out_and_survive_saving(tmp_path: Path) -> None:
    made = table({f"voice {i}": material() for i in range(14)})
    for row in made.file.durations:
        assert row.eer < row.raw_eer
        assert row.cllr < 0.7
        assert all(low <= high for low, high in zip(row.mated_low, row.mated_high, strict=True))
    made.save(tmp_path / "own.yaml")
    loaded = VoiceprintTable.load(tmp_path / "own.yaml")
    loaded.fits(ENCODER)
    assert loaded.file.durations == made.file.durations
    backend = Backend(loaded)
    assert "14 human voices, calls" in backend.measured_on
    assert backend.operating_point(1_000, 20).threshold > backend.operating_point(10, 20).threshold


def test_too_few_speakers_calibrate_nothing() -> None:
    with pytest.raises(SurveyError, match="10 are needed"):
        table({f"voice {i}": material() for i in range(9)})
