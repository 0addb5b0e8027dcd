"""An account's own settings: the language of its pages, shortcuts, how far it is on the tour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_desk_settings"
down_revision = "0002_matching_rules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. Who was here before keeps shortcuts and needs no tour."""
    op.add_column("staff", sa.Column("page_language", sa.String(8), nullable=True))
    op.add_column("staff", sa.Column("shortcuts", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("staff", sa.Column("tour_step", sa.Integer(), nullable=False, server_default="5"))


def downgrade() -> None:
    """Take the columns away."""
    with op.batch_alter_table("staff") as staff:
        for column in ("tour_step", "shortcuts", "page_language"):
            staff.drop_column(column)
