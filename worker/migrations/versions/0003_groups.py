"""Groups that helpers belong to, and what was seen of each helper's papers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_groups"
down_revision = "0003_desk_settings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the groups and the helpers' way to them. What was seen so far stays in ``vetted``."""
    op.create_table(
        "groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("contact_name", sa.LargeBinary(), nullable=True),
        sa.Column("contact_number", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("municipalities", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
        sa.UniqueConstraint("name", name="uq_groups_name"),
    )
    with op.batch_alter_table("helpers") as helpers:
        helpers.add_column(sa.Column("papers", sa.JSON(), nullable=False, server_default="{}"))
        helpers.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        helpers.create_foreign_key("fk_helpers_group_id", "groups", ["group_id"], ["id"])
        helpers.create_index("ix_helpers_group_id", ["group_id"], unique=False)


def downgrade() -> None:
    """Forget the groups and the papers."""
    with op.batch_alter_table("helpers") as helpers:
        helpers.drop_index("ix_helpers_group_id")
        helpers.drop_constraint("fk_helpers_group_id", type_="foreignkey")
        helpers.drop_column("group_id")
        helpers.drop_column("papers")
    op.drop_table("groups")
