"""What stands behind a correction that is heard, whatever was written."""

import pytest

from dialogue.answer.corrected import corrected
from dialogue.answer.spotting import best_path
from dialogue.answer.tolerance import tolerance_of
from dialogue.hearing.phones import phone_ids
from dialogue.hearing.port import Transcript
from tests.dialogue.answer.asked import tables
from tests.dialogue.answer.sounding import sounds

TOLERANCE = tolerance_of(tables().sound)


@pytest.mark.parametrize(
    ("said", "written", "stands", "words"),
    [
        ("七三一四不对七三幺幺", "七三一四。五对七三遥遥。", "七三幺幺", "七三遥遥"),
        ("一五年哦不一六年", "一五年一六年", "一六年", "一六年"),
        ("十四号哦不十一号", "十四号,我不十一号", "十一号", "十一号"),
        ("两万七啊不对两万四", "两万七，啊不对，两万四", "两万四", "两万四"),
    ],
)
def test_what_comes_behind_it(said: str, written: str, stands: str, words: str) -> None:
    found = corrected(Transcript(text=written, alternatives=("八",), phones=sounds(said)), TOLERANCE)
    assert found.phones is not None
    assert tuple(phone for phone, _, _ in best_path(found.phones)) == phone_ids(stands)
    assert found.text == words
    assert found.alternatives == ()


@pytest.mark.parametrize(
    "said", ["二零一六年", "不对", "不对一六年", "一六年不对", "我住在步行街", "六六六六", ""]
)
def test_nothing_is_taken_back(said: str) -> None:
    """不对 alone is an answer, and so is what follows it; what precedes it may only be denied."""
    transcript = Transcript(text=said, phones=sounds(said))
    assert corrected(transcript, TOLERANCE) is transcript


def test_without_sounds_the_words_are_kept() -> None:
    transcript = Transcript(text="一五年，不对，一六年")
    assert corrected(transcript, TOLERANCE) is transcript
