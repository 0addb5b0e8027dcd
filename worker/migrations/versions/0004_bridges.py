"""Calls from the desk, and when an attempt's number was shown and dialled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_bridges"
down_revision = "0004_wrong_references"
branch_labels = None
depends_on = None

_LIVE = sa.text(
    "bridges.status IN ('placed', 'operator_ringing', 'operator_there', 'citizen_ringing', 'connected')"
)


def upgrade() -> None:
    """Add the table and the two columns."""
    op.add_column("attempts", sa.Column("number_shown_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("attempts", sa.Column("dialled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "bridges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("operator_sid", sa.String(64), nullable=True),
        sa.Column("citizen_sid", sa.String(64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("end_wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_bridges_attempt_id"),
        sa.ForeignKeyConstraint(["callback_id"], ["callbacks.id"], name="fk_bridges_callback_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_bridges_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bridges"),
    )
    op.create_index("ix_bridges_attempt_id", "bridges", ["attempt_id"])
    op.create_index("ix_bridges_callback_id", "bridges", ["callback_id"])
    for column in ("callback", "staff"):
        op.create_index(
            f"uq_bridges_live_{column}",
            "bridges",
            [f"{column}_id"],
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("bridges")
    with op.batch_alter_table("attempts") as table:
        table.drop_column("dialled_at")
        table.drop_column("number_shown_at")
