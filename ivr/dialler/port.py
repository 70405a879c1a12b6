"""What the rest of the engine needs of a dialler."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from decision_hook.contract import CallOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCall:
    """An order to dial. The attempt's UUID exists, and is stored, before anything is dialled."""

    attempt: UUID  # Asterisk's channel id, the AudioSocket id and the database key
    phone: str
    ring_timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The far end picked up; its AudioSocket connection carries the attempt's UUID."""

    attempt: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnswered:
    attempt: UUID
    outcome: CallOutcome  # busy no_answer unreachable congestion number_rejected trunk_down line_failed
    cause: int | None = None  # ITU-T Q.850; None: the network gave none
    early_media_ms: int = 0  # how long the network spoke before it refused


Dialled = Answered | NotAnswered


class Dialler(Protocol):
    async def dial(self, order: PlaceCall) -> Dialled:
        """Places one call and waits for its fate, at most `ring_timeout_s` and a few seconds.

        Never dials twice for one attempt. Cancelled: the call is taken down. Never raises for
        what a network does; raises SurveyError only if the order itself is unusable.
        """
        ...

    async def hang_up(self, attempt: UUID) -> None:
        """Takes the channel down if it still exists. Idempotent."""
        ...

    async def how_ended(self, attempt: UUID) -> CallOutcome:
        """Of an answered call whose line is gone: `hung_up` by the far end, or `line_failed`. Within 2 s."""
        ...

    async def close(self) -> None:
        """Takes everything down and gives back sockets, tasks and threads."""
        ...
