"""A SpeechSynthesizer without a model: a tone as long as the text, and a record of what was asked for."""

import numpy as np

from decision_hook.contract import SurveyError
from dialogue.line import SAMPLE_RATE_HZ, Samples

MS_PER_CHARACTER = 60


class FakeSynthesizer:
    """Renders at once. `prepared`: texts that count as rendered before anybody asked."""

    def __init__(self, prepared: tuple[str, ...] = ()) -> None:
        self.rendered: list[tuple[str, bool]] = []
        self._ready: dict[tuple[str, bool], Samples] = {
            (text, False): tone(text, slow=False) for text in prepared
        }

    async def render(self, text: str, *, slow: bool = False) -> Samples:
        if not text.strip():
            raise SurveyError("fake synthesizer: an empty prompt; write words")
        self.rendered.append((text, slow))
        return self._ready.setdefault((text, slow), tone(text, slow=slow))

    async def render_ahead(self, text: str, *, slow: bool = False) -> Samples:
        return await self.render(text, slow=slow)

    def ready(self, text: str, *, slow: bool = False) -> Samples | None:
        return self._ready.get((text, slow))


def tone(text: str, *, slow: bool) -> Samples:
    """A 440 Hz tone of 60 ms per character, a third longer when slow, in whole 20 ms frames."""
    length_ms = len(text) * MS_PER_CHARACTER * (4 if slow else 3) // 3 // 20 * 20
    time_s = np.arange(length_ms * SAMPLE_RATE_HZ // 1_000) / SAMPLE_RATE_HZ
    return np.round(3_000 * np.sin(2 * np.pi * 440 * time_s)).astype(np.int16)
