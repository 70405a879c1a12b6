"""The shared recogniser: batches of mixed orders, priorities, and engines that are late."""

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from config.settings import HearingSettings
from dialogue.hearing.engine import ToScore, ToTranscribe, WordingScore
from dialogue.hearing.port import RecognizerUnavailable, SpeechRecognizer, Transcript, Utterance
from ivr.inference.recognizer import SharedRecognizer, run_orders
from ivr.inference.worker import Priority

HELLO = Utterance(samples=np.zeros(160, dtype=np.int16))


class Parrot:
    """An engine that reads the language back."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.let.set()

    def transcribe_many(self, orders: Sequence[ToTranscribe]) -> tuple[Transcript, ...]:
        assert self.let.wait(timeout=10)
        return tuple(Transcript(text=f"{order.language} {order.context}".strip()) for order in orders)

    def score_many(self, orders: Sequence[ToScore]) -> tuple[tuple[WordingScore, ...], ...]:
        return tuple(
            tuple(
                WordingScore(pieces=(w,), exact=(-2.0 * len(w),), sounds=(-1.0 * len(w),), end=-0.5)
                for w in order.wordings
            )
            for order in orders
        )


async def test_orders_reach_the_engine() -> None:
    recognizer: SpeechRecognizer = (shared := SharedRecognizer.over(Parrot(), HearingSettings()))
    assert (await recognizer.transcribe(HELLO, context="您贵姓？")).text == "zh 您贵姓？"
    assert await recognizer.score(HELLO, ["王", "王伟"]) == (-1.5, -2.5)
    assert [s.total for s in await shared.score_pieces(HELLO, ["王"])] == [-2.5]
    assert (await shared.at(Priority.SPECULATIVE).transcribe(HELLO, language="en")).text == "en"
    assert shared.counts().requests == 4
    await shared.close()


def test_a_mixed_batch_keeps_its_order() -> None:
    orders: list[ToScore | ToTranscribe] = [
        ToScore(utterance=HELLO, wordings=("a",)),
        ToTranscribe(utterance=HELLO, language="zh"),
        ToScore(utterance=HELLO, wordings=()),
        ToTranscribe(utterance=HELLO, language="de"),
    ]
    scored, first, nothing, second = run_orders(Parrot(), orders)
    assert isinstance(scored, tuple)
    assert (len(scored), nothing) == (1, ())
    assert (first, second) == (Transcript(text="zh"), Transcript(text="de"))


async def test_a_late_engine_is_unavailable() -> None:
    engine = Parrot()
    engine.let.clear()
    recognizer = SharedRecognizer.over(engine, HearingSettings(deadline_s=1))
    with pytest.raises(RecognizerUnavailable, match="no result within 1 s"):
        await recognizer.transcribe(HELLO)
    engine.let.set()
    await recognizer.close()
    with pytest.raises(RecognizerUnavailable, match="closed"):
        await recognizer.transcribe(HELLO)
