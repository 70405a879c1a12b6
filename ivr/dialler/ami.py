"""Places calls through Asterisk's manager interface (AMI)."""

import asyncio
import contextlib
import logging
import re
from dataclasses import dataclass, field, replace
from uuid import UUID

from config.settings import AsteriskSettings
from decision_hook.contract import CallOutcome, SurveyError
from ivr.dialler.keeper import AmiKeeper
from ivr.dialler.link import AmiError, AmiLink
from ivr.dialler.pace import Pace
from ivr.dialler.port import Dialled, NotAnswered, PlaceCall
from ivr.dialler.progress import AmiEvent, DialProgress

log = logging.getLogger(__name__)

CONNECT_WITHIN_S = 4.0  # how long an order waits for AMI
RECONNECT_WITHIN_S = 4.0  # how long calls wait for AMI to come back before they count as failed
LATE_S = 5.0  # beyond the ring time: Asterisk ends the attempt itself, its events may be late
ENDING_WITHIN_S = 1.5  # the Hangup event follows the closed AudioSocket within milliseconds
REMEMBERED = 10_000  # attempts known at least: never dialled again here, and their ending can be asked for

_PHONE = re.compile(r"\+?[0-9]{3,15}")
_TRUNK_GONE = frozenset({"UNAVAILABLE", "INVALID"})  # no reply to OPTIONS; no such endpoint


@dataclass(slots=True, kw_only=True)
class _Watched:
    """An attempt and those who wait for it."""

    progress: DialProgress
    sent: bool = False  # Asterisk may know it
    decided: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def live(self) -> bool:
        return self.sent and not self.progress.gone

    def wake(self) -> None:
        if self.progress.dialled is not None:
            self.decided.set()
        if self.progress.gone:
            self.gone.set()


class AmiDialler:
    """A `Dialler`. Connects at the first order and stays connected until `close`."""

    def __init__(self, settings: AsteriskSettings, *, media_address: str) -> None:
        """`media_address`: "host:port" of our AudioSocket server, as Asterisk reaches it."""
        self._settings = settings
        self._media_address = media_address
        self._pace = Pace(settings.calls_per_second)
        self._watched: dict[UUID, _Watched] = {}  # oldest first
        self._orphans: set[UUID] = set()  # to be hung up as soon as AMI is back
        self._keeper = AmiKeeper(
            settings, on_event=self._hear, on_up=self._reconcile, on_down=self._wait_for_reconnect
        )
        self._keeping: asyncio.Task[None] | None = None
        self._hanging_up: set[asyncio.Task[None]] = set()
        self._giving_up: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def open_calls(self) -> int:
        """Attempts whose channel may exist."""
        return sum(watched.live for watched in self._watched.values())

    async def dial(self, order: PlaceCall) -> Dialled:
        """See `Dialler`. AMI out of reach is `line_failed`, a trunk out of reach `trunk_down`."""
        watched = self._accept(order)
        try:
            await self._pace.turn()
            if not watched.decided.is_set():
                await self._originate(order, watched)
            fate = await self._await_fate(order, watched)
        except asyncio.CancelledError:
            watched.progress.give_up(CallOutcome.CANCELLED)
            watched.wake()
            await self._take_down(watched)
            raise
        if isinstance(fate, NotAnswered) and watched.progress.trunk_suspect and await self._trunk_gone():
            return replace(fate, outcome=CallOutcome.TRUNK_DOWN)
        return fate

    async def hang_up(self, attempt: UUID) -> None:
        """See `Dialler`. While AMI is down the order is kept until it is back."""
        watched = self._watched.get(attempt)
        if watched is None:
            return
        watched.progress.give_up(CallOutcome.CANCELLED)
        watched.wake()
        await self._take_down(watched)

    async def how_ended(self, attempt: UUID) -> CallOutcome:
        """Of an answered call whose line is gone: `hung_up`, or `line_failed`. Waits up to 1.5 s.

        The AudioSocket cannot tell: Asterisk closes it alike after a hang-up and in a crash.
        """
        watched = self._watched.get(attempt)
        if watched is None:
            return CallOutcome.LINE_FAILED
        try:
            async with asyncio.timeout(ENDING_WITHIN_S):
                await watched.gone.wait()
        except TimeoutError:
            return CallOutcome.HUNG_UP if self._keeper.link_now() else CallOutcome.LINE_FAILED
        return watched.progress.ended or CallOutcome.LINE_FAILED

    async def close(self) -> None:
        """See `Dialler`. Takes at most a few seconds. Idempotent."""
        self._closed = True
        live = [watched for watched in self._watched.values() if watched.live]
        for watched in self._watched.values():
            watched.progress.give_up(CallOutcome.CANCELLED)
            watched.wake()
        await asyncio.gather(*(self._take_down(watched) for watched in live))
        if self._keeper.link_now():
            await _all_gone(live, within_s=ENDING_WITHIN_S)
        for watched in live:
            watched.progress.lost()
            watched.wake()
        tasks = [*self._hanging_up, *([self._keeping] if self._keeping else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._giving_up:
            self._giving_up.cancel()

    def _accept(self, order: PlaceCall) -> _Watched:
        if not _PHONE.fullmatch(order.phone):
            raise SurveyError(f"call {order.attempt}: not a telephone number; correct the application")
        if order.attempt in self._watched:
            raise SurveyError(f"call {order.attempt}: was dialled before; make a new attempt")
        watched = _Watched(progress=DialProgress(attempt=order.attempt))
        if self._closed:
            watched.progress.give_up(CallOutcome.CANCELLED)
            watched.wake()
        elif self._keeping is None or self._keeping.done():
            self._keeping = asyncio.get_running_loop().create_task(self._keeper.run(), name="ami keeper")
        self._watched[order.attempt] = watched
        for attempt in [old for old, other in self._watched.items() if not other.live][:-REMEMBERED]:
            del self._watched[attempt]
        return watched

    async def _originate(self, order: PlaceCall, watched: _Watched) -> None:
        """Sends the order once. Whatever happens to it, it is never sent again."""
        try:
            link = await self._keeper.link(within_s=CONNECT_WITHIN_S)
        except AmiError as problem:
            log.warning("call %s: %s", order.attempt, problem)
            watched.progress.lost()
            watched.wake()
            return
        if watched.decided.is_set():  # hung up, or closed, while AMI was away
            return
        fields = {
            "Channel": f"PJSIP/{order.phone}@{self._settings.trunk}",
            "ChannelId": str(order.attempt),
            "Context": self._settings.context,
            "Exten": "s",
            "Priority": "1",
            "Timeout": str(round(order.ring_timeout_s * 1_000)),
            "Async": "true",
        }
        variables = {"SHENGWEN_CALL": str(order.attempt), "SHENGWEN_MEDIA": self._media_address}
        watched.sent = True
        try:
            response = await link.request(
                "Originate", fields, variables=variables, action_id=str(order.attempt)
            )
        except AmiError:
            return  # it may have arrived: its events, or the reconciliation, tell
        if not response.ok:
            log.warning("call %s: Asterisk refused it: %s", order.attempt, response.message)
            watched.progress.lost()
            watched.wake()

    async def _await_fate(self, order: PlaceCall, watched: _Watched) -> Dialled:
        try:
            async with asyncio.timeout(order.ring_timeout_s + LATE_S):
                await watched.decided.wait()
        except TimeoutError:  # its events were lost
            await self._ask_late(watched)
        fate = watched.progress.dialled
        assert fate is not None
        return fate

    async def _ask_late(self, watched: _Watched) -> None:
        link = self._keeper.link_now()
        if link is not None:
            try:
                await self._ask(link, watched)
            except AmiError as problem:
                log.warning("call %s: %s", watched.progress.attempt, problem)
        watched.progress.give_up(CallOutcome.NO_ANSWER if link else CallOutcome.LINE_FAILED)
        watched.wake()
        if isinstance(watched.progress.dialled, NotAnswered):
            await self._take_down(watched)

    async def _take_down(self, watched: _Watched) -> None:
        if not watched.live:
            return
        attempt = watched.progress.attempt
        link = self._keeper.link_now()
        try:
            if link is None:
                raise AmiError("AMI: not connected; hung up as soon as it is")
            await link.request("Hangup", {"Channel": str(attempt), "Cause": "16"})
        except AmiError as problem:
            log.warning("call %s: %s", attempt, problem)
            self._orphans.add(attempt)

    async def _trunk_gone(self) -> bool:
        link = self._keeper.link_now()
        if link is None:
            return False
        try:
            answer = await link.request("Getvar", {"Variable": f"DEVICE_STATE(PJSIP/{self._settings.trunk})"})
        except AmiError:
            return False
        return answer.fields.get("Value") in _TRUNK_GONE

    def _hear(self, event: AmiEvent) -> None:
        attempt = event.attempt()
        watched = self._watched.get(attempt) if attempt else None
        if watched is None:
            return
        given_up = isinstance(watched.progress.dialled, NotAnswered)
        watched.progress.read(event, round(asyncio.get_running_loop().time() * 1_000))
        watched.wake()
        if given_up and event.name == "Newchannel":  # our Hangup came before the channel did
            task = asyncio.get_running_loop().create_task(self._take_down(watched), name=f"hang up {attempt}")
            self._hanging_up.add(task)
            task.add_done_callback(self._hanging_up.discard)

    async def _reconcile(self, link: AmiLink) -> None:
        """After a new connection: events were missed, so ask for each channel by its id."""
        for watched in [watched for watched in self._watched.values() if watched.live]:
            await self._ask(link, watched)
        for attempt in [*self._orphans]:
            await link.request("Hangup", {"Channel": str(attempt), "Cause": "16"})
            self._orphans.discard(attempt)
        if self._giving_up:
            self._giving_up.cancel()

    async def _ask(self, link: AmiLink, watched: _Watched) -> None:
        answer = await link.request(
            "Getvar", {"Channel": str(watched.progress.attempt), "Variable": "CHANNEL(state)"}
        )
        watched.progress.reconcile(answer.fields.get("Value", "") if answer.ok else None)
        watched.wake()

    def _wait_for_reconnect(self) -> None:
        if self._giving_up:
            self._giving_up.cancel()
        self._giving_up = asyncio.get_running_loop().call_later(RECONNECT_WITHIN_S, self._stay_down)

    def _stay_down(self) -> None:
        for watched in self._watched.values():
            if watched.live:
                self._orphans.add(watched.progress.attempt)
                watched.progress.lost()
                watched.wake()


async def _all_gone(watched: list[_Watched], *, within_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            for one in watched:
                await one.gone.wait()
