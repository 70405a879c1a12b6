from ivr.simulator.attention import Attention

LOUD, QUIET = 2_000.0, 3.0


def heard(*stretches: tuple[float, int]) -> Attention:
    """After a question: (level, ms) one after the other."""
    attention = Attention()
    attention.question()
    for level, ms in stretches:
        for _ in range(ms // 20):
            attention.hear(level)
    return attention


def test_a_question_is_answered_when_it_has_ended_for_the_latency() -> None:
    assert not heard((QUIET, 2_000)).may_answer(600)
    assert not heard((LOUD, 1_000)).may_answer(600)
    assert not heard((LOUD, 1_000), (QUIET, 580)).may_answer(600)
    assert heard((LOUD, 1_000), (QUIET, 600)).may_answer(600)


def test_a_pause_inside_the_question_is_not_its_end() -> None:
    assert not heard((LOUD, 1_000), (QUIET, 380)).may_answer(0)
    assert not heard((LOUD, 1_000), (QUIET, 400), (LOUD, 20), (QUIET, 380)).may_answer(100)


def test_the_tail_of_an_earlier_prompt_is_not_the_question() -> None:
    assert not heard((LOUD, 180), (QUIET, 1_000)).may_answer(600)


def test_interrupting_counts_from_the_first_sound() -> None:
    assert not heard((QUIET, 1_000), (LOUD, 900)).may_interrupt(1_000)
    assert heard((QUIET, 1_000), (LOUD, 1_020)).may_interrupt(1_000)
    assert heard((LOUD, 400), (QUIET, 400)).may_interrupt(1_000)
