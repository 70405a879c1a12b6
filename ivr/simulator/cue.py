"""The one thing a synthetic applicant is told besides sound: which question, on which facts, of what kind."""

import asyncio
from dataclasses import dataclass

from decision_hook.contract import FactKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    question_id: (
        str  # "opening.person", "consent.recording", "consent.voiceprint", "warmup.*", or the bank's id;
    )
    # with the suffix ":keypad" when the keypad is offered; "" when a prompt asks nothing
    fact_keys: tuple[str, ...]
    kind: FactKind


class CueBoard:
    """Cues by dialled number. Bounded: an applicant who does not read loses the oldest."""

    def __init__(self) -> None:
        self._queues: dict[str, asyncio.Queue[Cue]] = {}

    def subscribe(self, phone: str) -> "asyncio.Queue[Cue]":
        queue: asyncio.Queue[Cue] = asyncio.Queue(maxsize=64)
        self._queues[phone] = queue
        return queue

    def unsubscribe(self, phone: str) -> None:
        self._queues.pop(phone, None)

    def post(self, phone: str, cue: Cue) -> None:
        queue = self._queues.get(phone)
        if queue is None:
            return
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(cue)
