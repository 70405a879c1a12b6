"""A leaked question is answered better and faster than before, and than the others."""

import random

import pytest

from question_bank.leak import Answered, leaks


def answers(
    question: str, rng: random.Random, *, right: tuple[float, float], ms: tuple[float, float], n: int = 120
) -> list[Answered]:
    return [
        Answered(
            question_id=question,
            right=rng.random() < right[number >= n // 2],
            latency_ms=int(rng.lognormvariate(0, 0.4) * ms[number >= n // 2]),
        )
        for number in range(n)
    ]


def mixed(*of: list[Answered]) -> list[Answered]:
    return [one for together in zip(*of, strict=True) for one in together]


@pytest.mark.parametrize(
    ("right", "ms", "alarm"),
    [
        pytest.param((0.6, 0.95), (900, 550), True, id="better and faster"),
        pytest.param((0.6, 0.95), (900, 900), False, id="only better"),
        pytest.param((0.6, 0.6), (900, 550), False, id="only faster"),
        pytest.param((0.6, 0.6), (900, 900), False, id="as ever"),
        pytest.param((0.95, 0.6), (550, 900), False, id="worse and slower"),
    ],
)
def test_the_alarm(right: tuple[float, float], ms: tuple[float, float], alarm: bool) -> None:
    rng = random.Random(4)
    steady = [answers(f"q{n}", rng, right=(0.6, 0.6), ms=(900, 900)) for n in range(5)]
    found = leaks(mixed(answers("leaked", rng, right=right, ms=ms), *steady))
    assert [leak.question_id for leak in found] == (["leaked"] if alarm else [])
    assert all("retire or reword" in str(leak) for leak in found)


def test_what_changed_for_all_questions_is_no_leak() -> None:
    rng = random.Random(4)
    found = leaks(mixed(*(answers(f"q{n}", rng, right=(0.6, 0.9), ms=(900, 600)) for n in range(6))))
    assert found == []


def test_few_answers_prove_nothing() -> None:
    rng = random.Random(4)
    assert leaks(answers("q", rng, right=(0.0, 1.0), ms=(2_000, 200), n=60)) == []
