"""What can be measured of one answer: gaps, pace, pitch, loudness. Pure; unknown is None, never 0."""

import re
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dialogue.answer.delivery.pitch import median_hz, pitch_track, range_semitones
from dialogue.answer.values import HeardAnswer
from dialogue.line import SAMPLE_RATE_HZ, Samples

LEAST_PAUSE_MS = 250  # shorter silences belong to consonants and phrasing
MARGIN_MS = 200  # of a turn's samples, either side of its speech
_FILLERS = re.compile(
    r"嗯+|呃+|额(?![度外])|啊(?=[，,。…])|这个(?=[，,。…嗯呃]|这个)|那个(?=[，,。…嗯呃]|那个)"
)
_SYLLABLE = re.compile(r"[\u4e00-\u9fff]|[0-9A-Za-z]")
_FRAME = SAMPLE_RATE_HZ // 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """One answer. Times in ms; None: cannot be told from this answer."""

    latency_ms: float | None = None  # prompt's end to first speech; None: spoke during it
    speech_ms: float  # net, without pauses
    pauses: float = 0  # silences of at least 250 ms inside
    pause_ms: float = 0  # their sum
    longest_pause_ms: float = 0
    fillers: float | None = None  # 嗯 呃 这个 那个, in the words or by sound; None: no words
    syllables: float | None = None
    rate_syl_s: float | None = None  # over the whole answer, pauses included
    articulation_syl_s: float | None = None  # over its speech only
    f0_hz: float | None = None  # median
    f0_range_semitones: float | None = None  # 10th to 90th percentile
    level_db: float | None = None  # of the speech, below full scale
    over_noise_db: float | None = None  # the speech over what lies between it

    def known(self) -> dict[str, float]:
        """Those that could be told, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: round(float(value), 3) for name, value in values.items() if value is not None}


def measure(heard: HeardAnswer, text: str, *, hums: int = 0) -> Measures | None:
    """`text`: what was understood, "" if nothing; `hums`: fillers found by sound. None if nobody spoke."""
    if not heard.segments or heard.samples.size == 0:
        return None
    segments = heard.segments
    pauses = [end - start for start, end in silent_pauses(heard)]
    speech_ms = sum(end - start for start, end in segments)
    whole_ms = segments[-1][1] - segments[0][0]
    spoken = np.concatenate([piece for piece in stretches(heard)] or [heard.samples[:0]])
    track = pitch_track(spoken)
    syllables = len(_SYLLABLE.findall(text)) or None
    return Measures(
        latency_ms=heard.latency_ms,
        speech_ms=speech_ms,
        pauses=len(pauses),
        pause_ms=sum(pauses),
        longest_pause_ms=max(pauses, default=0),
        fillers=max(hums, len(_FILLERS.findall(text))) if text else None,
        syllables=syllables,
        rate_syl_s=_per_second(syllables, whole_ms),
        articulation_syl_s=_per_second(syllables, speech_ms),
        f0_hz=median_hz(track),
        f0_range_semitones=range_semitones(track),
        level_db=active_level_db(spoken),
        over_noise_db=_over_noise_db(heard, spoken),
    )


def silent_pauses(heard: HeardAnswer) -> tuple[tuple[int, int], ...]:
    """Silences of at least 250 ms inside the answer: (start, end) in ms since the call was answered."""
    gaps = ((end, start) for (_, end), (start, _) in pairwise(heard.segments))
    return tuple((start, end) for start, end in gaps if end - start >= LEAST_PAUSE_MS)


def stretches(heard: HeardAnswer) -> list[Samples]:
    """The samples of each speech segment, in order."""
    origin_ms = origin(heard)
    per_ms = SAMPLE_RATE_HZ // 1_000
    return [
        heard.samples[max(0, (start - origin_ms) * per_ms) : max(0, (end - origin_ms) * per_ms)]
        for start, end in heard.segments
    ]


def origin(heard: HeardAnswer) -> int:
    """When the turn's samples begin, ms since the call was answered."""
    return max(0, heard.started_ms - MARGIN_MS)


def active_level_db(samples: Samples) -> float | None:
    """Mean power of the louder half of 20 ms frames, dB below full scale; None for silence."""
    power = _frame_power(samples)
    if power.size == 0 or power.max() <= 0:
        return None
    return _db(float(np.sort(power)[power.size // 2 :].mean()))


def floor_db(heard: HeardAnswer) -> float | None:
    """The level between and around the speech; None if there is less than 100 ms of it."""
    origin_ms = origin(heard)
    power = _frame_power(heard.samples)
    at_ms = origin_ms + np.arange(power.size) * 20
    silent = np.ones(power.size, dtype=np.bool_)
    for start, end in heard.segments:  # 60 ms either side: the ends of speech fade
        silent &= (at_ms < start - 80) | (at_ms > end + 60)
    between = power[silent]
    return _db(float(np.median(between))) if between.size >= 5 else None


def _over_noise_db(heard: HeardAnswer, spoken: Samples) -> float | None:
    level, floor = active_level_db(spoken), floor_db(heard)
    return level - floor if level is not None and floor is not None else None


def _per_second(syllables: int | None, ms: float) -> float | None:
    return syllables / ms * 1_000 if syllables is not None and ms > 0 else None


def _frame_power(samples: Samples) -> NDArray[np.float64]:
    whole = samples[: samples.size // _FRAME * _FRAME].astype(np.float64).reshape(-1, _FRAME)
    return np.asarray(np.square(whole / 32_768).mean(axis=1))


def _db(power: float) -> float:
    """-90 for digital silence, as the line counts it."""
    return float(max(-90.0, 10 * np.log10(max(power, 1e-12))))
