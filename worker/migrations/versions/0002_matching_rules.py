"""What the matching weighs: dates, wishes, circumstances, interests, absences, and "never again"."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_matching_rules"
down_revision = "0001"
branch_labels = None
depends_on = None

_LISTS = (
    ("requests", "dates"),
    ("requests", "required_traits"),
    ("requests", "preferred_traits"),
    ("requests", "circumstances"),
    ("requests", "interests"),
    ("helpers", "away"),
    ("helpers", "traits"),
    ("helpers", "avoids"),
)


def upgrade() -> None:
    """Add the columns, empty, and the table; a helper may leave the radius to the profile."""
    for table, column in _LISTS:
        op.add_column(table, sa.Column(column, sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    with op.batch_alter_table("helpers") as helpers:
        helpers.alter_column("radius_km", existing_type=sa.Integer(), nullable=True)
    op.create_table(
        "exclusions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("helper_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("side", sa.String(length=24), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["helper_id"], ["helpers.id"], name="fk_exclusions_helper_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_exclusions_request_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_exclusions_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_exclusions"),
        sa.UniqueConstraint(
            "helper_id", "request_id", "side", name="uq_exclusions_helper_id_request_id_side"
        ),
    )
    for column in ("helper_id", "request_id", "number_hash"):
        op.create_index(f"ix_exclusions_{column}", "exclusions", [column])


def downgrade() -> None:
    """Drop them again; who named no radius gets the ten kilometres that were the rule before."""
    op.drop_table("exclusions")
    op.execute(sa.text("UPDATE helpers SET radius_km = 10 WHERE radius_km IS NULL"))
    with op.batch_alter_table("helpers") as helpers:
        helpers.alter_column("radius_km", existing_type=sa.Integer(), nullable=False)
    for table, column in _LISTS:
        op.drop_column(table, column)
