"""Paper mode: printed lists and their lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_paper"
down_revision = "0008_own_attempts"
branch_labels = None
depends_on = None

_OPEN = sa.text("typed_at IS NULL")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "paper_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_paper_lists_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_paper_lists"),
    )
    op.create_index("ix_paper_lists_staff_id", "paper_lists", ["staff_id"])
    op.create_table(
        "paper_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["list_id"], ["paper_lists.id"], name="fk_paper_lines_list_id"),
        sa.ForeignKeyConstraint(["callback_id"], ["callbacks.id"], name="fk_paper_lines_callback_id"),
        sa.PrimaryKeyConstraint("id", name="pk_paper_lines"),
    )
    op.create_index("ix_paper_lines_list_id", "paper_lines", ["list_id"])
    op.create_index("ix_paper_lines_callback_id", "paper_lines", ["callback_id"])
    op.create_index(
        "uq_paper_lines_open",
        "paper_lines",
        ["code"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("paper_lines")
    op.drop_table("paper_lists")
