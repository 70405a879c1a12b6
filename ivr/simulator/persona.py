"""A synthetic applicant on paper: memory, wording, voice, manners and line. The format of persona files.

Everything but the name has a natural default, so a persona of five lines works. See docs/personas.md.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from decision_hook.contract import FactSource
from decision_hook.contract.application import FactKey

# A Kokoro style, or a blend of several: "jf_alpha*0.6+jf_nezumi*0.4".
VoiceName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2}_[a-z0-9]+(\*[0-9.]+)?(\+[a-z]{2}_[a-z0-9]+(\*[0-9.]+)?){0,4}$"),
]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Probability = Annotated[float, Field(ge=0, le=1)]

# What a wording template may mention. Dates also fill year, month and day.
PLACEHOLDERS = frozenset({"value", "year", "month", "day"})


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Knowing(StrEnum):
    """How an applicant stands to one fact."""

    TRUE = "true"  # knows the application's value
    WRONG = "wrong"  # believes another value of the same kind
    STOLEN = "stolen"  # knows it only if it stands on the form


class Unknown(StrEnum):
    """What an applicant does when asked something unknown."""

    DONT_KNOW = "dont_know"
    EVADE = "evade"
    INVENT = "invent"


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


# One word or a list of them.
Reactions = Annotated[
    tuple[Unknown, ...],
    Field(min_length=1, max_length=20),
    BeforeValidator(_listed, json_schema_input_type=Unknown | tuple[Unknown, ...]),
]


class Memory(Part):
    """One remembered fact."""

    how: Knowing = Field(alias="as", description="true, wrong or stolen")
    value: Words | None = Field(
        default=None,
        description="What is believed, written as in an application. Left out: the application's value, "
        "or for `wrong` another value of the same kind.",
    )


class Warp(Part):
    """Makes another person of a voice (pyworld: pitch and vocal-tract length)."""

    pitch_semitones: Annotated[float, Field(ge=-12, le=12)] = 0.0
    formant_ratio: Annotated[float, Field(ge=0.7, le=1.4)] = 1.0  # above 1: a shorter vocal tract


class VoiceSpec(Part):
    """How somebody sounds."""

    name: VoiceName = "jf_nezumi"
    speed: Annotated[float, Field(ge=0.5, le=2)] = 1.0
    warp: Warp = Warp()
    level_db: Annotated[float, Field(ge=-20, le=6)] = 0.0  # against a usual telephone voice


class Spread(Part):
    """A log-normal time: half of the draws lie below the median."""

    median: Annotated[float, Field(ge=0, le=20_000)] = 600.0  # ms
    sigma: Annotated[float, Field(ge=0, le=2)] = 0.35  # of the natural log


class Fillers(Part):
    """Sounds before an answer."""

    probability: Probability = 0.2
    words: tuple[Words, ...] = Field(default=("嗯", "呃", "这个", "那个"), min_length=1, max_length=20)


class Pauses(Part):
    """Silences inside an answer."""

    probability: Probability = 0.1
    length_ms: Spread = Spread(median=450, sigma=0.5)


class SecondVoice(Part):
    """Somebody beside the applicant who whispers answers, which are repeated after a silence."""

    voice: VoiceSpec = VoiceSpec(name="jm_kumo")
    level_db: Annotated[float, Field(ge=-30, le=0)] = -10.0  # against the applicant
    knows_sources: tuple[FactSource, ...] = (FactSource.FORM,)
    knows_keys: tuple[FactKey, ...] = Field(default=(), max_length=100)
    delay_ms: Spread = Spread(median=500, sigma=0.3)  # from the prompt's end to the whisper
    silence_ms: Spread = Spread(median=2_000, sigma=0.2)  # from the whisper to the answer


class NoiseKind(StrEnum):
    BABBLE = "babble"  # other people talking
    WHITE = "white"
    STREET = "street"


class Noise(Part):
    kind: NoiseKind
    snr_db: Annotated[float, Field(ge=-5, le=60)] = 20.0  # active speech against noise


class Codec(StrEnum):
    ALAW = "alaw"
    ULAW = "ulaw"
    GSM = "gsm"  # GSM 06.10 full rate, then A-law


class Accent(StrEnum):
    """Regional mergers, spoken: 您 as 林, 是 as 四, 名 as 民, 飞 as 灰."""

    N_L = "n_l"
    Z_ZH = "z_zh"
    IN_ING = "in_ing"
    F_H = "f_h"


class Act(StrEnum):
    """What a rule of behaviour makes the applicant do."""

    HANG_UP = "hang_up"  # in the middle of the answer
    ASK_REPEAT = "ask_repeat"
    ASK_SLOWER = "ask_slower"
    WHO_ARE_YOU = "who_are_you"
    ASK_HUMAN = "ask_human"
    CALL_LATER = "call_later"
    REFUSE = "refuse"  # says no; of a consent, or will not answer
    DENY_APPLYING = "deny_applying"
    WRONG_PERSON = "wrong_person"
    MUMBLE = "mumble"  # speaks too indistinctly to be understood
    SILENT = "silent"
    TALK_ON = "talk_on"  # answers, then talks until somebody talks over it
    BARGE_IN = "barge_in"  # answers while the question is still being asked


# How often an act happens before the applicant answers after all; None: every time.
ACT_TIMES: dict[Act, int | None] = {
    Act.ASK_REPEAT: 1,
    Act.ASK_SLOWER: 1,
    Act.WHO_ARE_YOU: 1,
}

At = Annotated[
    str, StringConstraints(pattern=r"^(\*|[0-9]{1,3}|kind:[a-z_]+|[A-Za-z0-9_.*:-]+)$", max_length=80)
]


class Rule(Part):
    """At these questions, do that."""

    at: At = Field(
        default="*",
        description="A question id, shell pattern (warmup.*), kind:amount, the ordinal of a survey question "
        "counted from 1 without opening, consents and warm-up, or * for all.",
    )
    act: Act = Field(alias="do")
    times: Annotated[int, Field(ge=1, le=100)] | None = None  # per question; None: the act's own habit
    say: Words | None = None  # own words; None: usual ones

    def limit(self) -> int | None:
        """How often the rule applies to one question; None: always."""
        return self.times if self.times is not None else ACT_TIMES.get(self.act)


class FarEnd(StrEnum):
    """What happens when the number is dialled."""

    ANSWERS = "answers"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CONGESTION = "congestion"
    REJECTED = "rejected"
    ANNOUNCEMENT_EARLY = "announcement_early"  # "switched off" before answer (183), then 480
    ANNOUNCEMENT_ANSWERED = "announcement_answered"
    VOICEMAIL = "voicemail"


class Persona(Part):
    """One synthetic applicant."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,40}$")]
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{3,15}$")] | None = None  # None: application's
    knows: dict[FactKey, Memory] = Field(default_factory=dict, max_length=100)
    knows_sources: tuple[FactSource, ...] | None = None  # None: everything the application says
    unknown: Reactions = (Unknown.DONT_KNOW,)  # several: one is drawn per fact
    wording: dict[str, tuple[Words, ...]] = Field(
        default_factory=dict,
        max_length=200,
        description="Templates by question id, fact key or kind (in that order), several variants each; "
        "{value} is the spoken value, dates also fill {year} {month} {day}.",
    )
    voice: VoiceSpec = VoiceSpec()
    latency_ms: Spread = Spread()
    fillers: Fillers = Fillers()
    pauses: Pauses = Pauses()
    corrections: Probability = 0.0  # "九八年，不对，九七年"
    second_voice: SecondVoice | None = None
    noise: Noise | None = None
    codec: Codec = Codec.ALAW
    packet_loss: Annotated[float, Field(ge=0, le=0.3)] = 0.0  # of 20 ms frames
    accent: tuple[Accent, ...] = ()
    behaviour: tuple[Rule, ...] = Field(default=(), max_length=50)
    keypad: dict[str, Annotated[str, StringConstraints(pattern=r"^[0-9*#]{1,20}$")]] = Field(
        default_factory=dict,
        max_length=100,
        description="What is pressed at a question's keypad offer; else the value's digits, 1 yes, 2 no.",
    )
    hello: bool = False  # says 喂 on picking up
    line: FarEnd = FarEnd.ANSWERS

    @model_validator(mode="after")
    def _templates(self) -> Self:
        for key, variants in self.wording.items():
            if not variants:
                raise ValueError(f"wording.{key}: must hold at least one variant")
            for text in variants:
                try:
                    text.format(**dict.fromkeys(PLACEHOLDERS, ""))
                except (KeyError, IndexError, ValueError, AttributeError):
                    known = ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
                    raise ValueError(
                        f"wording.{key}: no such placeholder in {text!r}; known: {known}"
                    ) from None
        return self
