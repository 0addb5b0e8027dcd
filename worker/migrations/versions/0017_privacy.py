"""Missions keep the helper's name for the insurer; the audit log's anchor; whose texts were answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from intake.db import Encrypted

revision = "0017_privacy"
down_revision = "0017_login_tries"
branch_labels = None
depends_on = None

#: The missions that are over at this step.
_ENDED = ("done", "not_done", "no_show", "cancelled")

_HAS_SIDS = sa.text("(operator_sid IS NOT NULL OR citizen_sid IS NOT NULL)")


def upgrade() -> None:
    """Make the table and the columns, and fill in who helped on the missions that have ended."""
    op.create_table(
        "audit_anchor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("cut_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_anchor"),
    )
    op.add_column("missions", sa.Column("helper_name", sa.LargeBinary(), nullable=True))
    op.add_column("answered_texts", sa.Column("number_hash", sa.LargeBinary(length=32), nullable=True))
    op.create_index(
        "ix_bridges_named",
        "bridges",
        ["created_at"],
        sqlite_where=_HAS_SIDS,
        postgresql_where=_HAS_SIDS,
    )
    _keep_names()


def _keep_names() -> None:
    """The names are encrypted for their column, so they are opened and closed again."""
    helpers = sa.table("helpers", sa.column("id"), sa.column("name", Encrypted("helpers.name")))
    missions = sa.table(
        "missions",
        sa.column("id"),
        sa.column("helper_id"),
        sa.column("status"),
        sa.column("helper_name", Encrypted("missions.helper_name")),
    )
    rows = sa.select(missions.c.id, helpers.c.name).join(helpers, helpers.c.id == missions.c.helper_id)
    session = op.get_bind()
    for row in session.execute(rows.where(missions.c.status.in_(_ENDED))).all():
        session.execute(missions.update().where(missions.c.id == row.id).values(helper_name=row.name))


def downgrade() -> None:
    """Take it all away again."""
    op.drop_index("ix_bridges_named", table_name="bridges")
    op.drop_column("answered_texts", "number_hash")
    op.drop_column("missions", "helper_name")
    op.drop_table("audit_anchor")
