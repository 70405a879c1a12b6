"""Who may come in: calls that are expected, once each, and a bounded number of strangers."""

import asyncio
import logging
from collections import Counter, OrderedDict
from enum import StrEnum
from uuid import UUID

from decision_hook.contract import SurveyError
from ivr.media.session import MediaSession

log = logging.getLogger(__name__)

REMEMBERED_ATTEMPTS = 10_000  # a second use of older ones is an unknown UUID, and refused as that


class Refusal(StrEnum):
    """Why a connection was dropped."""

    UNKNOWN_ATTEMPT = "unknown UUID"
    USED_TWICE = "second use of a UUID"
    GARBAGE = "not AudioSocket"
    SILENT = "did not say which call it is"
    TOO_MANY = "too many unidentified connections"


class Reception:
    """AudioSocket knows no password: the attempt's UUID, announced beforehand, is the ticket for one ride."""

    def __init__(self, *, max_strangers: int) -> None:
        self.refused: Counter[Refusal] = Counter()
        self._max_strangers = max_strangers
        self._strangers: set[object] = set()
        self._expected: dict[UUID, asyncio.Future[MediaSession]] = {}
        self._used: OrderedDict[UUID, None] = OrderedDict()

    def expect(self, attempt: UUID) -> asyncio.Future[MediaSession]:
        """Done when the call comes in. SurveyError if this attempt was expected or used before."""
        if attempt in self._expected or attempt in self._used:
            raise SurveyError(f"call {attempt}: was expected before; every attempt needs its own UUID")
        waiting: asyncio.Future[MediaSession] = asyncio.get_running_loop().create_future()
        self._expected[attempt] = waiting
        return waiting

    def forget(self, attempt: UUID) -> None:
        """Cancels what `expect` gave. Idempotent."""
        waiting = self._expected.pop(attempt, None)
        if waiting is not None:
            waiting.cancel()

    def forget_all(self) -> None:
        for attempt in tuple(self._expected):
            self.forget(attempt)

    def greet(self, stranger: object) -> bool:
        """A connection that has not said who it is. False: there are too many of them."""
        if len(self._strangers) >= self._max_strangers:
            self.refuse(Refusal.TOO_MANY)
            return False
        self._strangers.add(stranger)
        return True

    def known(self, stranger: object) -> None:
        """It has said who it is, or is gone. Idempotent."""
        self._strangers.discard(stranger)

    def claim(self, attempt: UUID) -> asyncio.Future[MediaSession] | None:
        """Takes the ticket. None: there is none, and that was counted."""
        waiting = self._expected.pop(attempt, None)
        if waiting is None or waiting.done():
            self.refuse(Refusal.USED_TWICE if attempt in self._used else Refusal.UNKNOWN_ATTEMPT)
            return None
        self._used[attempt] = None
        if len(self._used) > REMEMBERED_ATTEMPTS:
            self._used.popitem(last=False)
        return waiting

    def refuse(self, why: Refusal, detail: str = "") -> None:
        """Counts and warns. `detail` must hold nothing a peer sent but kinds and lengths."""
        self.refused[why] += 1
        suffix = f" ({detail})" if detail else ""
        log.warning("media: connection dropped: %s%s; %d such so far", why, suffix, self.refused[why])
