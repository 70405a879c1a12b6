"""Keeps one AMI link up: pings it, and builds a new one when it fails."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from config.settings import AsteriskSettings
from ivr.dialler.link import AmiAddress, AmiError, AmiLink
from ivr.dialler.progress import AmiEvent

log = logging.getLogger(__name__)

PING_EVERY_S = 5.0
RETRY_FIRST_S = 0.2
RETRY_MOST_S = 5.0


class AmiKeeper:
    """Owns the link. `run` is one task; everybody else asks for `link`."""

    def __init__(
        self,
        settings: AsteriskSettings,
        *,
        on_event: Callable[[AmiEvent], None],
        on_up: Callable[[AmiLink], Awaitable[None]],
        on_down: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._on_event, self._on_up, self._on_down = on_event, on_up, on_down
        self._link: AmiLink | None = None
        self._up = asyncio.Event()

    async def link(self, *, within_s: float) -> AmiLink:
        """The link that is up now, or the next one. Raises AmiError after `within_s`."""
        try:
            async with asyncio.timeout(within_s):
                await self._up.wait()
        except TimeoutError:
            host, port = self._settings.ami_host, self._settings.ami_port
            raise AmiError(f"AMI {host}:{port}: not reachable; is Asterisk running?") from None
        assert self._link is not None
        return self._link

    def link_now(self) -> AmiLink | None:
        return self._link

    async def run(self) -> None:
        """Until cancelled."""
        retry_s = RETRY_FIRST_S
        while True:
            try:
                await self._hold()
                retry_s = RETRY_FIRST_S
            except AmiError as problem:
                log.log(logging.WARNING if retry_s == RETRY_FIRST_S else logging.DEBUG, "%s", problem)
                retry_s = min(retry_s * 2, RETRY_MOST_S)
            await asyncio.sleep(retry_s)

    async def _hold(self) -> None:
        """One link's life; returns when it is lost. Raises AmiError if it did not come up."""
        link = AmiLink(self._address(), on_event=self._on_event)
        try:
            await link.open()
            self._link = link
            await self._on_up(link)
            self._up.set()
            await _lost_or_silent(link)
            log.warning("AMI: connection lost")
        finally:
            was_up = self._up.is_set()
            self._up.clear()
            self._link = None
            await link.close()
            if was_up:
                self._on_down()

    def _address(self) -> AmiAddress:
        path = self._settings.ami_secret_file
        try:
            secret = path.read_text(encoding="utf-8")
        except OSError as problem:
            raise AmiError(
                f"{path}: cannot be read ({problem.strerror}); "
                "run `scripts/asterisk start`, or put AMI's secret there"
            ) from problem
        return AmiAddress(
            host=self._settings.ami_host,
            port=self._settings.ami_port,
            user=self._settings.ami_user,
            secret=secret.strip(),
        )


async def _lost_or_silent(link: AmiLink) -> None:
    """A stalled server accepts bytes and says nothing: only a ping without an answer shows it."""
    while True:
        try:
            async with asyncio.timeout(PING_EVERY_S):
                await link.lost.wait()
            return
        except TimeoutError:
            try:
                await link.request("Ping", {})
            except AmiError:
                return
