"""config/tables/delivery.yaml: what is usual, what is remarkable, what it weighs."""

import math
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

import config
from config.load import check, read_yaml
from decision_hook.contract import FactKind, Hypothesis
from dialogue.answer.delivery.other_voice import OtherVoiceModel
from dialogue.answer.delivery.second_voice import Aside, SecondVoicePolicy

DELIVERY_FILE = Path(config.__file__).parent / "tables" / "delivery.yaml"
TABLE = "delivery.yaml"

Probability = Annotated[float, Field(gt=0, lt=1)]
Source = Annotated[str, Field(pattern=r"^(simulated|calls|expert)$")]
Weight = Annotated[float, Field(ge=-50, le=50)]
Z = Annotated[float, Field(ge=-10, le=10)]


class State(StrEnum):
    """How an answer sounded."""

    FLUENT = "fluent"
    HESITANT = "hesitant"
    READ_OUT = "read_out"
    PROMPTED = "prompted"
    RUSHED = "rushed"
    UNCLEAR_LINE = "unclear_line"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Usual(_Part):
    """A log-normal measure."""

    median: Annotated[float, Field(gt=0, le=100_000)]
    spread: Annotated[float, Field(gt=0, le=3)]  # natural log


class Population(_Part):
    latency_ms: Usual
    longest_pause_ms: Usual
    articulation_syl_s: Usual
    f0_range_semitones: Usual


class Thresholds(_Part):
    unclear_over_noise_db: Annotated[float, Field(ge=0, le=40)]
    prompted_latency_z: Z
    prompted_silence_ms: Annotated[int, Field(ge=500, le=20_000)]
    prompted_short_silence_ms: Annotated[int, Field(ge=500, le=20_000)]
    prompted_articulation_z: Z
    rushed_latency_z: Z
    rushed_articulation_z: Z
    read_out_range_z: Z
    read_out_syllables: Annotated[int, Field(ge=1, le=100)]
    hesitant_score: Annotated[float, Field(gt=0, le=20)]
    filler_worth: Annotated[float, Field(ge=0, le=5)]


Row = dict[Hypothesis, Probability]


class Firings(_Part):
    """P(such an aside | hypothesis), per answer."""

    first: Row
    again: Row


class Bounds(_Part):
    """See SecondVoicePolicy."""

    quieter_db: Annotated[float, Field(ge=0, le=30)]
    quieter_at_most_db: Annotated[float, Field(ge=5, le=60)]
    over_noise_db: Annotated[float, Field(ge=0, le=30)]
    alone_llr: Annotated[float, Field(ge=-5, le=20)]
    before_own_llr: Annotated[float, Field(ge=-5, le=20)]
    listen_on_llr: Annotated[float, Field(ge=-5, le=20)]
    least_ms: Annotated[int, Field(ge=100, le=3_000)]
    silence_ms: Annotated[int, Field(ge=250, le=5_000)]
    echo_ms: Annotated[int, Field(ge=0, le=1_000)]


class VoiceModel(_Part):
    """Another voice against the caller's; see OtherVoiceModel."""

    source: Source
    n: Annotated[int, Field(ge=0)]
    intercept: Weight
    per_semitone: Weight
    per_log_timbre: Weight
    per_log_length: Weight
    per_quieter_db: Weight
    per_similarity: Weight


class DeliveryTable(_Part):
    """The whole file."""

    source: Source
    n: Annotated[int, Field(ge=0)]
    population: Population
    warm_up_worth: Annotated[float, Field(gt=0, le=100)]
    latency_factor: dict[FactKind, Annotated[float, Field(gt=0.1, le=10)]]
    thresholds: Thresholds
    states: dict[Hypothesis, dict[State, Probability]]
    second_voice: dict[Aside, Firings]
    # P(no aside | hypothesis) where a prompter with the application form could help, on a line quiet enough
    second_voice_silent: Row
    second_voice_audible_db: Annotated[float, Field(ge=0, le=40)]  # speech over noise from which it counts
    second_voice_bounds: Bounds
    other_voice: VoiceModel

    @model_validator(mode="after")
    def _complete(self) -> "DeliveryTable":
        for hypothesis in Hypothesis:
            row = self.states.get(hypothesis, {})
            if set(row) != set(State) or abs(sum(row.values()) - 1) > 1e-6:
                raise ValueError(f"states.{hypothesis.value}: must name every state and sum to 1")
        if set(self.second_voice) != {Aside.BEFORE_OWN, Aside.ALONE}:
            raise ValueError("second_voice: must have before_own and alone, nothing else")
        if any(set(row) != set(Hypothesis) for f in self.second_voice.values() for row in (f.first, f.again)):
            raise ValueError("second_voice: every row must name genuine, impostor and coached")
        if set(self.second_voice_silent) != set(Hypothesis):
            raise ValueError("second_voice_silent: must name genuine, impostor and coached")
        return self

    @property
    def origin(self) -> str:
        return f"{TABLE}:{self.source}"

    def state_logs(self, state: State) -> dict[Hypothesis, float]:
        return {hypothesis: math.log(self.states[hypothesis][state]) for hypothesis in Hypothesis}

    def aside_logs(self, aside: Aside, *, again: bool) -> dict[Hypothesis, float]:
        firings = self.second_voice[aside]
        row = firings.again if again else firings.first
        return {hypothesis: math.log(row[hypothesis]) for hypothesis in Hypothesis}

    def silent_logs(self) -> dict[Hypothesis, float]:
        return {hypothesis: math.log(self.second_voice_silent[hypothesis]) for hypothesis in Hypothesis}

    def second_voice_policy(self) -> SecondVoicePolicy:
        model = OtherVoiceModel(**self.other_voice.model_dump(exclude={"source", "n"}))
        return SecondVoicePolicy(**self.second_voice_bounds.model_dump(), model=model)


def load_delivery(path: Path = DELIVERY_FILE) -> DeliveryTable:
    """Raises ConfigError naming every problem."""
    return check(DeliveryTable, read_yaml(path), path)
