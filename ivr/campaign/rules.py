"""May this number be dialled now? Pure: time is an argument."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.settings import CampaignSettings
from decision_hook.contract import CallOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWindow:
    """When people may be telephoned, in their own time zone."""

    zone: ZoneInfo
    start: time
    end: time  # exclusive; equal to start: the whole day

    def next_open(self, now: datetime) -> datetime:
        """`now` if it lies in the window, else the moment it opens. Aware times in and out."""
        local = now.astimezone(self.zone)
        if self.start == self.end or self.start <= local.time() < self.end:
            return now
        opens = datetime.combine(local.date(), self.start, self.zone)
        return opens if local < opens else opens + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAttempt:
    placed_at: datetime
    outcome: CallOutcome | None  # None: running, or lost in a crash


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """Dial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBefore:
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Never:
    why: str


Permission = Now | NotBefore | Never

# After these the person was reached or must be left alone: nobody dials again by himself.
FINAL = frozenset(
    {
        CallOutcome.COMPLETED,
        CallOutcome.REFUSED_RECORDING,
        CallOutcome.WRONG_PERSON,
        CallOutcome.NOT_APPLIED,
        CallOutcome.NUMBER_REJECTED,
    }
)
# The line's fault, not the person's: these do not count against the cap, but they wait all the same.
NOT_REACHED_BY_US = frozenset({CallOutcome.TRUNK_DOWN, CallOutcome.CANCELLED})


def window_of(settings: CampaignSettings) -> CallWindow:
    return CallWindow(
        zone=ZoneInfo(settings.timezone),
        start=time.fromisoformat(settings.window_start),
        end=time.fromisoformat(settings.window_end),
    )


def may_call(
    now: datetime,
    past: Sequence[PastAttempt],
    *,
    blocked: bool,
    window: CallWindow,
    settings: CampaignSettings,
) -> Permission:
    """Decides for one person. `past`: every attempt to this person's number, in any order."""
    if blocked:
        return Never(why="on the do-not-call list")
    if any(attempt.outcome in FINAL for attempt in past):
        return Never(why="reached already")
    counted = [attempt for attempt in past if attempt.outcome not in NOT_REACHED_BY_US]
    if len(counted) >= settings.max_attempts_per_person:
        return Never(why=f"called {len(counted)} times, which is the most allowed")
    earliest = now
    if past:
        last = max(attempt.placed_at for attempt in past)
        earliest = max(earliest, last + timedelta(minutes=settings.retry_after_min))
    opens = window.next_open(earliest)
    return Now() if opens <= now else NotBefore(at=opens)
