"""What this room needs of a speaker encoder."""

from collections.abc import Sequence
from typing import Protocol

from voiceprint.audio import Samples
from voiceprint.voiceprint import EncoderId, Vector, Vectors


class SpeakerEncoder(Protocol):
    """Turns speech into a direction that is alike for one voice and unlike for two.

    Loaded once, never changes, may be used from several threads at once. Every method blocks.
    """

    @property
    def id(self) -> EncoderId: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, samples: Samples) -> Vector:
        """float32 (d,) of length 1 for int16 (n,) at 8 kHz, pauses cut out beforehand.

        Raises SurveyError if there is no sound in it, or less than 0.5 s.
        """
        ...

    def embed_many(self, batch: Sequence[Samples]) -> Vectors:
        """float32 (len(batch), d); one pass through the network for all. Raises as `embed`."""
        ...
