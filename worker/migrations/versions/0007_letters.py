"""Letters, where the telephone leads nowhere; and what an outcome changed, so that it can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_letters"
down_revision = "0006_queue"
branch_labels = None
depends_on = None

_DUE = sa.text("status = 'due'")


def upgrade() -> None:
    """Make the table, and the column, empty: nothing of before can be taken back."""
    op.add_column("attempts", sa.Column("before", sa.JSON(), nullable=True))
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("wanted", sa.String(24), nullable=False),
        sa.Column("way", sa.String(24), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("helper_id", sa.Integer(), nullable=True),
        sa.Column("callback_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_letters_request_id"),
        sa.ForeignKeyConstraint(["helper_id"], ["helpers.id"], name="fk_letters_helper_id"),
        sa.ForeignKeyConstraint(["callback_id"], ["callbacks.id"], name="fk_letters_callback_id"),
        sa.ForeignKeyConstraint(["done_by"], ["staff.id"], name="fk_letters_done_by"),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
        sa.UniqueConstraint("callback_id", name="uq_letters_callback_id"),
    )
    op.create_index("ix_letters_request_id", "letters", ["request_id"])
    op.create_index("ix_letters_due", "letters", ["created_at"], sqlite_where=_DUE, postgresql_where=_DUE)


def downgrade() -> None:
    """Drop the table and the column."""
    op.drop_table("letters")
    with op.batch_alter_table("attempts") as attempts:
        attempts.drop_column("before")
