"""May this number be dialled now? Pure: time is an argument."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
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
    """One attempt to a number, for whichever application."""

    application: str
    placed_at: datetime
    outcome: CallOutcome | None  # None: running, or lost in a crash


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is known of one number."""

    attempts: tuple[PastAttempt, ...] = ()  # in any order
    blocked: bool = False  # on the do-not-call list


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """Dial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBefore:
    at: datetime


class Hopeless(StrEnum):
    """Why nobody may dial for an application any more. Reason codes of the decision that follows."""

    DO_NOT_CALL = "do_not_call"
    CALLED_ALREADY = "called_already"
    REFUSED_RECORDING = "refused_recording"
    NUMBER_REJECTED = "number_rejected"
    SOMEBODY_ELSES_NUMBER = "somebody_elses_number"
    HAS_NOT_APPLIED = "has_not_applied"
    ATTEMPTS_USED_UP = "attempts_used_up"
    GUESSES_USED_UP = "guesses_used_up"  # this person, number or device was asked often enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Never:
    why: Hopeless


Permission = Now | NotBefore | Never

# After these this application needs a person: nobody dials for it again by himself.
SETTLED = {
    CallOutcome.COMPLETED: Hopeless.CALLED_ALREADY,
    CallOutcome.REFUSED_RECORDING: Hopeless.REFUSED_RECORDING,
    CallOutcome.NUMBER_REJECTED: Hopeless.NUMBER_REJECTED,
}
# After these the number is left alone, whatever is applied for with it.
LEFT_ALONE = {
    CallOutcome.WRONG_PERSON: Hopeless.SOMEBODY_ELSES_NUMBER,
    CallOutcome.NOT_APPLIED: Hopeless.HAS_NOT_APPLIED,
}
# The line's fault, not the person's: these do not count against the cap, but they wait all the same.
NOT_REACHED_BY_US = frozenset({CallOutcome.TRUNK_DOWN, CallOutcome.CANCELLED})


def window_of(settings: CampaignSettings) -> CallWindow:
    return CallWindow(
        zone=ZoneInfo(settings.timezone),
        start=time.fromisoformat(settings.window_start),
        end=time.fromisoformat(settings.window_end),
    )


def may_call(
    application: str, history: History, now: datetime, *, window: CallWindow, settings: CampaignSettings
) -> Permission:
    """Decides for one application and its number."""
    if history.blocked:
        return Never(why=Hopeless.DO_NOT_CALL)
    for attempt in history.attempts:
        if attempt.application == application and attempt.outcome in SETTLED:
            return Never(why=SETTLED[attempt.outcome])
        if attempt.outcome in LEFT_ALONE:
            return Never(why=LEFT_ALONE[attempt.outcome])
    since = now - timedelta(days=settings.attempts_count_for_days)
    counted = [
        attempt
        for attempt in history.attempts
        if attempt.outcome not in NOT_REACHED_BY_US and attempt.placed_at > since
    ]
    if len(counted) >= settings.max_attempts_per_person:
        return Never(why=Hopeless.ATTEMPTS_USED_UP)
    earliest = now
    if history.attempts:
        last = max(attempt.placed_at for attempt in history.attempts)
        earliest = max(earliest, last + timedelta(minutes=settings.retry_after_min))
    opens = window.next_open(earliest)
    return Now() if opens <= now else NotBefore(at=opens)
