"""Forms of the public pages that were sent, and references of those that were added to what was open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_web_forms"
down_revision = "0018_second_factor"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "web_forms",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("contents", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("promised_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.String(6), nullable=True),
        sa.Column("outside_ags", sa.String(8), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_web_forms"),
    )
    op.create_index("ix_web_forms_at", "web_forms", ["at"])
    op.create_index("ix_web_forms_number_hash_at", "web_forms", ["number_hash", "at"])
    op.create_index("ix_web_forms_address_hash_at", "web_forms", ["address_hash", "at"])
    op.create_table(
        "web_receipts",
        sa.Column("reference", sa.String(6), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_web_receipts_request_id"),
        sa.ForeignKeyConstraint(["callback_id"], ["callbacks.id"], name="fk_web_receipts_callback_id"),
        sa.PrimaryKeyConstraint("reference", name="pk_web_receipts"),
    )
    op.create_index("ix_web_receipts_request_id", "web_receipts", ["request_id"])
    op.create_index("ix_web_receipts_callback_id", "web_receipts", ["callback_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("web_receipts")
    op.drop_table("web_forms")
