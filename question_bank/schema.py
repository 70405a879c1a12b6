"""The YAML format of a question bank: topic files, response statistics, the fixed words of a call."""

import math
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from decision_hook.contract import FactKind, FactSource, Grade, Hypothesis
from decision_hook.contract.application import FactKey
from question_bank.question import Role

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1, max_length=12)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
QuestionId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", max_length=60)]
Probability = Annotated[float, Field(ge=0, le=1)]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StatisticsFile(Strict):
    """P(grade | hypothesis). Each row sums to 1; grades left out have probability 0."""

    source: Annotated[str, Field(pattern=r"^(expert|simulated|calls)$")]
    n: Annotated[int, Field(ge=0, le=100_000_000)]  # answers behind it; 0: expert's guess
    table: dict[Hypothesis, dict[Grade, Probability]]

    @field_validator("table")
    @classmethod
    def _rows_are_distributions(
        cls, table: dict[Hypothesis, dict[Grade, float]]
    ) -> dict[Hypothesis, dict[Grade, float]]:
        if missing := [h.value for h in Hypothesis if h not in table]:
            raise ValueError(f"no row for {', '.join(missing)}")
        for hypothesis, row in table.items():
            if not math.isclose(sum(row.values()), 1.0, abs_tol=0.005):
                raise ValueError(f"row {hypothesis} sums to {sum(row.values()):.3f}, not 1")
        return table


class ProfilesFile(Strict):
    """`_profiles.yaml`: response statistics that questions share, by name."""

    profiles: Annotated[dict[Name, StatisticsFile], Field(min_length=1, max_length=50)]
    # the profile used when the fact asked about came from this source; a question may name its own
    by_source: dict[FactSource, Name] = Field(default_factory=dict)
    # of the values that are made up, how many are right by luck; others: as the profile says
    luck: dict[FactKind, Probability] = Field(default_factory=dict)


class KeypadFile(Strict):
    """How a question can be answered on the keypad. `ask` left out: the script's offer for that kind."""

    ask: Text | None = None
    min_digits: Annotated[int, Field(ge=1, le=20)] = 1
    max_digits: Annotated[int, Field(ge=1, le=20)]
    means: Annotated[str, Field(pattern=r"^(digits|yes_no|option)$")] = "digits"


class FollowUpFile(Strict):
    """When a certain answer was given, ask that question soon after."""

    ask: Annotated[QuestionId, Field(description="a life question with `said_phrasings`")]
    above: Annotated[
        float, Field(ge=0.5, le=1, description="confidence from which what was said is repeated in it")
    ] = 0.92
    grades: Annotated[tuple[Grade, ...], Field(max_length=10)] = ()
    among: Annotated[tuple[Text, ...], Field(max_length=40)] = ()
    at_least: float | None = None
    at_most: float | None = None


class RetiredFile(Strict):
    since: date  # not `on`: YAML reads that as true
    why: Text


class QuestionFile(Strict):
    """One question of a topic file."""

    id: QuestionId
    role: Role = Role.FACT
    kind: FactKind | None = None  # None: the kind of the first fact
    facts: Annotated[tuple[FactKey, ...], Field(max_length=5)] = ()  # the first is what is judged
    requires: Annotated[tuple[FactKey, ...], Field(max_length=5)] = ()
    phrasings: Annotated[tuple[Text, ...], Field(min_length=3, max_length=8)]
    said_phrasings: Annotated[
        tuple[Text, ...], Field(max_length=8, description="as a follow-up, with {{ said }}")
    ] = ()
    follow_ups: Annotated[tuple[FollowUpFile, ...], Field(max_length=5)] = ()
    trap: Annotated[bool, Field(description="takes something untrue for granted; yes_no only")] = False
    options: Annotated[tuple[Text, ...], Field(max_length=40, description="decoys of the fact's kind")] = ()
    tolerance: (
        dict[Annotated[str, Field(pattern=r"^(relative|absolute)$")], Annotated[float, Field(ge=0, le=1000)]]
        | None
    ) = None
    cost_s: Annotated[float, Field(ge=1, le=60)]
    sensitivity: Annotated[int, Field(ge=1, le=3)] = 1
    keypad: KeypadFile | None = None
    statistics: StatisticsFile | None = None
    statistics_profile: Name | None = None  # None (and no statistics): by the source of the fact
    wait_s: Annotated[float, Field(ge=2, le=30)] = 6.0
    exposure_cap: Annotated[float, Field(gt=0, le=1, description="share of papers it may be in")] | None = (
        None
    )
    retired: RetiredFile | None = None


class TopicFile(Strict):
    """One topic: a file `<topic>.yaml`."""

    topic: Name
    questions: Annotated[tuple[QuestionFile, ...], Field(min_length=1, max_length=200)]


class SpokenQuestionFile(Strict):
    """A question of the fixed script."""

    phrasings: Texts
    again: Annotated[tuple[Text, ...], Field(max_length=8)] = ()  # shorter, for asking a second time
    cost_s: Annotated[float, Field(ge=1, le=60)] = 6.0
    wait_s: Annotated[float, Field(ge=2, le=30)] = 6.0


class ChoicesFile(Strict):
    """How named choices are strung together: 甲、乙，还是丙."""

    between: Annotated[str, Field(min_length=1, max_length=10)] = "、"
    before_last: Annotated[str, Field(min_length=1, max_length=10)] = "，还是"


class ScriptFile(Strict):
    """`_script.yaml`: the fixed words of a call. Several variants where people hear them often."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    choices: ChoicesFile = ChoicesFile()
    opening_person: SpokenQuestionFile
    who_we_are: Texts
    consent_recording: SpokenQuestionFile
    consent_voiceprint: SpokenQuestionFile
    voiceprint_declined: Texts
    warm_up: Annotated[dict[Name, SpokenQuestionFile], Field(min_length=2, max_length=20)]
    to_survey: Texts
    acknowledgements: Annotated[Texts, Field(min_length=3)]
    repeat_prefix: Texts
    slower_prefix: Texts
    unclear_prefix: Texts
    keypad_offers: dict[FactKind, Texts]
    patience: Texts
    refusal: Texts
    later: Texts
    human: Texts
    callback: Texts
    closing: Texts
    closing_wrong_person: Texts
    closing_not_applied: Texts
    closing_refused_recording: Texts
    closing_silent: Texts
