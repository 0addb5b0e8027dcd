"""Promises: the pace that they are computed from, who was on duty when, and whether each was kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_promises"
down_revision = "0004_bridges"
branch_labels = None
depends_on = None

_OPEN = sa.text("callbacks.promise = 'open' AND callbacks.promised_until IS NOT NULL")


def upgrade() -> None:
    """Make the tables; every promise made so far is open, and decided at the worker's next look."""
    op.add_column("callbacks", sa.Column("promise", sa.String(24), nullable=False, server_default="open"))
    op.create_index(
        "ix_callbacks_promised",
        "callbacks",
        ["promised_until"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "promise_pace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Double(), nullable=False),
        sa.Column("care", sa.Double(), nullable=False),
        sa.Column("usual", sa.JSON(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("newest_callback_id", sa.Integer(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_promise_pace"),
    )
    op.create_table(
        "duty_hours",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("crew", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", name="pk_duty_hours"),
    )
    op.create_table(
        "promises",
        sa.Column("callback_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("result", sa.String(24), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("callback_id", name="pk_promises"),
    )
    op.create_index("ix_promises_promised_until", "promises", ["promised_until"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("promises")
    op.drop_table("duty_hours")
    op.drop_table("promise_pace")
    op.drop_index("ix_callbacks_promised", table_name="callbacks")
    op.drop_column("callbacks", "promise")
