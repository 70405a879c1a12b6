"""The tables of this room. SQL is the truth; indexes are rebuilt from it."""

import sqlalchemy as sa

from config.database import UtcDateTime, metadata

watchlist_entry = sa.Table(
    "watchlist_entry",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("reason", sa.String(1000), nullable=False),
    sa.Column("evidence", sa.String(1000), nullable=False),
    sa.Column("legal_basis", sa.String(300), nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("added_by", sa.String(100), nullable=False),
    sa.Column("added_at", UtcDateTime(), nullable=False),
    sa.Column("approved_by", sa.String(100)),
    sa.Column("approved_at", UtcDateTime()),
    sa.Column("removed_by", sa.String(100)),
    sa.Column("removed_at", UtcDateTime()),
    sa.Column("review_at", UtcDateTime(), nullable=False),
    sa.Column("expires_at", UtcDateTime(), nullable=False),
    sa.Column("model", sa.String(100), nullable=False),
    sa.Column("version", sa.String(20), nullable=False),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("vector", sa.LargeBinary()),  # sealed float32; NULL once removed
    sa.Column(
        "speech", sa.LargeBinary()
    ),  # sealed FLAC of the speech, for a later encoder; NULL once removed
    sa.Column("net_speech_s", sa.Float(), nullable=False),
    sa.CheckConstraint("approved_by IS NULL OR approved_by <> added_by", name="two_persons"),
    sa.CheckConstraint("status IN ('pending', 'active', 'removed')", name="status_known"),
    sa.CheckConstraint("status <> 'active' OR approved_by IS NOT NULL", name="active_is_approved"),
    sa.CheckConstraint("(status = 'removed') = (vector IS NULL)", name="removed_has_no_vector"),
    sa.CheckConstraint("(status = 'removed') = (speech IS NULL)", name="removed_has_no_speech"),
    sa.Index("ix_watchlist_entry_status_expires_at", "status", "expires_at"),
)

# Numbered in the transaction that changed the list, so that a running search reads only what is new.
watchlist_change = sa.Table(
    "watchlist_change",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("entry", sa.String(40), sa.ForeignKey("watchlist_entry.id"), nullable=False),
    sqlite_autoincrement=True,
)

call_voiceprint = sa.Table(
    "call_voiceprint",
    metadata,
    sa.Column("call", sa.Uuid(), primary_key=True),
    sa.Column("key_owner", sa.String(60), nullable=False),  # in voice_key
    sa.Column("consent_at_ms", sa.Integer(), nullable=False),  # the call's voiceprint consent, since answer
    sa.Column("made_at", UtcDateTime(), nullable=False),
    sa.Column("model", sa.String(100), nullable=False),
    sa.Column("version", sa.String(20), nullable=False),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("vector", sa.LargeBinary(), nullable=False),  # sealed float32
    sa.Column("landmarks", sa.LargeBinary(), nullable=False),  # sealed; see replay.py
    sa.Column("net_speech_s", sa.Float(), nullable=False),
    sa.Index("ix_call_voiceprint_made_at", "made_at"),
)

# Without its row here, what an owner sealed cannot be read again by anyone.
voice_key = sa.Table(
    "voice_key",
    metadata,
    sa.Column("owner", sa.String(60), primary_key=True),  # entry:<id> or call:<hex>
    sa.Column("master", sa.String(16), nullable=False),
    sa.Column("wrapped", sa.LargeBinary(), nullable=False),
    sa.Index("ix_voice_key_master", "master"),
)
