"""Which dialled number leads to which far end: one table, for test carrier and embedded line alike.

All special numbers begin with 121: no mobile number in mainland China begins with 12, so no
applicant has one.
"""

from enum import StrEnum
from uuid import UUID


class FarEnd(StrEnum):
    """What happens to a call behind the trunk."""

    BUSY = "busy"  # 486, Q.850 17
    RINGS_ON = "rings_on"  # 180 until the caller gives up
    NOT_ANSWERED = "not_answered"  # 180, then 480, Q.850 19
    CONGESTION = "congestion"  # 503, Q.850 34
    REFUSED = "refused"  # 403, Q.850 21
    NOT_ALLOCATED = "not_allocated"  # 404, Q.850 1
    EARLY_ANNOUNCEMENT = "early_announcement"  # 183 with an announcement, then 480
    ANSWERED_ANNOUNCEMENT = "answered_announcement"  # 200, an announcement twice, hang-up
    SECOND_PEER = "second_peer"  # a SIP user agent that is not ours
    APPLICANT = "applicant"  # answers; its sound comes from the simulator


# prefix of the number (without +86): far end. Everything else is a synthetic applicant.
NUMBERS: dict[str, FarEnd] = {
    "12100": FarEnd.BUSY,
    "12101": FarEnd.RINGS_ON,
    "12102": FarEnd.NOT_ANSWERED,
    "12103": FarEnd.CONGESTION,
    "12104": FarEnd.REFUSED,
    "12105": FarEnd.NOT_ALLOCATED,
    "12106": FarEnd.EARLY_ANNOUNCEMENT,
    "12107": FarEnd.ANSWERED_ANNOUNCEMENT,
    "12108": FarEnd.SECOND_PEER,
}


def national(phone: str) -> str:
    """The number without `+` and mainland China's country code."""
    return phone.removeprefix("+").removeprefix("86") if phone.startswith("+") else phone


def far_end(phone: str) -> FarEnd:
    """What answers at `phone`, on the test carrier and on the embedded line alike."""
    return NUMBERS.get(national(phone)[:5], FarEnd.APPLICANT)


def applicant_uuid(phone: str) -> UUID:
    """The AudioSocket id under which the carrier offers an applicant's line to the simulator.

    The number's last 12 digits, padded with zeros. The dialplan forms the same.
    """
    return UUID(f"00000000-0000-4000-8000-{national(phone)[-12:]:0>12}")
