"""Hears a manifest's recordings as a call would, and holds what was heard against what was said."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from decision_hook.contract import Grade, SurveyError
from dialogue.answer.delivery.measures import measure, silent_pauses
from dialogue.answer.delivery.pitch import pitch_track
from dialogue.answer.judge import AnswerJudge, Weighed
from dialogue.answer.tables import Tables
from dialogue.answer.values import AskedQuestion, HeardAnswer
from dialogue.hearing.context import context_of
from dialogue.hearing.port import RecognizerUnavailable, SpeechRecognizer, Utterance
from dialogue.hearing.recording import read_recording
from dialogue.line import SAMPLE_RATE_HZ, Samples
from ivr.hearing.manifest import BadLine, Item, Line
from ivr.hearing.marks import (
    PAUSE_MS,
    Errors,
    Found,
    character_errors,
    found_stretches,
    pitch_errors,
    syllable_errors,
)
from ivr.hearing.questions import near, question_of
from ivr.hearing.turn import LONGEST_S, Activity, heard_in, telephone

PADDED_S = 28.5  # with the tail that is always added, the model's own window of 30 s
_PITCH_CENTRE_MS = 20.0  # of the first frame of a pitch track
_WRONG_OR_RIGHT = frozenset({Grade.MATCH, Grade.MISMATCH})

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What listens."""

    judge: AnswerJudge
    recognizer: SpeechRecognizer
    stream: Callable[[], Activity]
    tables: Tables
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One manifest line after it was heard. What is None was not known or not asked."""

    line: int
    item: Item | None  # None: the line is unusable
    grade: Grade | None = None
    error: str | None = None  # why nothing could be heard
    text: str = ""
    padded: str | None = None  # the same weights on a padded 30 s window
    score: float | None = None  # natural log of P(said the fact) to P(said something else)
    confidence: float | None = None
    why: str = ""
    stated: str = ""
    near: bool | None = None  # of a wrong answer
    segments: tuple[tuple[int, int], ...] = ()
    latency_ms: int | None = None
    characters: Errors | None = None
    characters_padded: Errors | None = None
    sounds: Errors | None = None
    onset_ms: float | None = None  # signed: positive, we were late
    offset_ms: float | None = None
    pauses: tuple[tuple[int, int], ...] = ()
    pauses_found: Found | None = None
    fillers: tuple[tuple[int, int], ...] = ()
    fillers_found: Found | None = None
    pitch_off: NDArray[np.float64] | None = None  # semitones, one per frame both know
    pitch_known: float | None = None
    core_s: float | None = None
    audio_s: float | None = None
    measures: dict[str, float] | None = None


async def evaluate(
    lines: Sequence[Line | BadLine], bench: Bench, *, progress: Callable[[int, int], None], tell: Tell
) -> list[Heard]:
    """Every line, in order; a bad one is told and kept as an error. Blocks the loop while it computes."""
    found = []
    for done, line in enumerate(lines):
        progress(done, len(lines))
        if isinstance(line, BadLine):
            tell(line.problem)
            found.append(Heard(line=line.number, item=None, error=line.problem))
            continue
        try:
            found.append(await _one(line, bench))
        except SurveyError as problem:
            # Nothing can be heard in a file that cannot be read; a call would go on after such a silence.
            message = f"line {line.number}: {problem}"
            tell(message)
            found.append(
                Heard(line=line.number, item=line.item, grade=Grade.NO_ANSWER, error=message, audio_s=0.0)
            )
    progress(len(lines), len(lines))
    return found


async def _one(line: Line, bench: Bench) -> Heard:
    item = line.item
    asked = question_of(item.question, today=bench.today)
    samples = telephone(read_recording(line.audio, longest_s=LONGEST_S))
    started_s = time.process_time()
    heard = await heard_in(samples, prompt_end_ms=round(item.prompt_end_ms or 0), stream=bench.stream)
    weighed = await bench.judge.weigh_openly(heard, asked)
    text = weighed.evidence.text
    measures = measure(heard, text, hums=len(weighed.fillers))
    core_s = time.process_time() - started_s
    # What we took for silence is read whole: the other reading may hear it.
    spoken = heard.samples if heard.segments else samples
    padded = await _padded(spoken, asked, bench) if item.text else None
    return _compared(
        line,
        heard,
        weighed,
        samples,
        padded=padded,
        core_s=round(core_s, 3),
        measures=measures.known() if measures else {},
        near=near(item.text, asked, bench.tables, today=bench.today)
        if item.outcome is Grade.MISMATCH and item.near is None
        else item.near,
    )


async def _padded(samples: Samples, asked: AskedQuestion, bench: Bench) -> str:
    """What the same weights read in the window they were trained with."""
    whole = np.zeros(max(len(samples), round(PADDED_S * SAMPLE_RATE_HZ)), dtype=np.int16)
    whole[: len(samples)] = samples
    try:
        found = await bench.recognizer.transcribe(
            Utterance(samples=whole), context=context_of(asked.kind, asked.asked)
        )
    except RecognizerUnavailable:
        return ""
    return found.text


def _compared(
    line: Line,
    heard: HeardAnswer,
    weighed: Weighed,
    samples: Samples,
    *,
    padded: str | None,
    core_s: float,
    measures: dict[str, float],
    near: bool | None,
) -> Heard:
    item, evidence, judgement = line.item, weighed.evidence, weighed.judgement
    pauses = silent_pauses(heard)
    off, known = _pitch(item, heard, samples)
    first, last = (heard.segments[0][0], heard.segments[-1][1]) if heard.segments else (None, None)
    judged = asked_a_fact(item) and evidence.grade in {*_WRONG_OR_RIGHT, Grade.UNCLEAR, Grade.PARTIAL}
    return Heard(
        line=line.number,
        item=item,
        grade=evidence.grade,
        text=evidence.text,
        padded=padded,
        score=round(judgement.score, 3) if judged else None,
        confidence=evidence.confidence,
        why=judgement.why,
        stated=judgement.stated,
        near=near if item.outcome is Grade.MISMATCH else None,
        segments=heard.segments,
        latency_ms=heard.latency_ms,
        characters=character_errors(item.text, evidence.text) if item.text else None,
        characters_padded=character_errors(item.text, padded) if padded is not None else None,
        sounds=syllable_errors(item.text, evidence.text) if item.text else None,
        onset_ms=_off(first, item.speech_start_ms),
        offset_ms=_off(last, item.speech_end_ms),
        pauses=pauses,
        pauses_found=None
        if item.pauses_ms is None
        else found_stretches([p for p in item.pauses_ms if p[1] - p[0] >= PAUSE_MS], pauses),
        fillers=weighed.fillers,
        fillers_found=None if item.fillers_ms is None else found_stretches(item.fillers_ms, weighed.fillers),
        pitch_off=off,
        pitch_known=known,
        core_s=core_s,
        audio_s=round(len(samples) / SAMPLE_RATE_HZ, 3),
        measures=measures,
    )


def asked_a_fact(item: Item) -> bool:
    return item.question.fact is not None and item.question.expects != "free"


def _pitch(
    item: Item, heard: HeardAnswer, samples: Samples
) -> tuple[NDArray[np.float64] | None, float | None]:
    """As the delivery measures it, over each stretch of speech."""
    if item.f0_ref is None:
        return None, None
    off: list[NDArray[np.float64]] = []
    shares = 0.0
    voiced = [(at_ms, hz) for at_ms, hz in item.f0_ref if hz]
    for start_ms, end_ms in heard.segments:
        per_ms = SAMPLE_RATE_HZ // 1_000
        track = pitch_track(samples[start_ms * per_ms : end_ms * per_ms])
        part = [(at_ms, hz) for at_ms, hz in voiced if start_ms <= at_ms < end_ms]
        errors, share = pitch_errors(part, track, first_ms=start_ms + _PITCH_CENTRE_MS)
        off.append(errors)
        shares += (share or 0.0) * len(part)
    known = round(shares / len(voiced), 3) if voiced else None
    return np.concatenate(off) if off else np.empty(0), known


def _off(found_ms: int | None, true_ms: float | None) -> float | None:
    return None if found_ms is None or true_ms is None else round(found_ms - true_ms, 1)
