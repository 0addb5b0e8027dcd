"""When the carrier was last asked about a call that went quiet, so that each has its turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016_calls_asked_about"
down_revision = "0015_answered_texts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("calls", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("calls", "asked_at")
