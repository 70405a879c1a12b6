"""Admission: a further call begins only while the machine keeps up with those it has."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from config.settings import AdmissionSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strain:
    """How busy the machine was over the last seconds."""

    clock_late_ms: float | None  # p99 of the 20 ms clock; None: no tick yet
    queue_wait_ms: float  # the longest that somebody's live request waited for a model


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """What was held back so far."""

    times: int
    seconds: float  # in all, the present time included


class Admission:
    """Asked before every call of a campaign. One owner, one thread.

    Without a running call nobody can suffer from a new one, and only a call shows whether the machine keeps
    up: the first is always admitted, so that a campaign never stands still for good.
    """

    def __init__(
        self,
        settings: AdmissionSettings,
        strain: Callable[[], Strain],
        *,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._strain, self._now_s = settings, strain, now_s
        self._since_s: float | None = None  # None: calls are admitted
        self._times = 0
        self._held_s = 0.0

    def admits(self, running: int) -> bool:
        """May one more call begin beside `running` others? A refusal is logged once, until one may again."""
        why = self._overload() if running else None
        if why is not None and self._since_s is None:
            self._since_s = self._now_s()
            self._times += 1
            log.warning("overload: new calls are held back beside %d running: %s", running, why)
        elif why is None and self._since_s is not None:
            held_s = self._now_s() - self._since_s
            self._held_s += held_s
            self._since_s = None
            log.warning("overload: over after %.0f s, new calls begin again", held_s)
        return why is None

    def held_back(self) -> HeldBack:
        going_on_s = 0.0 if self._since_s is None else self._now_s() - self._since_s
        return HeldBack(times=self._times, seconds=self._held_s + going_on_s)

    def _overload(self) -> str | None:
        """What is too much, in words; None: nothing."""
        limits, strain = self._settings, self._strain()
        if strain.clock_late_ms is not None and strain.clock_late_ms > limits.clock_late_ms:
            return f"the 20 ms clock is {strain.clock_late_ms:.0f} ms late, limit {limits.clock_late_ms:.0f}"
        if strain.queue_wait_ms > limits.queue_wait_ms:
            return f"a model was waited for {strain.queue_wait_ms:.0f} ms, limit {limits.queue_wait_ms:.0f}"
        return None
