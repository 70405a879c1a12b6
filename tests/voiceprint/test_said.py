"""Odds in words: never more than the ratio says, and the right way round."""

import math

import pytest

from voiceprint.said import odds


@pytest.mark.parametrize(
    ("llr", "expected"),
    [
        (0.0, "llr +0.0 (1.0 times likelier one voice than two)"),
        (math.log(2_980), "llr +8.0 (2,980 times likelier one voice than two)"),
        (-math.log(4), "llr -1.4 (4.0 times likelier two voices than one)"),
    ],
)
def test_odds(llr: float, expected: str) -> None:
    assert odds(llr) == expected
