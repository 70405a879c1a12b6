"""A recogniser that says what a test tells it to."""

from collections.abc import Mapping, Sequence

from dialogue.hearing.port import RecognizerUnavailable, Transcript, Utterance


class FakeRecognizer:
    """Gives prepared transcripts in turn, and prepared scores by wording."""

    def __init__(
        self,
        transcripts: Sequence[Transcript | str | None] = (),
        scores: Mapping[str, float] | None = None,
    ) -> None:
        """A transcript of None is an engine that gives no result in time; past the last one: silence.

        `scores` is None for an engine that cannot score; unknown wordings score -50.
        """
        self._transcripts = list(transcripts)
        self._scores = scores
        self.heard: list[Utterance] = []

    async def transcribe(
        self, utterance: Utterance, *, language: str = "zh", context: str = ""
    ) -> Transcript:
        self.heard.append(utterance)
        prepared = self._transcripts.pop(0) if self._transcripts else ""
        if prepared is None:
            raise RecognizerUnavailable("the fake gives no result")
        return Transcript(text=prepared) if isinstance(prepared, str) else prepared

    async def score(
        self,
        utterance: Utterance,
        wordings: Sequence[str],
        *,
        language: str = "zh",
        context: str = "",
        by_sound: bool = True,
    ) -> tuple[float, ...]:
        if self._scores is None:
            return ()
        return tuple(self._scores.get(wording, -50.0) for wording in wordings)
