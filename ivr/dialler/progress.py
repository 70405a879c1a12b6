"""What AMI events say about one attempt. Pure: time is an argument."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from decision_hook.contract import CallOutcome
from ivr.dialler.causes import SIP_REQUEST_TIMEOUT, ending, refusal
from ivr.dialler.port import Answered, Dialled, NotAnswered

# The only events a dialler reads; manager.conf lets no others through.
EVENTS = ("Newchannel", "Newstate", "DialState", "DialEnd", "Hangup", "OriginateResponse")

_CHANNEL_UP = "6"
_RING_TIMEOUT = "3"  # OriginateResponse Reason: nobody answered within Timeout
_NOT_SENT_OUT = frozenset({CallOutcome.CONGESTION, CallOutcome.UNREACHABLE, CallOutcome.LINE_FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiEvent:
    name: str
    fields: Mapping[str, str]

    def attempt(self) -> UUID | None:
        """Whose event it is: our channel ids and action ids are attempts. None: somebody else's."""
        for key in ("ActionID", "Uniqueid", "DestUniqueid"):
            try:
                return UUID(self.fields[key])
            except (KeyError, ValueError):
                continue
        return None


@dataclass(slots=True, kw_only=True)
class DialProgress:
    """One attempt, from Originate to the end of its channel."""

    attempt: UUID
    dialled: Dialled | None = None  # None: not decided yet
    ended: CallOutcome | None = None  # how an answered call's channel ended; None: it lives
    gone: bool = False  # there is no channel of it, or none any more
    has_channel: bool = False
    rang: bool = False
    trunk_suspect: bool = False  # failed before the network said anything: is the trunk there at all?
    _early_since_ms: int | None = field(default=None)
    _timed_out: bool = field(default=False)  # we gave up, not the network

    def read(self, event: AmiEvent, now_ms: int) -> None:
        """Takes one event of this attempt; `dialled` and `ended` change when they are known."""
        fields = event.fields
        match event.name:
            case "Newchannel":
                self.has_channel = True
            case "Newstate" if fields.get("ChannelState") == _CHANNEL_UP:
                self._answered()
            case "DialState":
                self._network_spoke(fields.get("DialStatus", ""), now_ms)
            case "DialEnd" if fields.get("DialStatus") == "ANSWER":
                self._answered()
            case "OriginateResponse":
                self._originated(fields)
            case "Hangup":
                self._hung_up(_number(fields.get("Cause")), _number(fields.get("TechCause")), now_ms)

    def reconcile(self, state: str | None) -> None:
        """After a lost connection: the channel's state as Asterisk tells it, None if it is gone."""
        if state == "Up":
            self._answered()
        elif state is None:
            self.lost()

    def lost(self) -> None:
        """Its channel is gone, or out of our sight; nobody can tell why."""
        self.gone = True
        if self.dialled is None:
            self.dialled = NotAnswered(attempt=self.attempt, outcome=CallOutcome.LINE_FAILED)
        elif self.ended is None:
            self.ended = CallOutcome.LINE_FAILED

    def give_up(self, outcome: CallOutcome) -> None:
        """We end it ourselves: cancelled, or our own deadline passed. Its channel may still live."""
        if self.dialled is None:
            self.dialled = NotAnswered(attempt=self.attempt, outcome=outcome)

    def _answered(self) -> None:
        self.has_channel = True
        if self.dialled is None:
            self.dialled = Answered(attempt=self.attempt)

    def _network_spoke(self, status: str, now_ms: int) -> None:
        if status == "PROGRESS" and self._early_since_ms is None:
            self._early_since_ms = now_ms
        elif status == "RINGING":  # a telephone rings: what follows in the media is its ring tone
            self.rang = True

    def _originated(self, fields: Mapping[str, str]) -> None:
        if fields.get("Response") == "Success":
            self._answered()
        elif fields.get("Reason") == _RING_TIMEOUT:
            self._timed_out = True
        elif not self.has_channel and self.dialled is None:
            self.gone = self.trunk_suspect = True
            self.dialled = NotAnswered(attempt=self.attempt, outcome=CallOutcome.LINE_FAILED)

    def _hung_up(self, cause: int | None, sip: int | None, now_ms: int) -> None:
        self.gone = True
        if self.dialled is not None:
            if isinstance(self.dialled, Answered) and self.ended is None:
                self.ended = ending(cause)
            return
        early_ms = 0 if self._early_since_ms is None else max(1, now_ms - self._early_since_ms)
        silent = not self.rang and early_ms == 0
        if self._timed_out:
            outcome = CallOutcome.NO_ANSWER
        elif silent and sip == SIP_REQUEST_TIMEOUT:
            outcome = CallOutcome.TRUNK_DOWN  # nobody replied to the INVITE
        else:
            outcome = refusal(cause, early_media_ms=0 if self.rang else early_ms)
            self.trunk_suspect = silent and outcome in _NOT_SENT_OUT
        self.dialled = NotAnswered(
            attempt=self.attempt, outcome=outcome, cause=cause or None, early_media_ms=early_ms
        )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
