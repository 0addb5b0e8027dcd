"""What a helper says of her own mission."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_helper_word"
down_revision = "0010_paper"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("missions") as table:
        table.add_column(sa.Column("helper_word", sa.String(24), nullable=True))
        table.add_column(sa.Column("helper_word_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("missions") as table:
        table.drop_column("helper_word_at")
        table.drop_column("helper_word")
