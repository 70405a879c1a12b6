"""Low speech in the gap before an answer, which a voice-activity model tuned to callers passes over.

A prompter beside the telephone speaks 10 dB and more below the caller; Silero gives that 0.1 to 0.3. In a
quiet gap its energy is plain all the same. A noisy gap hides it: then nothing is found, and nothing said.
"""

from dataclasses import replace

import numpy as np

from dialogue.answer.delivery.measures import MARGIN_MS
from dialogue.answer.values import HeardAnswer
from dialogue.line import FRAME_MS, FRAME_SAMPLES, Samples

OVER_FLOOR_DB = 20.0  # above the gap's own quiet; room noise varies by less
LEAST_DB = -50.0  # below full scale: further down it is line noise whatever the floor
LEAST_MS = 260  # a click, a breath or a 嗯 is shorter
BRIDGED_MS = 160  # between syllables
APART_MS = 300  # from the answer: nearer, it is the answer's own beginning


def with_murmurs(heard: HeardAnswer) -> HeardAnswer:
    """The turn with what was murmured before it, or told apart as another's, as further stretches.

    The same turn if there is nothing.
    """
    answer_ms = heard.started_ms - MARGIN_MS
    began_ms = answer_ms - len(heard.before) * FRAME_MS // FRAME_SAMPLES
    told = [(max(began_ms, start), end) for start, end in heard.others if began_ms < end <= answer_ms]
    found = [(began_ms + start, began_ms + end) for start, end in murmurs(heard.before)]
    apart = [stretch for stretch in found if stretch[1] <= heard.started_ms - APART_MS]
    new = [(a, b) for a, b in apart if all(b <= start or a >= end for start, end in told)]
    kept = tuple(sorted([*told, *new]))
    if not kept or not heard.segments:
        return heard
    first_ms = max(began_ms, kept[0][0] - MARGIN_MS)
    skipped = (first_ms - began_ms) * FRAME_SAMPLES // FRAME_MS
    lead = MARGIN_MS - (kept[0][0] - first_ms)  # samples begin a margin before the first stretch
    silence = np.zeros(lead * FRAME_SAMPLES // FRAME_MS, dtype=np.int16)
    return replace(
        heard,
        samples=np.concatenate([silence, heard.before[skipped:], heard.samples]),
        before=heard.before[:0],
        segments=(*kept, *heard.segments),
        started_ms=kept[0][0],
    )


def murmurs(gap: Samples) -> list[tuple[int, int]]:
    """Stretches of plain energy in a quiet gap, (start, end) in ms from its beginning."""
    whole = gap[: len(gap) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES).astype(np.float64)
    if len(whole) == 0:
        return []
    level_db = 10 * np.log10(np.maximum(np.square(whole / 32_768).mean(axis=1), 1e-10))
    floor_db = float(np.quantile(level_db, 0.2))
    loud = level_db > max(LEAST_DB, floor_db + OVER_FLOOR_DB)
    found: list[tuple[int, int]] = []
    for index in np.flatnonzero(loud):
        start, end = int(index) * FRAME_MS, (int(index) + 1) * FRAME_MS
        if found and start - found[-1][1] <= BRIDGED_MS:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return [(start, end) for start, end in found if end - start >= LEAST_MS]
