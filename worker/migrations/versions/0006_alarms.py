"""Alarms: what went wrong, since when, who has seen it, when it was over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_alarms"
down_revision = "0007_letters"
branch_labels = None
depends_on = None

_OPEN = sa.text("alarms.status IN ('raised', 'seen')")


def upgrade() -> None:
    """Make the table, with one open alarm for each kind and subject."""
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("subject", sa.String(48), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.Integer(), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["seen_by"], ["staff.id"], name="fk_alarms_seen_by"),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
    )
    op.create_index("ix_alarms_cleared_at", "alarms", ["cleared_at"])
    op.create_index(
        "uq_alarms_open",
        "alarms",
        ["kind", "subject"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("alarms")
