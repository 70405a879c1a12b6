"""What the conversation needs of a speech synthesiser."""

from typing import Protocol

from dialogue.line import Samples


class SpeechSynthesizer(Protocol):
    """Turns a text into telephone audio. Never blocks the event loop."""

    async def render(self, text: str, *, slow: bool = False) -> Samples:
        """8 kHz mono int16, levelled, leading and trailing silence under 60 ms. Cached by text.

        Raises SurveyError if the text cannot be spoken.
        """
        ...

    async def render_ahead(self, text: str, *, slow: bool = False) -> Samples:
        """The same, when nobody waits for anything else."""
        ...

    def ready(self, text: str, *, slow: bool = False) -> Samples | None:
        """The audio if it is rendered already; None otherwise. Memory or one small file read."""
        ...
