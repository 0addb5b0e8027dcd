"""Drafts: forms half filled in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_drafts"
down_revision = "0008_voice_messages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(48), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_drafts_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint("staff_id", "subject", name="uq_drafts_staff_id_subject"),
    )
    op.create_index("ix_drafts_saved_at", "drafts", ["saved_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("drafts")
