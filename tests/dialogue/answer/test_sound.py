"""Comparison by sound."""

import pytest

from dialogue.answer.sound import align, distance, syllable_distance, syllables
from tests.dialogue.answer.asked import tables


@pytest.mark.parametrize(
    ("a", "b"),
    [("沈阳", "审养"), ("张伟", "章伟"), ("2516", "二五一六"), ("腾达", "藤达"), ("属马的", "书马的")],
)
def test_homophones_are_near(a: str, b: str) -> None:
    assert distance(a, b, tables().sound) <= 0.06


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("刘宁", "牛宁"),
        ("湖南", "福南"),
        ("成都", "层都"),
        ("林静", "林进"),
        ("真心", "针星"),
        ("上海", "桑海"),
        ("南京", "兰京"),
    ],
)
def test_dialect_confusions_are_nearer_than_other_sounds(a: str, b: str) -> None:
    assert 0 < distance(a, b, tables().sound) < 0.15


@pytest.mark.parametrize(
    ("a", "b"), [("张伟", "李娜"), ("阳光花园", "翠湖名都"), ("深圳", "合肥"), ("腾达", "华信")]
)
def test_other_words_are_far(a: str, b: str) -> None:
    assert distance(a, b, tables().sound) > 0.5


def test_the_best_stretch_is_found() -> None:
    found = align("阳光花园", "嗯我住在杨光华园那边", tables().sound)
    assert found.distance < 0.1
    assert (found.start, found.end) == (4, 8)


def test_positions_are_characters_of_the_heard_text() -> None:
    heard = "我，在，腾达！上班"
    found = align("腾达", heard, tables().sound)
    assert heard[found.start : found.end] == "腾达"


def test_nothing_heard_is_as_far_as_can_be() -> None:
    assert align("腾达", "", tables().sound).distance == 1.0
    assert align("", "腾达", tables().sound).distance == 1.0


def test_letters_sound_like_themselves() -> None:
    one, other = syllables("A")[0], syllables("B")[0]
    assert syllable_distance(one, one, tables().sound) == 0.0
    assert syllable_distance(one, other, tables().sound) == 1.0


@pytest.mark.parametrize("text", ["绿地女略", "一二三1x", "yü，、。", "𠮷野家", "😀是"])
def test_odd_characters_do_no_harm(text: str) -> None:
    assert align("绿地", text, tables().sound).distance <= 1.0
