"""The demo's programme: who is telephoned, and what should come of it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from decision_hook.contract import CallOutcome, DecisionResult, Reason, Recommendation
from ivr.simulator.cast import Player
from ivr.simulator.persona import Persona


class Part(StrEnum):
    """Which programme a persona belongs to."""

    MAIN = "main"  # `shengwen demo`
    FURTHER = "further"  # must behave too; called on demand


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expectation(Model):
    """What should come of a call. Several values: any of them is right; none: it does not matter."""

    outcome: tuple[CallOutcome, ...] = ()
    recommendation: tuple[Recommendation, ...] = ()
    reasons: tuple[Reason, ...] = ()  # at least one of these is given
    decision: DecisionResult | None = None  # for applicants who are decided without a call
    called: bool = True

    def met(self, outcome: CallOutcome, recommendation: Recommendation, reasons: Collection[Reason]) -> bool:
        """Is this result one of the expected?"""
        return (
            (not self.outcome or outcome in self.outcome)
            and (not self.recommendation or recommendation in self.recommendation)
            and (not self.reasons or not set(self.reasons).isdisjoint(reasons))
        )


class EntryFile(Model):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,40}$")]  # the folder beside
    part: Part = Part.MAIN
    expect: Expectation


class DemoFile(Model):
    """The format of demo.yaml."""

    seed: Annotated[int, Field(ge=0, le=2**31)]
    cast: tuple[EntryFile, ...] = Field(min_length=1, max_length=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    name: str
    player: Player
    expect: Expectation
    part: Part = Part.MAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    seed: int
    entries: tuple[Entry, ...]

    def of(self, part: Part) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.part is part)


# Said when a listed voice was recorded: years ago, in another matter, so no sentence of a survey.
_LISTED_SENTENCES = (
    "喂，你好，我想问一下，上个星期寄出来的那个包裹，现在到哪里了，怎么一直没有消息。",
    "对，收件人写的是我表弟，地址在火车站旁边的那个旅馆，你帮我改成自提行不行。",
    "钱我已经转过去了，你那边查一下，要是没有收到，我明天再去柜台问一问。",
    "这个号码是我新换的，以前那个不用了，以后有什么事情就打这个电话找我。",
)


def listed_voice_samples(persona: Persona) -> list[str]:
    """Texts that enrol this persona's voice in the watch list: about 25 s, never said in calls."""
    own = {text for variants in persona.wording.values() for text in variants}
    return [text for text in _LISTED_SENTENCES if text not in own]
