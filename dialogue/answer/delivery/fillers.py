"""Filled pauses of an answer, 嗯 and 呃 drawn out: where they are, by sound."""

from dialogue.answer.values import HeardAnswer


def filled_pauses(heard: HeardAnswer, text: str) -> tuple[tuple[int, int], ...]:
    """(start, end) in ms since the call was answered, in order. `text`: what was understood; "": nothing."""
    return ()
