"""The recogniser of all calls: one engine on worker threads, live answers first."""

from collections.abc import Sequence
from typing import Self

from config.settings import HearingSettings
from dialogue.hearing.engine import HearingEngine, ToScore, ToTranscribe, WordingScore
from dialogue.hearing.port import RecognizerUnavailable, Transcript, Utterance
from ivr.inference.niceness import Niceness
from ivr.inference.worker import BatchingWorker, Priority, WorkerCounts, WorkerUnavailable

_MAX_BATCH = 6  # past that a batch gains nothing and its first answer waits for the last
_MAX_WAITING = 64

_Order = ToTranscribe | ToScore
_Outcome = Transcript | tuple[WordingScore, ...]


class SharedRecognizer:
    """Implements SpeechRecognizer for one priority; `at` gives the same engine at another."""

    def __init__(
        self,
        worker: BatchingWorker[_Order, _Outcome],
        *,
        deadline_s: float,
        priority: Priority = Priority.LIVE,
    ) -> None:
        self._worker, self._deadline_s, self._priority = worker, deadline_s, priority

    @classmethod
    def over(cls, engine: HearingEngine, settings: HearingSettings) -> Self:
        """A recogniser with a worker of its own, at live priority."""
        worker = BatchingWorker[_Order, _Outcome](
            lambda orders: run_orders(engine, orders),
            name="recogniser",
            max_waiting=_MAX_WAITING,
            max_batch=_MAX_BATCH,
            threads=settings.threads,
            niceness=Niceness.ANSWER,
        )
        return cls(worker, deadline_s=settings.deadline_s)

    def at(self, priority: Priority) -> "SharedRecognizer":
        """The same recogniser for less urgent work. Cancelling a waiting request takes it back."""
        return SharedRecognizer(self._worker, deadline_s=self._deadline_s, priority=priority)

    async def transcribe(
        self, utterance: Utterance, *, language: str = "zh", context: str = ""
    ) -> Transcript:
        """See SpeechRecognizer."""
        found = await self._submit(ToTranscribe(utterance=utterance, language=language, context=context))
        assert isinstance(found, Transcript)
        return found

    async def score(
        self,
        utterance: Utterance,
        wordings: Sequence[str],
        *,
        language: str = "zh",
        context: str = "",
        by_sound: bool = True,
    ) -> tuple[float, ...]:
        """See SpeechRecognizer."""
        found = await self.score_pieces(utterance, wordings, language=language, context=context)
        return tuple(score.total_sounds if by_sound else score.total for score in found)

    async def score_pieces(
        self,
        utterance: Utterance,
        wordings: Sequence[str],
        *,
        language: str = "zh",
        context: str = "",
    ) -> tuple[WordingScore, ...]:
        """Character by character, as written and by sound. Errors as in `score`."""
        order = ToScore(utterance=utterance, wordings=tuple(wordings), language=language, context=context)
        found = await self._submit(order)
        assert isinstance(found, tuple)
        return found

    def counts(self) -> WorkerCounts:
        return self._worker.counts()

    def live_wait_s(self, *, last_s: float) -> float:
        """See BatchingWorker."""
        return self._worker.live_wait_s(last_s=last_s)

    async def close(self) -> None:
        """Ends the worker's threads, for every priority."""
        await self._worker.close()

    async def _submit(self, order: _Order) -> _Outcome:
        try:
            return await self._worker.submit(order, deadline_s=self._deadline_s, priority=self._priority)
        except WorkerUnavailable as exc:
            raise RecognizerUnavailable(str(exc)) from exc


def run_orders(engine: HearingEngine, orders: Sequence[_Order]) -> list[_Outcome]:
    """A mixed batch, each kind in one go."""
    outcomes: dict[int, _Outcome] = {}
    reads = {i: order for i, order in enumerate(orders) if isinstance(order, ToTranscribe)}
    scores = {i: order for i, order in enumerate(orders) if isinstance(order, ToScore)}
    if reads:
        outcomes.update(zip(reads, engine.transcribe_many(list(reads.values())), strict=True))
    if scores:
        outcomes.update(zip(scores, engine.score_many(list(scores.values())), strict=True))
    return [outcomes[i] for i in range(len(orders))]
