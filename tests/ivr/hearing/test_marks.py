import numpy as np
import pytest

from ivr.hearing.marks import Found, character_errors, found_stretches, pitch_errors, syllable_errors


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [
        ("二零零九年", "2009年。", 0),
        ("我是一九九八年的", "我是1998年的", 0),
        ("一万五", "15000", 0),
        ("一万五千", "15000", 0),
        ("三七二九", "3729", 0),
        ("幺三八", "138", 0),
        ("沈陽", "沈阳", 0),
        ("五月十七号", "5月17号", 0),
        ("三点五万", "3.5万", 0),
        ("沈阳", "审养", 2),
        ("三七二九", "", 4),
        ("三七二九", "三七二九三", 1),
    ],
)
def test_characters(said: str, heard: str, wrong: int) -> None:
    errors = character_errors(said, heard)
    assert errors.wrong == wrong
    assert errors.of == len(said.replace("陽", "阳"))


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [("沈阳", "审养", 0), ("沈阳", "绵阳", 1), ("二零零九", "2009", 0), ("张伟", "", 2), ("四", "是", 1)],
)
def test_syllables_without_tones(said: str, heard: str, wrong: int) -> None:
    assert syllable_errors(said, heard).wrong == wrong


def test_nothing_said_has_no_rate() -> None:
    assert character_errors("", "哦").rate is None
    assert character_errors("好", "哦").rate == 1.0


def test_very_long_numbers_are_read_digit_by_digit() -> None:
    assert character_errors("一" * 40, "1" * 40).wrong == 0


@pytest.mark.parametrize(
    ("there", "reported", "hits"),
    [
        pytest.param([(100, 500)], [(120, 520)], 1, id="about there"),
        pytest.param([(100, 500)], [(400, 900)], 0, id="hardly overlapping"),
        pytest.param([(100, 500)], [(0, 5_000)], 0, id="everything is no answer"),
        pytest.param([(100, 500)], [(100, 300), (300, 500)], 1, id="one stretch once"),
        pytest.param([(100, 500), (600, 900)], [(100, 500), (610, 890)], 2, id="both"),
        pytest.param([], [(1, 300)], 0, id="none there"),
    ],
)
def test_stretches(there: list[tuple[float, float]], reported: list[tuple[float, float]], hits: int) -> None:
    assert found_stretches(there, reported) == Found(hits=hits, reported=len(reported), there=len(there))


def test_pitch_counts_where_both_know_it() -> None:
    track = np.array([100.0, np.nan, 200.0, 200.0])
    reference = [(20.0, 100.0), (30.0, 100.0), (41.0, 100.0), (50.0, 200.0), (60.0, None), (900.0, 100.0)]
    off, known = pitch_errors(reference, track, first_ms=20.0)
    assert off.tolist() == [0.0, 12.0, 0.0]
    assert known == 0.6


def test_without_a_reference_nothing_is_known() -> None:
    off, known = pitch_errors([(0.0, 0.0)], np.array([100.0]), first_ms=20.0)
    assert off.size == 0
    assert known is None
