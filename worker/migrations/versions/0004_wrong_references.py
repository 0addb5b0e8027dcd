"""Wrong references, by which guessing is noticed across calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_wrong_references"
down_revision = "0003_groups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "wrong_references",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_wrong_references"),
    )
    op.create_index("ix_wrong_references_number_hash_at", "wrong_references", ["number_hash", "at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("wrong_references")
