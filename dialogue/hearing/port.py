"""What the conversation needs of a speech recogniser."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dialogue.line import Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One stretch of caller speech, cut with up to 200 ms of margin either side."""

    samples: Samples  # int16, (n,), mono
    rate_hz: int = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    text: str
    started_ms: int  # from the utterance's start
    ended_ms: int
    probability: float  # 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """The best free reading and its rivals. Simplified characters."""

    text: str  # "" = no words recognised
    alternatives: tuple[str, ...] = ()  # n-best without `text`, best first
    log_prob: float | None = None  # mean natural log per token; None: not told
    no_speech: float | None = None  # probability that nobody spoke; None: not told
    words: tuple[Word, ...] = ()  # empty: engine gives no times
    # Natural-log P(phone) per 20 ms, (frames, len(dialogue.hearing.phones.PHONES)); None: not told
    phones: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    # P(the speaker hesitates) per 20 ms, (frames,); None: not told
    hesitating: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)


class RecognizerUnavailable(Exception):
    """No result in time; the caller treats the answer as unclear."""


class SpeechRecognizer(Protocol):
    """Turns one utterance into words, and judges given wordings. Never blocks the event loop."""

    async def transcribe(
        self, utterance: Utterance, *, language: str = "zh", context: str = ""
    ) -> Transcript:
        """Silence gives an empty Transcript. Raises RecognizerUnavailable after its own deadline.

        `context`: what was said before, so that the engine expects the right sort of words; see
        dialogue.hearing.context. "" = nothing is known. Engines that cannot use it do not look at it.
        """
        ...

    async def score(
        self,
        utterance: Utterance,
        wordings: Sequence[str],
        *,
        language: str = "zh",
        context: str = "",
        by_sound: bool = True,
    ) -> tuple[float, ...]:
        """Natural-log likelihood of the audio's token sequence for each wording (teacher forcing).

        Sums over tokens, end of text included, so that wordings of one utterance compare. `by_sound`: any
        writing of the same sounds counts; False: just this one, better for numbers. Give the `context`
        that the transcript was made with. Empty tuple if the engine cannot (vosk). Raises
        RecognizerUnavailable after its own deadline.
        """
        ...
