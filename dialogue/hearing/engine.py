"""What a recogniser's engine can do. Engines block and are shared; `ivr.inference` puts them on threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dialogue.hearing.port import Transcript, Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTranscribe:
    """One order: what does this say?"""

    utterance: Utterance
    language: str = "zh"  # ISO 639-1
    context: str = ""  # what was said before; "" = nothing is known


@dataclass(frozen=True, slots=True, kw_only=True)
class ToScore:
    """One order: how well does each wording explain this audio?"""

    utterance: Utterance
    wordings: tuple[str, ...]
    language: str = "zh"
    context: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingScore:
    """How well one wording explains the audio, token by token, so that spans can be compared."""

    pieces: tuple[str, ...]  # the wording cut into characters (or words); "".join gives the wording
    # Natural log probability of each piece given the audio and the pieces before it. `exact`: written
    # just so. `sounds`: written with any characters of the same sound, tones ignored; never below `exact`.
    exact: tuple[float, ...]
    sounds: tuple[float, ...]
    end: float  # that nothing follows

    @property
    def total(self) -> float:
        """Natural-log likelihood of the wording as written, its end included."""
        return sum(self.exact) + self.end

    @property
    def total_sounds(self) -> float:
        """The same for any writing of its sounds."""
        return sum(self.sounds) + self.end


class HearingEngine(Protocol):
    """A loaded model. Safe to use from several threads; nothing of one call stays in it."""

    def transcribe_many(self, orders: Sequence[ToTranscribe]) -> tuple[Transcript, ...]:
        """One transcript per order, in order. Blocks. Silence and noise give an empty one.

        Raises SurveyError if the engine cannot work at all (an unknown language, say).
        """
        ...

    def score_many(self, orders: Sequence[ToScore]) -> tuple[tuple[WordingScore, ...], ...]:
        """One tuple per order, one score per wording; an empty tuple if the engine cannot score. Blocks."""
        ...
