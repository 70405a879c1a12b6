"""Fluent, hesitant, read out, prompted, rushed, or a line too bad to tell. Pure, with one line of reasons."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from decision_hook.contract import EvidencePart, Hypothesis
from dialogue.answer.delivery.baseline import Deviations
from dialogue.answer.delivery.measures import Measures
from dialogue.answer.delivery.second_voice import Aside, Asides
from dialogue.answer.delivery.table import State, Thresholds
from question_bank.belief import DELIVERY_CAP_NATS


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounding:
    """Everything one answer's state is judged from."""

    measures: Measures
    deviations: Deviations
    asides: Asides
    heard_words: bool  # the recogniser understood something


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    state: State
    why: str


def judge_state(sounding: Sounding, limits: Thresholds) -> Judged:
    """The first state whose signs are all there; fluent if none."""
    for state, sign in _SIGNS:
        why = sign(sounding, limits)
        if why:
            return Judged(state=state, why=why)
    return Judged(state=State.FLUENT, why="no sign of anything else")


def _unclear(s: Sounding, limits: Thresholds) -> str:
    over = s.measures.over_noise_db
    if over is not None and over < limits.unclear_over_noise_db:
        return f"speech only {over:.0f} dB over the line's noise"
    return "" if s.heard_words else "speech without words that could be understood"


def _prompted(s: Sounding, limits: Thresholds) -> str:
    if s.asides.kind is Aside.BEFORE_OWN and s.asides.silence_ms is not None:
        return f"another voice, {s.asides.silence_ms} ms of silence, then the answer"
    m, d = s.measures, s.deviations
    if m.latency_ms is None or d.latency_z is None or d.latency_z < limits.prompted_latency_z:
        return ""
    if d.articulation_z is None:  # too short to have a pace, so that only the silence speaks
        least_ms, fluent = limits.prompted_short_silence_ms, m.syllables is not None
    else:
        least_ms, fluent = limits.prompted_silence_ms, d.articulation_z >= limits.prompted_articulation_z
    if m.latency_ms < least_ms or m.pauses or m.fillers or not fluent:
        return ""
    return f"{m.latency_ms:.0f} ms of silence (z {d.latency_z:.1f}), then fluent without a pause"


def _rushed(s: Sounding, limits: Thresholds) -> str:
    pace, latency = s.deviations.articulation_z, s.deviations.latency_z
    if pace is None or pace < limits.rushed_articulation_z:
        return ""
    if latency is not None and latency > limits.rushed_latency_z:
        return ""
    return f"at once, and faster than usual (z {pace:.1f})"


def _read_out(s: Sounding, limits: Thresholds) -> str:
    m, flat = s.measures, s.deviations.f0_range_z
    if flat is None or flat > limits.read_out_range_z or m.pauses or m.fillers:
        return ""
    if m.syllables is None or m.syllables < limits.read_out_syllables:
        return ""
    return f"flat melody (z {flat:.1f}) over {m.syllables:.0f} syllables without a pause"


def _hesitant(s: Sounding, limits: Thresholds) -> str:
    latency, pause = max(0.0, s.deviations.latency_z or 0.0), max(0.0, s.deviations.pause_z or 0.0)
    fillers = s.measures.fillers or 0.0
    score = latency + pause + limits.filler_worth * fillers
    if score < limits.hesitant_score:
        return ""
    return f"latency z {latency:.1f}, longest pause z {pause:.1f}, {fillers:.0f} fillers"


# In order of precedence: a line that cannot be judged first, the usual last.
_SIGNS: tuple[tuple[State, Callable[[Sounding, Thresholds], str]], ...] = (
    (State.UNCLEAR_LINE, _unclear),
    (State.PROMPTED, _prompted),
    (State.RUSHED, _rushed),
    (State.READ_OUT, _read_out),
    (State.HESITANT, _hesitant),
)


def cap_delivery(parts: Sequence[EvidencePart]) -> dict[Hypothesis, float]:
    """What a whole call's delivery parts say together: no two hypotheses further apart than the cap.

    Centred, so that a sum that says nothing is 0 for all. Pauses and tone alone can thereby move `approve`
    to `refer`, but never outweigh facts.
    """
    sums = {h: sum(part.log_likelihood.get(h, 0.0) for part in parts) for h in Hypothesis}
    top, bottom = max(sums.values()), min(sums.values())
    scale = min(1.0, DELIVERY_CAP_NATS / (top - bottom)) if top > bottom else 1.0
    return {h: (value - (top + bottom) / 2) * scale for h, value in sums.items()}
