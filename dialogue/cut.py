"""Cuts one turn of the caller out of the tape."""

from dialogue.answer.delivery.measures import MARGIN_MS
from dialogue.answer.values import HeardAnswer
from dialogue.line import FRAME_MS
from dialogue.tape import Tape
from dialogue.turn.edges import AROUND_MS, Segments, edged

BEFORE_MS = 6_000  # of the gap before a reply: somebody may have whispered in it


def cut(tape: Tape, segments: Segments, *, prompt_end_ms: int) -> HeardAnswer:
    """The turn in which these stretches were found; () if nobody spoke. Blocks about a millisecond."""
    now_ms = tape.end_ms
    if segments:
        first_ms = max(0, segments[0][0] - AROUND_MS)
        first_ms -= first_ms % FRAME_MS  # as the tape gives it
        found = edged(
            segments,
            tape.between(first_ms, segments[-1][1] + AROUND_MS),
            first_ms=first_ms,
            not_before_ms=min(prompt_end_ms, segments[0][0]),
        )
        # Whole frames, as the tape gives them, so that times and samples agree.
        segments = tuple((start - start % FRAME_MS, end + -end % FRAME_MS) for start, end in found)
    started_ms = segments[0][0] if segments else now_ms
    ended_ms = segments[-1][1] if segments else now_ms
    waited_ms = started_ms - prompt_end_ms
    return HeardAnswer(
        # Margins either side: recognisers lose clipped onsets.
        samples=tape.between(started_ms - MARGIN_MS, ended_ms + MARGIN_MS)
        if segments
        else tape.between(0, 0),
        segments=segments,
        started_ms=started_ms,
        ended_ms=ended_ms,
        prompt_end_ms=prompt_end_ms,
        latency_ms=waited_ms if segments and waited_ms >= 0 else None,
        before=tape.between(max(prompt_end_ms, started_ms - BEFORE_MS), started_ms - MARGIN_MS),
    )
