"""A recording as one turn of a call: the same voice activity and the same tracker as in the ear."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np

from dialogue.answer.values import HeardAnswer
from dialogue.cut import cut
from dialogue.hearing.port import Utterance
from dialogue.line import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ, FrameHeard, Samples
from dialogue.tape import Tape
from dialogue.turn.activity import SILENCE_DB, VoiceActivity, level_db
from dialogue.turn.tracker import StopPrompt, TurnEnded, TurnPolicy, TurnTracker

BATCH = 50  # frames for one trip to the model
LONGEST_S = 180  # of a recording: our patience, a prompt and the longest turn fit in twice
# A recording is one answer, whatever pauses it holds: where a turn ends is measured by `bench turn`.
# Only the longest turn (30 s from the first word) is the same as in a call.
_END_MS = 60_000
_POLICY = replace(TurnPolicy(), end_usual_ms=_END_MS, patience_ms=LONGEST_S * 1_000)


class Activity(VoiceActivity, Protocol):
    """Voice activity for one recording."""

    def close(self) -> None: ...


def telephone(recording: Utterance) -> Samples:
    """What a line would pass on: 8 kHz, int16."""
    if recording.rate_hz == SAMPLE_RATE_HZ:
        return recording.samples
    from dialogue.hearing.resampling import resampled

    wave = resampled(recording.samples, recording.rate_hz, SAMPLE_RATE_HZ)
    return (np.clip(wave, -1.0, 1.0) * 32_767).round().astype(np.int16)


async def heard_in(
    samples: Samples, *, prompt_end_ms: int, stream: Callable[[], Activity], policy: TurnPolicy = _POLICY
) -> HeardAnswer:
    """The answer in (n,) int16 at 8 kHz. Until `prompt_end_ms` our prompt plays, if nobody barges in."""
    activity = stream()
    tracker, tape = TurnTracker(policy), Tape(max_ms=(LONGEST_S + 1) * 1_000)
    whole = np.pad(samples, (0, -len(samples) % FRAME_SAMPLES)).reshape(-1, FRAME_SAMPLES)
    ended: TurnEnded | None = None
    prompt_ms = prompt_end_ms
    try:
        for first in range(0, len(whole), BATCH):
            frames = list(whole[first : first + BATCH])
            for offset, (frame, probability) in enumerate(
                zip(frames, await activity.probabilities(frames), strict=True)
            ):
                at_ms = (first + offset) * FRAME_MS
                tape.append(FrameHeard(samples=frame, at_ms=at_ms))
                for event in tracker.feed(at_ms, probability, level_db(frame), at_ms < prompt_ms, None):
                    if isinstance(event, StopPrompt):
                        prompt_ms = at_ms
                    elif isinstance(event, TurnEnded):
                        ended = event
            if ended is not None:
                break
    finally:
        activity.close()
    at_ms = tape.end_ms
    while ended is None:  # the recording is over: nobody says anything more
        for event in tracker.feed(at_ms, 0.0, SILENCE_DB, at_ms < prompt_ms, None):
            if isinstance(event, TurnEnded):
                ended = event
        at_ms += FRAME_MS
    return cut(tape, ended.segments, prompt_end_ms=prompt_ms)
