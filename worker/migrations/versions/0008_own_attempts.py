"""Somebody's last tries are found by an index: her page shows them, and is refreshed twice a second."""

from __future__ import annotations

from alembic import op

revision = "0008_own_attempts"
down_revision = "0009_merges"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_attempts_staff", "attempts", ["staff_id", "ended_at"], unique=False)


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_attempts_staff", "attempts")
