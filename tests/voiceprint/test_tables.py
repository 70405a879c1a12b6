"""The numbers of the back end: both files or a clear error."""

import shutil
from pathlib import Path

import pytest

from decision_hook.contract import SurveyError
from voiceprint.tables import VOICEPRINT_TABLE, VoiceprintTable


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for path in (VOICEPRINT_TABLE, VOICEPRINT_TABLE.with_suffix(".npz")):
        shutil.copy(path, tmp_path)
    return tmp_path / VOICEPRINT_TABLE.name


def test_the_shipped_numbers_say_what_they_were_measured_on(table: VoiceprintTable) -> None:
    assert table.file.origin.source == "simulated"
    assert table.file.origin.tried >= 15
    for row in table.file.durations:  # on voices left out, the back end has to earn its place
        assert row.eer < row.raw_eer
        assert row.cllr < 0.5


def test_arrays_of_another_table_are_refused(copied: Path) -> None:
    arrays = copied.with_suffix(".npz")
    arrays.write_bytes(arrays.read_bytes()[:-1])
    with pytest.raises(SurveyError, match="does not belong to"):
        VoiceprintTable.load(copied)
    arrays.unlink()
    with pytest.raises(SurveyError, match="cannot be read"):
        VoiceprintTable.load(copied)


def test_a_wrong_number_is_named(copied: Path) -> None:
    copied.write_text(copied.read_text().replace("scale: ", "scale: -"))
    with pytest.raises(SurveyError, match=r"durations\[0\].scale"):
        VoiceprintTable.load(copied)
