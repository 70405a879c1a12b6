"""Applications, calls, answers, decisions."""

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("phone", sa.String(16), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("risk_score", sa.Float()),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_application"),
    )
    op.create_index("ix_application_phone", "application", ["phone"])
    op.create_table(
        "call",
        sa.Column("attempt", sa.Uuid(), nullable=False),
        sa.Column("application", sa.String(64), nullable=False),
        sa.Column("placed_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime()),
        sa.Column("outcome", sa.String(24)),
        sa.Column("recommendation", sa.String(16)),
        sa.Column("verdict", sa.JSON()),
        sa.PrimaryKeyConstraint("attempt", name="pk_call"),
        sa.ForeignKeyConstraint(["application"], ["application.id"], name="fk_call_application_application"),
    )
    op.create_index("ix_call_application", "call", ["application"])
    op.create_index("ix_call_ended_at", "call", ["ended_at"])
    op.create_table(
        "answer",
        sa.Column("attempt", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("attempt", "number", name="pk_answer"),
        sa.ForeignKeyConstraint(["attempt"], ["call.attempt"], name="fk_answer_attempt_call"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("application", sa.String(64), nullable=False),
        sa.Column("attempt", sa.Uuid()),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("limit", sa.Integer()),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.ForeignKeyConstraint(
            ["application"], ["application.id"], name="fk_decision_application_application"
        ),
    )
    op.create_index("ix_decision_application", "decision", ["application"])


def downgrade() -> None:
    for table in ("decision", "answer", "call", "application"):
        op.drop_table(table)
