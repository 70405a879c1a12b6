"""One voice on the watch list."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from voiceprint.voiceprint import EncoderId


class EntryStatus(StrEnum):
    PENDING = "pending"  # added by one person; not searched
    ACTIVE = "active"  # approved by another; searched until it expires
    REMOVED = "removed"  # key, vector and audio are gone, who and why stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Why a voice may be listed. What staff write; never a caller's name or number."""

    label: str  # what staff call this voice
    reason: str  # why it is listed
    evidence: str  # where that can be checked: case and call numbers
    legal_basis: str  # what allows keeping a voiceprint without the person's wish


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchlistEntry:
    """Why a voice is listed, by whom, until when. Vector and audio stay in the store, sealed."""

    id: str
    grounds: Grounds
    status: EntryStatus
    added_by: str
    added_at: datetime
    approved_by: str | None  # None: not yet
    review_at: datetime  # from then on it is shown as due for a look, and goes on being searched
    expires_at: datetime  # from then on it is not searched, and soon deleted
    encoder: EncoderId
    net_speech_s: float


def described(entry: WatchlistEntry) -> dict[str, object]:
    """All that may be shown and stored in clear, flat, by column name."""
    return {
        "id": entry.id,
        "label": entry.grounds.label,
        "reason": entry.grounds.reason,
        "evidence": entry.grounds.evidence,
        "legal_basis": entry.grounds.legal_basis,
        "status": entry.status,
        "added_by": entry.added_by,
        "added_at": entry.added_at,
        "approved_by": entry.approved_by,
        "review_at": entry.review_at,
        "expires_at": entry.expires_at,
        "model": entry.encoder.model,
        "version": entry.encoder.version,
        "checksum": entry.encoder.checksum,
        "net_speech_s": entry.net_speech_s,
    }
