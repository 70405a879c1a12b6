"""A dialler whose network is a table."""

import asyncio
from uuid import UUID

from decision_hook.contract import CallOutcome, SurveyError
from ivr.dialler.port import Answered, Dialled, NotAnswered, PlaceCall


class FakeDialler:
    """`refusals`: number to outcome; every other number answers. Keeps what was asked of it."""

    def __init__(self, refusals: dict[str, CallOutcome] | None = None) -> None:
        self.refusals = refusals or {}
        self.orders: list[PlaceCall] = []
        self.hung_up: list[UUID] = []
        self.closed = False

    async def dial(self, order: PlaceCall) -> Dialled:
        if any(order.attempt == earlier.attempt for earlier in self.orders):
            raise SurveyError(f"call {order.attempt}: was dialled before; make a new attempt")
        self.orders.append(order)
        await asyncio.sleep(0)
        refusal = self.refusals.get(order.phone)
        if refusal is not None:
            return NotAnswered(attempt=order.attempt, outcome=refusal)
        return Answered(attempt=order.attempt)

    async def hang_up(self, attempt: UUID) -> None:
        self.hung_up.append(attempt)

    async def how_ended(self, attempt: UUID) -> CallOutcome:
        return CallOutcome.HUNG_UP

    async def close(self) -> None:
        self.closed = True
