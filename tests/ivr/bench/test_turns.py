import pytest

from decision_hook.contract import FactKind
from ivr.bench.ledger import CallLog, Spoken
from ivr.bench.notes import CallNotes, Mark, Prompted, Step
from ivr.bench.turns import Answered, AnswerKind, CutOff, answers

ZERO = 1_000.0


def spoken(began_s: float, ends_s: float, *, pauses: tuple[int, ...] = (), asked: str = "a") -> Spoken:
    return Spoken(
        question_id=asked, began_s=ZERO + began_s, ends_s=ZERO + ends_s, pauses_ms=pauses, keyed=False
    )


def prompted(at_s: float, asked: str, kind: FactKind = FactKind.YEAR) -> Prompted:
    return Prompted(question_id=asked, kind=kind, at_ms=round(at_s * 1_000), queued_s=ZERO + at_s)


def measured(
    reply: Spoken,
    sounds: tuple[float, ...],
    *,
    marks: tuple[tuple[Step, float], ...] = (),
    second_at_s: float,
) -> list[Answered]:
    log = CallLog(zero_s=ZERO, sounds_s=tuple(ZERO + s for s in sounds), spoken=(reply,))
    notes = CallNotes(
        prompts=[prompted(0.0, "a"), prompted(second_at_s, "b")],
        marks=[Mark(step=step, at_s=ZERO + at_s) for step, at_s in marks],
    )
    return answers(log, notes)


def test_a_turn_lasts_from_the_last_audible_sample_to_the_next_questions_first() -> None:
    (answer,) = measured(spoken(2.0, 3.0), (0.1, 1.5, 3.72, 3.74), second_at_s=3.7)
    assert answer.turn_ms == pytest.approx(720)
    assert (answer.kind, answer.ack_ms, answer.cut_off) == (AnswerKind.DIGITS, None, None)


def test_an_acknowledgement_is_reported_apart() -> None:
    (answer,) = measured(
        spoken(2.0, 3.0),
        (0.1, 1.5, 3.42, 3.6, 4.2),
        marks=((Step.ACKNOWLEDGED, 3.4), (Step.ASKED, 3.9)),
        second_at_s=4.19,
    )
    assert answer.ack_ms == pytest.approx(420)
    assert answer.turn_ms == pytest.approx(1_200)


@pytest.mark.parametrize(
    ("sounds", "marks", "second_at_s", "cut_off"),
    [
        pytest.param((0.1, 2.8), (), 2.75, CutOff.PROMPT, id="by the next question"),
        pytest.param(
            (0.1, 2.8, 3.3), ((Step.ACKNOWLEDGED, 2.78),), 3.25, CutOff.ACK, id="by an acknowledgement"
        ),
        pytest.param((0.1, 2.1, 3.3), (), 3.25, None, id="the old prompt went on: nobody cut in"),
    ],
)
def test_who_is_cut_off(
    sounds: tuple[float, ...],
    marks: tuple[tuple[Step, float], ...],
    second_at_s: float,
    cut_off: CutOff | None,
) -> None:
    reply = spoken(2.0, 3.0, pauses=(500,))
    (answer,) = measured(reply, sounds, marks=marks, second_at_s=second_at_s)
    assert answer.cut_off is cut_off
    assert answer.kind is AnswerKind.HESITANT
    assert (answer.turn_ms is None) == (cut_off is not None)


def test_stages_add_up_to_the_turn() -> None:
    marks = (
        (Step.PAUSED, 2.4),  # an inner pause: before the end
        (Step.PAUSED, 3.2),
        (Step.WEIGHED, 3.55),
        (Step.DOUBTED, 3.6),
        (Step.UNDERSTOOD, 3.61),
        (Step.ASKED, 3.65),
    )
    (answer,) = measured(spoken(2.0, 3.0), (0.1, 3.7), marks=marks, second_at_s=3.68)
    assert answer.turn_ms == pytest.approx(sum(answer.stages_ms.values()))
    assert answer.stages_ms["paused"] == pytest.approx(200)
    assert answer.stages_ms["weighed"] == pytest.approx(350)


def test_what_no_question_follows_is_left_out() -> None:
    log = CallLog(zero_s=ZERO, sounds_s=(ZERO + 0.1, ZERO + 4.0), spoken=(spoken(2.0, 3.0),))
    assert answers(log, CallNotes(prompts=[prompted(0.0, "a"), prompted(3.9, "")])) == []
    assert answers(log, CallNotes(prompts=[prompted(0.0, "a")])) == []
