"""The queue: the order of taking as an index, the places an operator rings first, and skips."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_queue"
down_revision = "0004_offers_and_missions"
branch_labels = None
depends_on = None

_QUEUED = sa.text("callbacks.status = 'queued'")
_ORDER: list[str | sa.TextClause] = ["due_at", sa.text("urgency DESC"), "id", "not_before"]


def upgrade() -> None:
    """Add them. The old index did not know urgency, so that a take had to sort."""
    op.add_column("staff", sa.Column("places", sa.JSON(), nullable=False, server_default="[]"))
    op.drop_index("ix_callbacks_queued", "callbacks")
    _index("ix_callbacks_queued", _ORDER)
    _index("ix_callbacks_queued_language", ["language", *_ORDER])
    _index("ix_callbacks_queued_later", ["not_before", "id"])
    op.create_table(
        "skips",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_skips"),
        sa.ForeignKeyConstraint(["callback_id"], ["callbacks.id"], name="fk_skips_callback_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_skips_staff_id"),
    )
    op.create_index("ix_skips_callback_id", "skips", ["callback_id"], unique=False)
    op.create_index("ix_skips_until", "skips", ["staff_id", "until"], unique=False)


def _index(name: str, columns: list[str | sa.TextClause]) -> None:
    op.create_index(name, "callbacks", columns, unique=False, sqlite_where=_QUEUED, postgresql_where=_QUEUED)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("skips")
    for name in ("ix_callbacks_queued_later", "ix_callbacks_queued_language", "ix_callbacks_queued"):
        op.drop_index(name, "callbacks")
    _index("ix_callbacks_queued", ["due_at", "id"])
    with op.batch_alter_table("staff") as staff:
        staff.drop_column("places")
