"""Questions that the leak alarm put to rest, and when an editor let them be asked again."""

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leaked_question",
        sa.Column("question", sa.String(200), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("why", sa.String(300), nullable=False),
        sa.Column("lifted_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("question", name="pk_leaked_question"),
    )


def downgrade() -> None:
    op.drop_table("leaked_question")
