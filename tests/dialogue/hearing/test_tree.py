"""Wordings merged by their beginnings, and which tokens sound alike."""

import numpy as np
import pytest

from dialogue.hearing.forced import grow_tree
from dialogue.hearing.sounds import SoundTable, readings, spoken_as


def test_common_beginnings_are_merged() -> None:
    tree = grow_tree([90, 91], [[1, 2], [1, 3], [1, 2, 4], []])
    assert tree.tokens == (90, 91, 1, 2, 3, 4)
    assert tree.parents == (-1, 0, 1, 2, 2, 3)
    assert tree.paths == ((2, 3), (2, 4), (2, 3, 5), ())


def test_readings_ignore_tones_and_keep_all() -> None:
    assert readings("张1") == (frozenset({"zhang"}), frozenset({"yi", "yao"}))
    assert {"hang", "xing"} <= readings("行")[0]


def test_a_wording_is_read_as_its_context_has_it() -> None:
    assert spoken_as("银行，行2") == tuple(
        frozenset(s) for s in ({"yin"}, {"hang"}, {"，"}, {"xing"}, {"er", "liang"})
    )


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        pytest.param("沈阳", 0.7, id="homophones of the next character, and of the next two"),
        pytest.param("沈从", 0.4, id="two characters only if both fit"),
        pytest.param("汪", 0.0, id="no token sounds like it"),
    ],
)
def test_mass_of_a_sound(wording: str, expected: float) -> None:
    table = SoundTable({0: "审", 1: "沈", 2: "审阳", 3: "大", 4: "，"})
    log_probs = np.log(np.array([0.1, 0.3, 0.3, 0.2, 0.1], dtype=np.float32))
    assert np.exp(table.log_mass(log_probs, spoken_as(wording))) == pytest.approx(expected)
