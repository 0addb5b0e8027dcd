"""Tries to log in are counted in a table of their own, by account and by address, not at the account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017_login_tries"
down_revision = "0016_calls_asked_about"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; what was counted at the account goes, because it holds for minutes only."""
    op.create_table(
        "login_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("whose_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_login_tries"),
    )
    op.create_index("ix_login_tries_at", "login_tries", ["at"])
    op.create_index("ix_login_tries_whose_hash_at", "login_tries", ["whose_hash", "at"])
    op.create_index("ix_login_tries_address_hash_at", "login_tries", ["address_hash", "at"])
    with op.batch_alter_table("staff") as accounts:
        accounts.drop_column("failed_logins")
        accounts.drop_column("locked_until")


def downgrade() -> None:
    """Drop it, and count at the account again."""
    with op.batch_alter_table("staff") as accounts:
        accounts.add_column(sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
        accounts.add_column(sa.Column("failed_logins", sa.Integer(), nullable=False, server_default="0"))
    op.drop_table("login_tries")
