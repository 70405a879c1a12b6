"""Voiceprints are sealed, each with a key of its own; entries say evidence, legal basis and review date.

What was stored before was in clear and has neither audio to embed anew nor evidence: it is deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("call_voiceprint")
    op.drop_index("ix_watchlist_entry_status_model", table_name="watchlist_entry")
    op.drop_table("watchlist_entry")
    op.create_table(
        "watchlist_entry",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("evidence", sa.String(1000), nullable=False),
        sa.Column("legal_basis", sa.String(300), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("added_by", sa.String(100), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("approved_by", sa.String(100)),
        sa.Column("approved_at", sa.DateTime()),
        sa.Column("removed_by", sa.String(100)),
        sa.Column("removed_at", sa.DateTime()),
        sa.Column("review_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("checksum", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary()),
        sa.Column("speech", sa.LargeBinary()),
        sa.Column("net_speech_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watchlist_entry"),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> added_by", name="ck_watchlist_entry_two_persons"
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'active', 'removed')", name="ck_watchlist_entry_status_known"
        ),
        sa.CheckConstraint(
            "status <> 'active' OR approved_by IS NOT NULL", name="ck_watchlist_entry_active_is_approved"
        ),
        sa.CheckConstraint(
            "(status = 'removed') = (vector IS NULL)", name="ck_watchlist_entry_removed_has_no_vector"
        ),
        sa.CheckConstraint(
            "(status = 'removed') = (speech IS NULL)", name="ck_watchlist_entry_removed_has_no_speech"
        ),
    )
    op.create_index("ix_watchlist_entry_status_expires_at", "watchlist_entry", ["status", "expires_at"])
    op.create_table(
        "watchlist_change",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("entry", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_watchlist_change"),
        sa.ForeignKeyConstraint(
            ["entry"], ["watchlist_entry.id"], name="fk_watchlist_change_entry_watchlist_entry"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "call_voiceprint",
        sa.Column("call", sa.Uuid(), nullable=False),
        sa.Column("key_owner", sa.String(60), nullable=False),
        sa.Column("consent_at_ms", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("checksum", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("landmarks", sa.LargeBinary(), nullable=False),
        sa.Column("net_speech_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("call", name="pk_call_voiceprint"),
    )
    op.create_index("ix_call_voiceprint_made_at", "call_voiceprint", ["made_at"])
    op.create_table(
        "voice_key",
        sa.Column("owner", sa.String(60), nullable=False),
        sa.Column("master", sa.String(16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_voice_key"),
    )
    op.create_index("ix_voice_key_master", "voice_key", ["master"])
