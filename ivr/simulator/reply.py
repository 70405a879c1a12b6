"""What an applicant does when a question has been heard, as a value."""

from dataclasses import dataclass
from enum import StrEnum


class Speaker(StrEnum):
    SELF = "self"
    PROMPTER = "prompter"  # the second voice in the room


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    text: str
    speaker: Speaker = Speaker.SELF
    mumbled: bool = False  # too indistinct to be understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    digit: str  # one of 0-9 * #


Step = Say | Wait | Press


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One turn of the applicant."""

    question_id: str  # "" for what nobody asked for
    after_ms: int  # from the end of the prompt to the first step
    steps: tuple[Step, ...]  # empty: stays silent
    from_start: bool = False  # `after_ms` counts from the prompt's first sound: it is interrupted
    cut_at: float | None = None  # hangs up after this share of the sound; None: stays on the line
    insists: bool = False  # talks on when talked over, a little longer than others do

    def says(self) -> tuple[Say, ...]:
        return tuple(step for step in self.steps if isinstance(step, Say))
