"""One voice on the watch list."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from voiceprint.voiceprint import EncoderId


class EntryStatus(StrEnum):
    PENDING = "pending"  # added by one person; not searched
    ACTIVE = "active"  # approved by another; searched until it expires
    REMOVED = "removed"  # the vector is gone, who and why stays


class EntryOrigin(StrEnum):
    REAL = "real"
    FILLER = "filler"  # a drawn stranger; counts for the threshold, is never shown as a candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchlistEntry:
    """Why a voice is listed, by whom, until when. The vector stays in the table."""

    id: str
    label: str
    reason: str
    origin: EntryOrigin
    status: EntryStatus
    added_by: str
    added_at: datetime
    approved_by: str | None  # None: not yet, or filler
    expires_at: datetime
    encoder: EncoderId
    net_speech_s: float
