"""Forms that were sent, so that one that comes twice does its work once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_sent_forms"
down_revision = "0011_helper_word"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sent_forms",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_sent_forms_request_id"),
        sa.PrimaryKeyConstraint("key", name="pk_sent_forms"),
    )
    op.create_index("ix_sent_forms_at", "sent_forms", ["at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("sent_forms")
