"""Runs of the matching have numbers: one whose lease was taken over writes nothing any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_matching_runs"
down_revision = "0013_proposals_by_status"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("matching_run", sa.Column("number", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("matching_run", "number")
