"""Requests that turned out to be one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_merges"
down_revision = "0008_drafts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "merges",
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gone_id"], ["requests.id"], name="fk_merges_gone_id"),
        sa.ForeignKeyConstraint(["kept_id"], ["requests.id"], name="fk_merges_kept_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_merges_staff_id"),
        sa.PrimaryKeyConstraint("gone_id", name="pk_merges"),
    )
    op.create_index("ix_merges_kept_id", "merges", ["kept_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("merges")
