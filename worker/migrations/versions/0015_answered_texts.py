"""Texts that were answered, so that one that the carrier brings again is answered alike and does nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015_answered_texts"
down_revision = "0014_matching_runs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "answered_texts",
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("sid", name="pk_answered_texts"),
    )
    op.create_index("ix_answered_texts_at", "answered_texts", ["at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("answered_texts")
