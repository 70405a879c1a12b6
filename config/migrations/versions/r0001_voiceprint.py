"""Watch list and call voiceprints."""

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watchlist_entry",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("added_by", sa.String(100), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("approved_by", sa.String(100)),
        sa.Column("approved_at", sa.DateTime()),
        sa.Column("removed_by", sa.String(100)),
        sa.Column("removed_at", sa.DateTime()),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("checksum", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary()),
        sa.Column("net_speech_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watchlist_entry"),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> added_by", name="ck_watchlist_entry_two_persons"
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'active', 'removed')", name="ck_watchlist_entry_status_known"
        ),
        sa.CheckConstraint("origin IN ('real', 'filler')", name="ck_watchlist_entry_origin_known"),
        sa.CheckConstraint(
            "status <> 'active' OR origin = 'filler' OR approved_by IS NOT NULL",
            name="ck_watchlist_entry_active_is_approved",
        ),
        sa.CheckConstraint(
            "(status = 'removed') = (vector IS NULL)", name="ck_watchlist_entry_removed_has_no_vector"
        ),
    )
    op.create_index("ix_watchlist_entry_status_model", "watchlist_entry", ["status", "model"])
    op.create_table(
        "call_voiceprint",
        sa.Column("call", sa.Uuid(), nullable=False),
        sa.Column("consent_at_ms", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("checksum", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("net_speech_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("call", name="pk_call_voiceprint"),
    )


def downgrade() -> None:
    op.drop_table("call_voiceprint")
    op.drop_index("ix_watchlist_entry_status_model", table_name="watchlist_entry")
    op.drop_table("watchlist_entry")
