"""The model of the repository, on sounds as plain as they come."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from decision_hook.contract import SurveyError
from dialogue.answer.delivery.filler_model import LONGEST, FillerModel
from dialogue.answer.delivery.told_sounds import told_sounds
from tests.dialogue.answer.asked import TABLES, fillers
from tests.dialogue.answer.delivery.test_fillers_by_phone import ANSWER, THAT, told

FOLDER = TABLES.parent / "models" / "fillers"


def test_a_hum_before_an_answer_is_filled_and_the_answer_is_not() -> None:
    p = fillers().probabilities(told_sounds(told(("呃", 300), *ANSWER)))
    assert p[0] > 0.85
    assert (p[1:] < 0.5).all()


def test_a_that_before_a_silence_leads_nowhere_and_one_before_a_noun_points() -> None:
    nowhere = fillers().probabilities(told_sounds(told(*THAT, *ANSWER)))
    points = fillers().probabilities(told_sounds(told(*THAT, ("x", 740), ("iao3", 780), ("q", 900))))
    assert nowhere[:4].mean() > 0.8
    assert points.mean() < nowhere.mean()


def test_any_number_of_sounds() -> None:
    assert fillers().probabilities(told_sounds(told()[:0])).shape == (0,)
    many = told_sounds(np.tile(told(*ANSWER), (LONGEST, 1)))
    assert fillers().probabilities(many).shape == (3 * LONGEST,)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "vocab.json"])
def test_a_folder_without_a_usable_model_says_what_to_do(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "fillers"
    shutil.copytree(FOLDER, folder)
    (folder / name).write_text("[]", encoding="utf-8")
    with pytest.raises(SurveyError, match="train it"):
        FillerModel(folder)
