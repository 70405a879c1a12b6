"""What a network's cause means for an unanswered attempt. ITU-T Q.850, as Asterisk maps SIP to it."""

from decision_hook.contract import CallOutcome

OUTCOMES: dict[int, CallOutcome] = {
    1: CallOutcome.NUMBER_REJECTED,  # unallocated (404, 604)
    2: CallOutcome.UNREACHABLE,  # no route to the network behind
    3: CallOutcome.UNREACHABLE,  # no route to the destination
    16: CallOutcome.NO_ANSWER,  # cleared before anybody answered
    17: CallOutcome.BUSY,  # 486, 600
    18: CallOutcome.NO_ANSWER,  # no user responding (408)
    19: CallOutcome.NO_ANSWER,  # rang, no answer (480)
    20: CallOutcome.UNREACHABLE,  # subscriber absent: switched off, no coverage
    21: CallOutcome.NUMBER_REJECTED,  # rejected (403, 603)
    22: CallOutcome.NUMBER_REJECTED,  # number changed (410)
    26: CallOutcome.LINE_FAILED,  # non-selected user clearing (answered elsewhere)
    27: CallOutcome.UNREACHABLE,  # destination out of order (502)
    28: CallOutcome.NUMBER_REJECTED,  # incomplete or malformed number (484)
    29: CallOutcome.NUMBER_REJECTED,  # facility rejected
    31: CallOutcome.NO_ANSWER,  # normal, unspecified
    34: CallOutcome.CONGESTION,  # no circuit (503)
    38: CallOutcome.CONGESTION,  # network out of order (500)
    41: CallOutcome.CONGESTION,  # temporary failure
    42: CallOutcome.CONGESTION,  # switching equipment congested
    44: CallOutcome.CONGESTION,  # requested circuit not available
    50: CallOutcome.NUMBER_REJECTED,  # facility not subscribed
    55: CallOutcome.NUMBER_REJECTED,  # incoming calls barred
    57: CallOutcome.NUMBER_REJECTED,  # bearer not authorised
    102: CallOutcome.NO_ANSWER,  # recovery on timer expiry (504)
}

# Causes with which an answered call ends because somebody put the receiver down.
HANG_UPS = frozenset({0, 16, 17, 19, 21, 31})

SIP_REQUEST_TIMEOUT = 408


def refusal(cause: int | None, *, early_media_ms: int) -> CallOutcome:
    """The outcome of an attempt that the network ended before it was answered.

    A network that first speaks (183) and then reports "no answer" has played an announcement:
    switched off, out of coverage, suspended. One that reports "busy" after speaking is busy.
    """
    outcome = OUTCOMES.get(cause, CallOutcome.LINE_FAILED) if cause else CallOutcome.LINE_FAILED
    if outcome is CallOutcome.NO_ANSWER and early_media_ms > 0:
        return CallOutcome.UNREACHABLE
    return outcome


def ending(cause: int | None) -> CallOutcome:
    """The outcome of an answered call whose far end is gone: somebody hung up, or the line failed."""
    return CallOutcome.HUNG_UP if (cause or 0) in HANG_UPS else CallOutcome.LINE_FAILED
