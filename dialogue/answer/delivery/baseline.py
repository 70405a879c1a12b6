"""What is usual for this caller: the warm-up's answers, shrunk to the population while few. Pure."""

import math
from dataclasses import dataclass, replace
from statistics import median

from decision_hook.contract import FactKind
from dialogue.answer.delivery.measures import LEAST_PAUSE_MS, Measures
from dialogue.answer.delivery.table import DeliveryTable, Usual

_MAD_TO_SPREAD = 1.4826  # of a normal distribution
_LEAST_SPREAD = 0.6  # of the population's: two alike answers do not make a third one remarkable
_LEAST_LATENCY_MS = 100.0  # below it nobody reacts, they anticipate
_LEAST_SYLLABLES = 4  # fewer give no pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviations:
    """How far an answer is from the caller's own middle, in spreads; None: cannot be told."""

    latency_z: float | None
    pause_z: float | None
    articulation_z: float | None
    f0_range_z: float | None

    def known(self) -> dict[str, float]:
        named = {
            "latency_z": self.latency_z,
            "pause_z": self.pause_z,
            "articulation_z": self.articulation_z,
            "f0_range_z": self.f0_range_z,
        }
        return {name: round(value, 2) for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Logs:
    """One answer's measures as natural logs, freed of what its kind and length explain."""

    latency: float | None
    pause: float
    articulation: float | None
    f0_range: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Grows by one answer at a time."""

    answers: tuple[_Logs, ...] = ()

    def heard(self, measures: Measures, kind: FactKind, table: DeliveryTable) -> "Baseline":
        """With one more answer of the warm-up."""
        return replace(self, answers=(*self.answers, _logs(measures, kind, table)))

    def deviations(self, measures: Measures, kind: FactKind, table: DeliveryTable) -> Deviations:
        now, usual = _logs(measures, kind, table), table.population
        return Deviations(
            latency_z=self._z(now.latency, [a.latency for a in self.answers], usual.latency_ms, table),
            pause_z=self._z(now.pause, [a.pause for a in self.answers], usual.longest_pause_ms, table),
            articulation_z=self._z(
                now.articulation, [a.articulation for a in self.answers], usual.articulation_syl_s, table
            ),
            f0_range_z=self._z(
                now.f0_range, [a.f0_range for a in self.answers], usual.f0_range_semitones, table
            ),
        )

    @staticmethod
    def _z(value: float | None, own: list[float | None], usual: Usual, table: DeliveryTable) -> float | None:
        if value is None:
            return None
        known = [x for x in own if x is not None]
        centre, spread = math.log(usual.median), usual.spread
        if known:
            weight = len(known) / (len(known) + table.warm_up_worth)
            middle = median(known)
            own_spread = median(abs(x - middle) for x in known) * _MAD_TO_SPREAD
            centre = weight * middle + (1 - weight) * centre
            spread = max(_LEAST_SPREAD * spread, weight * own_spread + (1 - weight) * spread)
        return (value - centre) / spread


def _logs(measures: Measures, kind: FactKind, table: DeliveryTable) -> _Logs:
    latency = None
    if measures.latency_ms is not None:
        factor = table.latency_factor.get(kind, 1.0)
        latency = math.log(max(measures.latency_ms, _LEAST_LATENCY_MS) / factor)
    # A longer answer has room for a longer pause; grows with the root, as the longest of many draws does.
    room = min(2.0, max(0.8, math.sqrt(measures.speech_ms / 1_500)))
    pause = math.log(max(measures.longest_pause_ms, LEAST_PAUSE_MS * room) / room)
    paced = measures.syllables is not None and measures.syllables >= _LEAST_SYLLABLES
    pace = measures.articulation_syl_s if paced else None
    f0_range = measures.f0_range_semitones
    return _Logs(
        latency=latency,
        pause=pause,
        articulation=math.log(pace) if pace else None,
        f0_range=math.log(max(f0_range, 0.5)) if f0_range is not None else None,
    )
