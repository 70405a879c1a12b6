"""The tables of this room: watch list and voiceprints of calls. SQL is the truth; indexes are rebuilt."""

import sqlalchemy as sa

from config.database import UtcDateTime, metadata

watchlist_entry = sa.Table(
    "watchlist_entry",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("label", sa.String(200), nullable=False),  # what staff call this voice; not a caller's name
    sa.Column("reason", sa.String(1000), nullable=False),  # why it is listed, and the evidence
    sa.Column("origin", sa.String(10), nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("added_by", sa.String(100), nullable=False),
    sa.Column("added_at", UtcDateTime(), nullable=False),
    sa.Column("approved_by", sa.String(100)),
    sa.Column("approved_at", UtcDateTime()),
    sa.Column("removed_by", sa.String(100)),
    sa.Column("removed_at", UtcDateTime()),
    sa.Column("expires_at", UtcDateTime(), nullable=False),
    sa.Column("model", sa.String(100), nullable=False),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("vector", sa.LargeBinary()),  # float32 little-endian; NULL once removed
    sa.Column("net_speech_s", sa.Float(), nullable=False),
    sa.CheckConstraint("approved_by IS NULL OR approved_by <> added_by", name="two_persons"),
    sa.CheckConstraint("status IN ('pending', 'active', 'removed')", name="status_known"),
    sa.CheckConstraint("origin IN ('real', 'filler')", name="origin_known"),
    sa.CheckConstraint(
        "status <> 'active' OR origin = 'filler' OR approved_by IS NOT NULL", name="active_is_approved"
    ),
    sa.CheckConstraint("(status = 'removed') = (vector IS NULL)", name="removed_has_no_vector"),
    sa.Index("ix_watchlist_entry_status_model", "status", "model"),
)

call_voiceprint = sa.Table(
    "call_voiceprint",
    metadata,
    sa.Column("call", sa.Uuid(), primary_key=True),
    sa.Column("consent_at_ms", sa.Integer(), nullable=False),  # the call's voiceprint consent, since answer
    sa.Column("made_at", UtcDateTime(), nullable=False),
    sa.Column("model", sa.String(100), nullable=False),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("vector", sa.LargeBinary(), nullable=False),
    sa.Column("net_speech_s", sa.Float(), nullable=False),
)
