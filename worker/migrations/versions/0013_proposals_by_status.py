"""Proposals found by status and request together."""

from __future__ import annotations

from alembic import op

revision = "0013_proposals_by_status"
down_revision = "0012_sent_forms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen the index."""
    op.create_index("ix_proposals_status_request_id", "proposals", ["status", "request_id"])
    op.drop_index("ix_proposals_status", "proposals")


def downgrade() -> None:
    """Make the narrow one again."""
    op.create_index("ix_proposals_status", "proposals", ["status"])
    op.drop_index("ix_proposals_status_request_id", "proposals")
